"""Fixtures for all tests: real servers, one set for each test process."""

import pytest
from hypothesis import HealthCheck, settings

from libs.chassis import children
from libs.chassis.testing.plugin import broker_url, database_url, postgres, rabbitmq

__all__ = ["broker_url", "database_url", "postgres", "rabbitmq"]

# The same examples every time, however slow the machine. `pytest --hypothesis-profile=others` tries others each time.
settings.register_profile(
    "others",
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.register_profile("steady", parent=settings.get_profile("others"), derandomize=True)
settings.load_profile("steady")


def pytest_configure(config: pytest.Config) -> None:
    """Test processes that run side by side share out the ports: none takes what another was given a moment ago."""
    worker = getattr(config, "workerinput", None)
    if worker is not None:
        children.PORTS = children.PORTS[int(worker["workerid"].removeprefix("gw")) :: worker["workercount"]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow files go first, so that no process is still busy with one when the others have nothing left to do."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
