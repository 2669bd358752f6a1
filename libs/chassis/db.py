"""One PostgreSQL database per service and owner.

Edges open a transaction, commands receive its session and never commit. A hot path that is one SQL statement takes a
bare psycopg connection in autocommit from the same pool instead: one round trip, no ORM.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import structlog
from psycopg import sql
from sqlalchemy import Engine, MetaData, create_engine, event, text
from sqlalchemy.exc import DBAPIError, InvalidatePoolError, SQLAlchemyError
from sqlalchemy.orm import Session

log = structlog.get_logger()

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# Without these, a server or a network that falls silent holds a thread for two minutes at a new connection, and for a
# quarter of an hour at an old one.
_PATIENCE: dict[str, Any] = {
    "connect_timeout": 10,  # seconds
    "tcp_user_timeout": 20_000,  # milliseconds for what was sent to be acknowledged
    "keepalives_idle": 20,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}


def new_metadata() -> MetaData:
    """The metadata of one service's tables, whose constraints get predictable names."""
    return MetaData(naming_convention=NAMING_CONVENTION)


class InDoubt(SQLAlchemyError):
    """The connection was lost while the database was writing: what was asked is done or not, and nobody can say."""


class Database:
    """The database of one service of one owner. Opens nothing until it is used.

    `url` is a `postgresql://` address. `pool_size` is the number of threads that may hold a connection at once; one
    more waits ten seconds and then fails, rather than opening connections without end.
    """

    def __init__(self, url: str, *, service: str, owner: str, pool_size: int = 8) -> None:
        self.url = url.replace("postgresql+psycopg://", "postgresql://", 1)
        self.service = service
        self.owner = owner
        self.engine: Engine = create_engine(
            self.url.replace("postgresql://", "postgresql+psycopg://", 1),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=10,
            pool_use_lifo=True,  # the backend that worked last has its plans at hand: a fifth less of PostgreSQL's time
            hide_parameters=True,  # errors are logged, and what was asked for names people
            connect_args={
                "application_name": f"{owner}-{service}",
                "options": "-c timezone=UTC",
                **_PATIENCE,
            },
        )
        self._lost_at = 0.0
        event.listen(self.engine, "checkin", _note_use)
        event.listen(self.engine, "checkout", self._test_unless_trusted)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One unit of work: committed when the block ends, undone when it raises.

        Raises `InDoubt` when the connection is lost between the order to commit and its answer.
        """
        with Session(self.engine, expire_on_commit=False, info={"database": self}) as session:
            yield session
            session.flush()  # what the database has to say against it is said before the commit
            try:
                session.commit()
            except DBAPIError as error:
                if error.connection_invalidated and _says_nothing(error.orig):
                    raise InDoubt("the connection was lost at the commit") from error
                raise
            for channel in session.info.get(_CHANNELS, ()):
                self._notify(channel)

    def _notify(self, channel: str) -> None:
        try:
            with self.autocommit() as connection:
                connection.execute(sql.SQL("NOTIFY {}").format(sql.Identifier(channel)))
        except (psycopg.Error, SQLAlchemyError) as error:
            # The work is committed; whoever listens also polls, and finds it a little later.
            log.info("notice not sent", channel=channel, error=type(error).__name__)

    @contextmanager
    def autocommit(self) -> Iterator[psycopg.Connection[Any]]:
        """A bare psycopg connection from the pool; each statement is its own transaction.

        Raises `InDoubt` when the connection is lost during a statement.
        """
        pooled = self.engine.raw_connection()
        try:
            connection = pooled.driver_connection
            assert isinstance(connection, psycopg.Connection)
            connection.autocommit = True
            try:
                yield connection
            except psycopg.OperationalError as error:
                if connection.closed:
                    pooled.invalidate(error)
                    self._lost_at = time.monotonic()  # most likely the others have lost their server as well
                if connection.closed and _says_nothing(error):
                    raise InDoubt("the connection was lost during a statement") from error
                raise
            finally:
                if not connection.closed:
                    connection.autocommit = False
        finally:
            pooled.close()

    def dedicated(self) -> psycopg.Connection[Any]:
        """A connection of its own, outside the pool, in autocommit: for listening and for session locks."""
        return psycopg.connect(
            self.url, autocommit=True, application_name=f"{self.owner}-{self.service}", **_PATIENCE
        )

    def ping(self) -> None:
        """Raise unless the database answers."""
        with self.autocommit() as connection:
            connection.execute("SELECT 1")

    def close(self) -> None:
        """Close the pooled connections."""
        self.engine.dispose()

    def _test_unless_trusted(self, connection: psycopg.Connection[Any], record: Any, _proxy: Any) -> None:
        used_at = record.info.get("used_at", 0.0)
        if used_at > self._lost_at and time.monotonic() - used_at < _TRUSTED_FOR:
            return
        try:
            connection.execute("SELECT 1")
            connection.rollback()
        except psycopg.Error as error:
            raise InvalidatePoolError from error


def _says_nothing(error: BaseException | None) -> bool:
    """Whether the server went without a word of what it was doing, or in a crash (57P02), which may come after it."""
    return getattr(error, "sqlstate", None) in (None, "57P02")


# SQLAlchemy's own `pool_pre_ping` asks at every checkout, which would double the round trips of a vote. A connection
# used a moment ago is taken on trust, unless another was lost since; one that has been idle is tried first, and where
# the server went away all that the pool keeps are replaced.
_TRUSTED_FOR = 2.0


def _note_use(_connection: Any, record: Any) -> None:
    record.info["used_at"] = time.monotonic()


_CHANNELS = "channels"


def database_of(session: Session) -> Database:
    """The database that opened `session`."""
    database = session.info["database"]
    assert isinstance(database, Database)
    return database


def notify_after_commit(session: Session, channel: str) -> None:
    """Wake those who listen on `channel` once the transaction is durable; never if it is undone.

    After, not within: a NOTIFY inside the transaction makes commits queue for one lock (15,000 a second fall to 7,000).
    """
    session.info.setdefault(_CHANNELS, set()).add(channel)


def lock(session: Session, key: str) -> None:
    """Hold an advisory lock named `key` until the transaction ends, waiting for it if need be."""
    session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})
