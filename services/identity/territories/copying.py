"""Writing many rows at once, within the caller's transaction, by PostgreSQL's COPY."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy.orm import Session

Row = Sequence[Any]
_INCOMING = sql.Identifier("incoming")


def replace_rows(session: Session, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Make `rows` the only ones of `table`."""
    with _connection(session).cursor() as cursor:
        cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
        _copy(cursor, sql.Identifier(table), columns, rows)


def upsert_rows(session: Session, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Add `rows` to `table`, or change those with the same `code`; other rows, and other columns, stay as they are."""
    upsert = sql.SQL(
        "INSERT INTO {table} ({columns}) SELECT {columns} FROM {incoming} ON CONFLICT (code) DO UPDATE SET {changes}"
    )
    _by_way_of_incoming(session, table, columns, rows, upsert, "excluded")


def update_rows(session: Session, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Change the rows of `table` that have the same `code` as one of `rows`."""
    update = sql.SQL("UPDATE {table} SET {changes} FROM {incoming} WHERE {table}.code = {incoming}.code")
    _by_way_of_incoming(session, table, columns, rows, update, "incoming")


def _by_way_of_incoming(
    session: Session, table: str, columns: Sequence[str], rows: Iterable[Row], statement: sql.SQL, source: str
) -> None:
    names = {
        "table": sql.Identifier(table),
        "incoming": _INCOMING,
        "columns": sql.SQL(", ").join(map(sql.Identifier, columns)),
        "changes": sql.SQL(", ").join(
            sql.SQL("{} = {}").format(sql.Identifier(column), sql.Identifier(source, column))
            for column in columns
            if column != "code"
        ),
    }
    make = sql.SQL(
        "CREATE TEMPORARY TABLE {incoming} ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA"
    )
    with _connection(session).cursor() as cursor:
        cursor.execute(make.format(**names))
        _copy(cursor, _INCOMING, columns, rows)
        cursor.execute(statement.format(**names))
        cursor.execute(sql.SQL("DROP TABLE {}").format(_INCOMING))


def _copy(
    cursor: psycopg.Cursor[Any], table: sql.Identifier, columns: Sequence[str], rows: Iterable[Row]
) -> None:
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(table, sql.SQL(", ").join(map(sql.Identifier, columns)))
    with cursor.copy(into) as copy:
        for row in rows:
            copy.write_row(row)


def _connection(session: Session) -> psycopg.Connection[Any]:
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, psycopg.Connection)
    return connection
