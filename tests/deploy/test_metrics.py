"""What Prometheus sees of real processes, as promtool reads it; and that each alert fires when it should."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from libs.chassis.testing.postgres import TestServer
from libs.chassis.testing.rabbitmq import TestBroker
from services.defis.figures import FIGURES as OF_DEFIS
from tests.deploy.processes import Process, environment

PROMETHEUS = Path(__file__).parents[2] / "deploy" / "prometheus"
RUNBOOK = Path(__file__).parents[2] / "docs" / "operations.md"


@pytest.fixture(scope="module")
def pages(
    postgres: TestServer, rabbitmq: TestBroker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """The metrics page of a web and of a worker process, after a request and with an event that cannot leave."""
    folder = tmp_path_factory.mktemp("metrics")
    with rabbitmq.vhost() as broker, postgres.database() as database:
        environ = environment(broker, database, "consultation")
        with Process("services.consultation", "migrate", folder, environ) as migration:
            assert migration.finish() == 0
        with (
            Process("services.consultation", "web", folder, environ) as web,
            Process("services.consultation", "worker", folder, environ) as worker,
        ):
            web.wait_until_ready()
            worker.wait_until_ready()
            httpx.get(f"{web.url}/api/consultation/v1/causes").raise_for_status()
            with psycopg.connect(database.replace("+psycopg", "")) as connection:
                # The relay journals what it has published: it waits here.
                connection.execute("LOCK TABLE journal IN ACCESS EXCLUSIVE MODE")
                with psycopg.connect(database.replace("+psycopg", "")) as other:
                    other.execute(
                        "INSERT INTO outbox (event_id, type, subject, envelope, journaled, recorded_at)"
                        " VALUES (gen_random_uuid(), 'a.b.c.v1', 's', '{}', true, now() - interval '2 minutes')"
                    )
                yield {"web": web.internal("/metrics").text, "worker": worker.internal("/metrics").text}


@pytest.mark.parametrize("role", ["web", "worker"])
def test_promtool_finds_nothing_to_say(pages: dict[str, str], role: str) -> None:
    checked = subprocess.run(
        ["promtool", "check", "metrics"], input=pages[role], capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


def test_requests_are_counted_by_the_template_of_their_route(pages: dict[str, str]) -> None:
    assert 'method="GET",owner="coalition",route="/api/consultation/v1/causes"' in pages["web"]
    assert value(pages["web"], "maillage_database_pool_in_use") >= 0


def test_the_age_of_an_outbox_is_known_though_nothing_leaves_it(pages: dict[str, str]) -> None:
    assert value(pages["worker"], "maillage_outbox_waiting") == 1
    assert 110 < value(pages["worker"], "maillage_outbox_oldest_age_seconds") < 300


def test_every_figure_that_alerts_read_is_there(pages: dict[str, str]) -> None:
    asked = set(re.findall(r"\bmaillage_\w+", (PROMETHEUS / "alerts.yml").read_text()))
    shown = {figure.name for figure in OF_DEFIS} | set(
        re.findall(r"^(maillage_\w+)", "".join(pages.values()), re.MULTILINE)
    )
    declared = set(re.findall(r"^# TYPE (maillage_\w+)", "".join(pages.values()), re.MULTILINE))
    assert asked - shown - declared == set()


def value(page: str, name: str) -> float:
    (line,) = [line for line in page.splitlines() if line.startswith(f"{name}{{")]
    return float(line.rpartition(" ")[2])


def test_prometheus_accepts_its_configuration() -> None:
    checked = subprocess.run(
        ["promtool", "check", "config", str(PROMETHEUS / "prometheus.yml")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_each_alert_fires_when_it_should_and_not_before() -> None:
    checked = subprocess.run(
        ["promtool", "test", "rules", str(PROMETHEUS / "alerts_test.yml")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_each_alert_is_tried_and_has_its_line_in_the_runbook() -> None:
    alerts = set(re.findall(r"- alert: (\w+)", (PROMETHEUS / "alerts.yml").read_text()))
    assert set(re.findall(r"alertname: (\w+)", (PROMETHEUS / "alerts_test.yml").read_text())) == alerts
    assert alerts <= set(re.findall(r"^\| `(\w+)` \|", RUNBOOK.read_text(), re.MULTILINE))
