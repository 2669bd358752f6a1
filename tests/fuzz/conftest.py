"""What is tried with whatever may come: every service, filled once for the test process."""

from __future__ import annotations

import pytest

from libs.chassis.testing.postgres import TestServer
from tests.fuzz.callers import Issuer
from tests.fuzz.worlds import Service, build


@pytest.fixture(scope="session")
def issuer() -> Issuer:
    """Who signs tokens."""
    return Issuer()


@pytest.fixture(scope="session")
def services(postgres: TestServer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Service]:
    """Every service, by name."""
    return build(postgres, tmp_path_factory.mktemp("fuzz"))
