"""What tests of the consultation service share: a migrated database of their own, the web app, tokens."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from libs.chassis.db import Database
from libs.chassis.migrations import upgrade
from libs.chassis.testing.postgres import TestServer
from services.consultation.app import MIGRATIONS


@pytest.fixture
def database(postgres: TestServer) -> Iterator[Database]:
    """A migrated, empty database of the consultation service."""
    template = postgres.template("consultation", lambda url: upgrade(url, MIGRATIONS))
    with postgres.database(template) as url:
        database = Database(url, service="consultation", owner="coalition", pool_size=8)
        yield database
        database.close()
