"""Servers that start in any order, refuse for a while, or are reached through a bad network: all is well afterwards."""

from __future__ import annotations

import time
from collections.abc import Iterator
from random import Random

import httpx
import pytest

from tests.faults.proxy import Proxy
from tests.faults.reckoning import differences
from tests.faults.site import Site
from tests.faults.walkers import CONSULTATION, Walk, walking

pytestmark = pytest.mark.slow
SEED = 20261122
STEPS = 30


def go_on(site: Site, walk: Walk, steps: int = STEPS) -> None:
    """Return when so much more was done."""
    enough = walk.done + steps
    site.wait_until(lambda: walk.done >= enough, "nobody goes on")


@pytest.mark.parametrize(
    "order",
    [("worker", "web", "rabbitmq", "postgres"), ("web", "postgres", "worker", "rabbitmq")],
    ids=" ".join,
)
def test_any_start_order_works(running: Site, order: tuple[str, ...]) -> None:
    for name in order:
        running.strike(name, Random(SEED))
    for name in order:
        running.revive(name)
        running.wait_until(
            lambda name=name: name not in running.children or bool(running.readiness(name)),
            f"{name} says nothing",
        )
    running.wait_until_ready()
    with walking(running, f"{order[0]}-first", SEED) as walk:
        go_on(running, walk)
    assert [*walk.wrong, *differences(running)] == []


def test_a_broker_blocked_by_its_memory_alarm_holds_back_no_vote_and_loses_nothing(running: Site) -> None:
    with walking(running, "alarm", SEED) as walk:
        running.broker.block()
        try:
            refused = running.ledger.refused
            go_on(running, walk, 3 * STEPS)
            assert running.ledger.refused == refused
            # There is nothing that starting it again would mend.
            assert set(running.readiness("worker").values()) == {"ok"}
            assert running.rows("consultation", "SELECT EXISTS (SELECT FROM outbox)") == [(True,)]
            running.wait_until(lambda: waiting_facts(running) > 0, "the figures do not say that facts wait")
        finally:
            running.broker.unblock()
        go_on(running, walk)
    assert [*walk.wrong, *differences(running)] == []
    running.wait_until(lambda: waiting_facts(running) == 0, "the figures say that facts still wait")


def waiting_facts(site: Site) -> float:
    """How old the oldest fact that waits for the broker is, in seconds, as Prometheus is told."""
    lines = httpx.get(f"{site.internal['worker']}/metrics", timeout=20).text.splitlines()
    return max(
        float(line.split()[-1]) for line in lines if line.startswith("maillage_outbox_oldest_age_seconds{")
    )


@pytest.fixture
def through_proxies(running: Site) -> Iterator[tuple[Proxy, Proxy]]:
    """The processes reach PostgreSQL and RabbitMQ through a proxy each."""
    with Proxy(running.postgres.port) as database, Proxy(running.broker.port) as broker:
        vhost = running.vhost.replace(f":{running.broker.port}/", f":{broker.port}/")
        restart(running, running.environment(database.port, vhost))
        yield database, broker
        restart(running, running.environ)


def restart(site: Site, environ: dict[str, str]) -> None:
    """Start our own processes again, told something else."""
    for name in ("web", "worker"):
        site.strike(name, Random(SEED))
    site.start(environ=environ)
    site.wait_until_ready()


def test_slow_thin_and_torn_connections_lose_and_double_nothing(
    running: Site, through_proxies: tuple[Proxy, Proxy]
) -> None:
    chance, weather = Random(SEED), []
    with walking(running, "proxy", SEED) as walk:
        for kind in chance.sample(
            ["slow", "thin", "torn", "torn", "torn", "torn midway", "torn midway"], k=7
        ):
            for proxy in through_proxies:
                proxy.clear()
                if kind == "slow":
                    proxy.delay = chance.uniform(0.001, 0.02)
                elif kind == "thin":
                    proxy.delay, proxy.chunk = 0.001, chance.randint(50, 500)
                else:
                    proxy.tear(after=chance.randint(1, 20_000) if kind == "torn midway" else 0)
            weather.append(f"{kind} after {walk.done}")
            go_on(running, walk, chance.randint(5, STEPS))
        for proxy in through_proxies:
            proxy.clear()
    running.wait_until_ready()
    wrong = [*walk.wrong, *differences(running)]
    assert not wrong, "\n".join([f"seed {SEED}: {weather}", *wrong])


def test_a_database_that_accepts_and_says_nothing_is_not_waited_for_without_end(
    running: Site, through_proxies: tuple[Proxy, Proxy]
) -> None:
    database, _broker = through_proxies
    database.deaf = True
    database.tear()
    waited = 0.0
    while waited < 1:  # the connections that were torn are found out first, and at once
        began = time.monotonic()
        answer = httpx.get(f"{running.url}{CONSULTATION}", timeout=60)
        waited = time.monotonic() - began
        assert (answer.status_code, answer.json()["code"]) == (503, "database.unavailable")
    assert waited < 30
    database.clear()
    running.wait_until_ready()
    assert httpx.get(f"{running.url}{CONSULTATION}", timeout=60).status_code == 200
