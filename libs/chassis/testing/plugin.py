"""The fixtures that tests of every service share. `tests/conftest.py` brings them in.

Each test process (each worker of pytest-xdist) has its own servers, started when a test first asks for them.
"""

from collections.abc import Iterator

import pytest

from libs.chassis.testing.postgres import TestServer
from libs.chassis.testing.rabbitmq import TestBroker


@pytest.fixture(scope="session")
def postgres() -> Iterator[TestServer]:
    """A real PostgreSQL; `postgres.database(template)` gives a database of a test's own."""
    server = TestServer()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def rabbitmq() -> Iterator[TestBroker]:
    """A real RabbitMQ node. Who stops, blocks or kills it puts it right again before the test ends."""
    broker = TestBroker()
    yield broker
    broker.close()


@pytest.fixture
def database_url(postgres: TestServer) -> Iterator[str]:
    """The address of an empty database."""
    with postgres.database() as url:
        yield url


@pytest.fixture
def broker_url(rabbitmq: TestBroker) -> Iterator[str]:
    """The address of an empty virtual host."""
    with rabbitmq.vhost() as url:
        yield url
