"""Whatever is killed while people take part, nothing is lost, nothing is doubled, and nobody is told what is not so."""

from __future__ import annotations

import os
import time
from random import Random

import pytest

from tests.faults.reckoning import differences
from tests.faults.site import Site
from tests.faults.walkers import walking

pytestmark = pytest.mark.slow
SEED = int(os.environ.get("MAILLAGE_SOAK_SEED", "20261122"))
POINTS = int(os.environ.get("MAILLAGE_SOAK_POINTS", "60"))
POINTS_A_ROUND = 15
ROUNDS = -(-POINTS // POINTS_A_ROUND)
# How many of a round's points fall on whom. RabbitMQ takes five seconds to come back, everything else two at most.
VICTIMS = (
    *["worker"] * 4,
    *["web worker"] * 3,
    *["backend"] * 3,
    *["postgres"] * 2,
    "web",
    "web alone",
    "rabbitmq",
)
assert len(VICTIMS) == POINTS_A_ROUND


@pytest.mark.parametrize("number", range(ROUNDS))
def test_killed_anywhere_nothing_is_lost_doubled_or_wrongly_answered(running: Site, number: int) -> None:
    chance = Random(f"{SEED} {number}")
    victims = chance.sample(VICTIMS, k=min(POINTS_A_ROUND, POINTS - number * POINTS_A_ROUND))
    struck: list[str] = []
    with walking(running, f"r{number}w", SEED + number) as walk:
        for victim in victims:
            enough = walk.done + chance.randint(3, 25)
            running.wait_until(lambda enough=enough: walk.done >= enough, f"nobody goes on after {struck}")
            time.sleep(chance.random() * 0.01)  # somewhere within a request, not at its edge
            struck.append(f"{victim} after {walk.done}")
            running.strike(victim, chance)
            running.revive()
    running.wait_until_ready()
    wrong = [*walk.wrong, *differences(running)]
    assert not wrong, "\n".join([f"seed {SEED}, round {number}: {struck}", *wrong])
    assert min(running.ledger.acknowledged, running.ledger.unknown) > 0
