"""A connection that is lost: what is said of what was under way, and how long a loop waits to come back."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from threading import Event
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from libs.chassis import worker
from libs.chassis.db import Database, InDoubt
from tests.chassis.ledger import rows


def cut(connection: psycopg.Connection[Any]) -> None:
    """End a connection under the feet of who uses it, as a network does."""
    with socket.fromfd(connection.fileno(), socket.AF_INET, socket.SOCK_STREAM) as wire:
        wire.shutdown(socket.SHUT_RDWR)


def test_a_commit_without_an_answer_is_in_doubt(ledger_database: Database) -> None:
    with pytest.raises(InDoubt), ledger_database.transaction() as session:  # noqa: PT012 - two at once
        session.execute(text("INSERT INTO entry VALUES ('a', 1)"))
        cut(session.connection().connection.driver_connection)
    assert rows(ledger_database, "SELECT 1") == [(1,)]


def test_a_statement_by_itself_without_an_answer_is_in_doubt(ledger_database: Database) -> None:
    with ledger_database.autocommit() as connection, pytest.raises(psycopg.OperationalError):
        connection.execute(
            "SELECT pg_terminate_backend(pg_backend_pid())"
        )  # the server says so: it is not done
    with pytest.raises(InDoubt), ledger_database.autocommit() as connection:  # noqa: PT012 - two at once
        cut(connection)
        connection.execute("SELECT 1")
    assert rows(ledger_database, "SELECT 1") == [(1,)]


def test_what_was_lost_before_the_commit_is_undone_for_certain(ledger_database: Database) -> None:
    with pytest.raises(OperationalError), ledger_database.transaction() as session:  # noqa: PT012 - two at once
        cut(session.connection().connection.driver_connection)
        session.execute(text("INSERT INTO entry VALUES ('a', 1)"))
    assert rows(ledger_database, "SELECT count(*) FROM entry") == [(0,)]


def test_one_lost_connection_is_enough_to_replace_all_that_are_kept(ledger_database: Database) -> None:
    with ExitStack() as held:
        for _ in range(4):
            held.enter_context(ledger_database.autocommit())
    with ledger_database.dedicated() as other:
        other.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    with pytest.raises(psycopg.OperationalError), ledger_database.autocommit() as connection:
        connection.execute("SELECT 1")
    with ExitStack() as held:
        for _ in range(4):
            held.enter_context(ledger_database.autocommit()).execute("SELECT 1")


def test_a_server_that_falls_silent_is_given_up_after_half_a_minute(ledger_database: Database) -> None:
    with ledger_database.autocommit() as pooled, ledger_database.dedicated() as own:
        for connection in (pooled, own):
            with socket.fromfd(connection.fileno(), socket.AF_INET, socket.SOCK_STREAM) as wire:
                assert wire.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
                idle, interval, count, unacknowledged = (
                    wire.getsockopt(socket.IPPROTO_TCP, option)
                    for option in (
                        socket.TCP_KEEPIDLE,
                        socket.TCP_KEEPINTVL,
                        socket.TCP_KEEPCNT,
                        socket.TCP_USER_TIMEOUT,
                    )
                )
            assert idle + interval * count <= 35
            assert 0 < unacknowledged <= 30_000


def test_a_loop_that_ran_well_for_a_while_comes_back_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, waited = [0.0], []
    lives = iter([0.0] * 8 + [3600.0, 0.0])

    class Patience(Event):
        def wait(self, timeout: float | None = None) -> bool:
            waited.append(timeout)
            return False

    def loop(stop: Event) -> None:
        clock[0] += next(lives, 0.0)
        if len(waited) == 10:
            stop.set()
            return
        raise RuntimeError("the broker is gone")

    monkeypatch.setattr(worker.time, "monotonic", lambda: clock[0])
    worker._keep_running("loop", loop, Patience())
    assert waited == [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 15.0, 0.25, 0.5]
