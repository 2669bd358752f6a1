"""What says who somebody is, and the tables of every database in which it stands."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from libs.chassis.db import Database
from tests.local.callers import Caller
from tests.local.life import NAME, PHONE
from tests.pages.house import House


def traces(home: House, needles: list[str]) -> set[tuple[str, str]]:
    """The tables, by database, in which any of `needles` stands, whatever the column and the case."""
    found = set()
    for name, database in home.databases.items():
        for table in tables(database):
            with database.transaction() as session:
                rows = session.scalars(text(f'SELECT t::text FROM "{table}" AS t')).all()
            content = "\n".join(rows).lower()
            found |= {(name, table) for needle in needles if needle.lower() in content}
    return found


def tables(database: Database) -> list[str]:
    """Every table of a database."""
    with database.transaction() as session:
        return list(session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")))


def everything_of(home: House, zoe: Caller) -> list[str]:
    """Every id, address, name and number that says who somebody is."""
    with home.databases["identity"].transaction() as session:
        internal = session.scalar(text("SELECT id FROM person WHERE email = :email"), {"email": zoe.email})
    ids = [internal, *(home.subject(zoe.email, owner) for owner in ("coalition", "op1"))]
    return [zoe.email, NAME, PHONE, *(form for id in ids for form in (str(id), UUID(str(id)).hex))]
