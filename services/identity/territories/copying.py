"""Writing many rows at once, within the caller's transaction, by PostgreSQL's COPY."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy.orm import Session

Row = Sequence[Any]


def replace_rows(session: Session, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Make `rows` the only ones of `table`."""
    with _connection(session).cursor() as cursor:
        cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
        _copy(cursor, table, columns, rows)


def upsert_rows(session: Session, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Add `rows` to `table`, or change those with the same `code`; other rows, and other columns, stay as they are."""
    incoming = f"incoming_{table}"
    names = [sql.Identifier(column) for column in columns]
    changed = sql.SQL(", ").join(
        sql.SQL("{0} = EXCLUDED.{0}").format(name)
        for column, name in zip(columns, names, strict=True)
        if column != "code"
    )
    with _connection(session).cursor() as cursor:
        cursor.execute(
            sql.SQL("CREATE TEMPORARY TABLE {} (LIKE {}) ON COMMIT DROP").format(
                sql.Identifier(incoming), sql.Identifier(table)
            )
        )
        _copy(cursor, incoming, columns, rows)
        cursor.execute(
            sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {} ON CONFLICT (code) DO UPDATE SET {}").format(
                sql.Identifier(table),
                sql.SQL(", ").join(names),
                sql.SQL(", ").join(names),
                sql.Identifier(incoming),
                changed,
            )
        )
        cursor.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(incoming)))


def _copy(cursor: psycopg.Cursor[Any], table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with cursor.copy(into) as copy:
        for row in rows:
            copy.write_row(row)


def _connection(session: Session) -> psycopg.Connection[Any]:
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, psycopg.Connection)
    return connection
