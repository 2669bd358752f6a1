"""A running site for the tests of one file. Each file has its own: they are killed in different ways."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from libs.chassis.testing.folders import make_server_folder
from libs.chassis.testing.rabbitmq import TestBroker
from tests.faults.reckoning import begin
from tests.faults.site import Site, site


@pytest.fixture(scope="module")
def running(rabbitmq: TestBroker) -> Iterator[Site]:
    """All processes of Maillage, ready, over servers of their own."""
    folder = make_server_folder()
    with site(folder / "data", rabbitmq) as built:
        begin(built)
        yield built
    shutil.rmtree(folder, ignore_errors=True)
