"""A pair of tiny services for the chassis' own tests: a ledger that makes entries, a mirror that copies them."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from sqlalchemy import text
from sqlalchemy.orm import Session

from libs.chassis.bus import Bus
from libs.chassis.db import Database
from libs.chassis.embedded import EmbeddedBus
from libs.chassis.outbox import record
from libs.chassis.rabbitmq import RabbitBus
from libs.chassis.schema import SCHEMA_1
from libs.contracts.event import Audience, Event, event


@event("ledger.entry_made", version=1, audience=Audience.PUBLIC, subject="account")
@dataclass(frozen=True, kw_only=True)
class EntryMade(Event):
    """An entry was made in an account; `number` counts the account's entries from 1."""

    account: str
    number: int


@event("ledger.note_taken", version=1, audience=Audience.SERVICE, subject="account")
@dataclass(frozen=True, kw_only=True)
class NoteTaken(Event):
    """Something of the same account that must not reach the journal."""

    account: str


TABLES = (
    "CREATE TABLE entry (account text, number integer, PRIMARY KEY (account, number))",
    "CREATE TABLE copy (position bigint GENERATED ALWAYS AS IDENTITY, account text, number integer)",
)


_COPY = text("INSERT INTO copy (account, number) VALUES (:account, :number)")


def build(url: str) -> None:
    """Make the tables of either service in the database at `url`."""
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        for statement in (*SCHEMA_1, *TABLES):
            connection.execute(statement)


def ledger(url: str) -> Database:
    """The ledger's database."""
    return Database(url, service="ledger", owner="coalition", pool_size=4)


def mirror(url: str, owner: str = "coalition") -> Database:
    """A mirror's database."""
    return Database(url, service="mirror", owner=owner, pool_size=6)


def make_entry(database: Database, account: str) -> int:
    """The ledger's one command, with its edge: one more entry in `account`, recorded as an event."""
    with database.transaction() as session:
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:account))"), {"account": account})
        number = session.execute(
            text(
                "INSERT INTO entry SELECT :account, count(*) + 1 FROM entry WHERE account = :account RETURNING number"
            ),
            {"account": account},
        ).scalar_one()
        record(session, EntryMade(account=account, number=number))
    return int(number)


def copy_entry(session: Session, made: EntryMade) -> None:
    """The mirror's one consumer. Not idempotent on purpose: a double delivery would show."""
    session.execute(_COPY, {"account": made.account, "number": made.number})


def rows(database: Database, query: str) -> list[tuple[object, ...]]:
    """What `query` finds."""
    with database.autocommit() as connection:
        return connection.execute(query).fetchall()


def copies(database: Database) -> dict[str, list[int]]:
    """The numbers the mirror copied of each account, in the order it copied them."""
    found: dict[str, list[int]] = {}
    for account, number in rows(database, "SELECT account, number FROM copy ORDER BY position"):
        found.setdefault(str(account), []).append(int(str(number)))
    return found


def bus_at(url: str) -> Bus:
    """The bus at an address: `embedded://` or `amqp://…`."""
    return EmbeddedBus() if url.startswith("embedded:") else RabbitBus(url)
