"""What a route needs of the app it runs in, so that routes stay a few lines."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import psycopg
from flask import current_app
from sqlalchemy.orm import Session

from libs.chassis.access import account, caller_or_none, participant, principal, public, require
from libs.chassis.db import Database
from libs.chassis.schemas import Blueprint

__all__ = [
    "Blueprint",
    "account",
    "autocommit",
    "caller_or_none",
    "extension",
    "participant",
    "principal",
    "public",
    "require",
    "transaction",
]


@contextmanager
def transaction() -> Iterator[Session]:
    """One unit of work in the service's database: committed at the end of the block, undone if it raises."""
    with _database().transaction() as session:
        yield session


@contextmanager
def autocommit() -> Iterator[psycopg.Connection[Any]]:
    """A bare connection for a hot path of one statement."""
    with _database().autocommit() as connection:
        yield connection


def extension(name: str) -> Any:
    """What the composition root handed to the app under `name` (`ServiceApp.extensions`)."""
    return current_app.extensions[name]


def _database() -> Database:
    return cast(Database, current_app.extensions["maillage.database"])
