"""Fixtures for the chassis: two small services, and both buses."""

from collections.abc import Callable, Iterator

import pytest

from libs.chassis.db import Database
from libs.chassis.testing.postgres import TestServer
from tests.chassis import ledger


@pytest.fixture
def new_database(postgres: TestServer) -> Iterator[Callable[[], str]]:
    """Makes databases that have the tables of the ledger and of the mirror."""
    made: list[str] = []

    def make() -> str:
        made.append(postgres.create_database(postgres.template("ledger", ledger.build)))
        return made[-1]

    yield make
    for url in made:
        postgres.drop_database(url)


@pytest.fixture
def ledger_database(new_database: Callable[[], str]) -> Iterator[Database]:
    database = ledger.ledger(new_database())
    yield database
    database.close()


@pytest.fixture
def mirror_database(new_database: Callable[[], str]) -> Iterator[Database]:
    database = ledger.mirror(new_database())
    yield database
    database.close()


@pytest.fixture(params=["embedded", "rabbitmq"])
def bus_url(request: pytest.FixtureRequest) -> str:
    """The address of a bus with nothing on it, of each kind in turn."""
    return "embedded://" if request.param == "embedded" else str(request.getfixturevalue("broker_url"))
