"""For the tests of territories' pages: France as it ships, an operator that fails, and what a page asks for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from flask import Flask, request, request_started
from sqlalchemy import text

from services.identity.territories.commands import load_shipped
from tests.pages.house import House


def load_france(home: House) -> None:
    """Every commune of the country."""
    with home.databases["identity"].transaction() as session:
        load_shipped(session, datetime.now(UTC))


@contextmanager
def lost(home: House, operator: str) -> Iterator[None]:
    """The operator fails at whatever is asked of its défis, for the length of a block: their table is away."""
    with home.databases[f"defis_{operator}"].transaction() as session:
        session.execute(text("ALTER TABLE defi RENAME TO defi_away"))
    try:
        yield
    finally:
        with home.databases[f"defis_{operator}"].transaction() as session:
            session.execute(text("ALTER TABLE defi_away RENAME TO defi"))


@contextmanager
def asked() -> Iterator[list[str]]:
    """What the services are asked for within a block, as method and path."""
    seen: list[str] = []

    def note(sender: Flask, **_: Any) -> None:
        if sender.name != "gateway":
            seen.append(f"{request.method} {request.full_path.rstrip('?')}")

    with request_started.connected_to(note):
        yield seen
