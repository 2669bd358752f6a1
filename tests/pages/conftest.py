"""A house for each module of tests: its people and défis are its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from libs.chassis.testing.postgres import TestServer
from tests.pages.house import House, Person, house
from tests.pages.programme import Programme, programme


@pytest.fixture(scope="module")
def home(postgres: TestServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The whole house, its workers running."""
    with house(postgres, tmp_path_factory.mktemp("house")) as built, built.working():
        yield built


@pytest.fixture
def visitor(home: House) -> Person:
    """Somebody who is not signed in."""
    return home.somebody()


@pytest.fixture(scope="module")
def cause(home: House) -> Programme:
    return programme(home)


@pytest.fixture(scope="module")
def desk(home: House, cause: Programme) -> Person:
    """Who coordinates the cause, and no other."""
    return home.citizen("Camille", grants=cause.coordinator)
