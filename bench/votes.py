"""A durable vote over HTTP against a bare Flask app: requests a second and the 99th percentile, as ratios.

200 proposals, participants and their tokens prepared beforehand; `wrk` with 32 connections, each request a vote that
was not cast before. The two applications are run in turn, five times five seconds each, in one run on one machine; the
figure is the median of the five ratios. One turn of each goes before and is not counted: in it the service meets the
participants' tokens, whose signatures it then remembers.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID, uuid4

import psycopg

from bench.people import Issuer
from bench.servers import served
from bench.wrk import Turn, turn
from libs.chassis.db import Database
from libs.chassis.ids import uuid7
from libs.chassis.migrations import upgrade
from services.consultation.app import MIGRATIONS
from services.consultation.causes.models import Cause
from services.consultation.consultations.models import Consultation
from services.consultation.proposals.models import Proposal

PROPOSALS, PARTICIPANTS = 200, 1500
CONNECTIONS, SECONDS, TURNS = 32, 5, 5

_SCRIPT = """
local tokens, proposals, turn = {}, {}, 0
for line in io.lines("%(folder)s/tokens") do tokens[#tokens + 1] = line end
for line in io.lines("%(folder)s/proposals") do proposals[#proposals + 1] = line end
local count = 0
function setup(thread) thread:set("id", count); count = count + 1 end
function init(args) turn = tonumber(args[1]) * %(stride)d + id * %(half)d end
function request()
  turn = turn + 1
  local token = tokens[turn %% #tokens + 1]
  local proposal = proposals[math.floor(turn / #tokens) %% #proposals + 1]
  wrk.headers["Authorization"] = "Bearer " .. token
  wrk.headers["Content-Type"] = "application/json"
  return wrk.format("PUT", "/api/consultation/v1/proposals/" .. proposal .. "/vote", nil,
    '{"choice": "agree", "qualifiers": ["doable"], "key": null}')
end
"""


def measure(url: str, folder: Path) -> dict[str, Any]:
    """Prepare the database at `url`, run both applications in turn, return the figures."""
    prepare(url, folder)
    script = folder / "votes.lua"
    script.write_text(_SCRIPT % {"folder": folder, "stride": 40_000, "half": 20_000})
    turns: dict[str, list[Turn]] = {"baseline": [], "consultation": []}
    with (
        served("baseline", {}) as bare,
        served("consultation", {"BENCH_DATABASE_URL": url, "PYTHONWARNINGS": "ignore"}) as full,
    ):
        for number in range(1 + TURNS):
            for application, address in (("baseline", bare), ("consultation", full)):
                turns[application].append(
                    turn(address, script, number, connections=CONNECTIONS, seconds=SECONDS)
                )
    for measured in turns.values():
        del measured[0]
    pairs = list(zip(turns["baseline"], turns["consultation"], strict=True))
    return {
        "votes_per_second": round(median(one.rate for one in turns["consultation"])),
        "baseline_per_second": round(median(one.rate for one in turns["baseline"])),
        "ratio": round(median(full.rate / bare.rate for bare, full in pairs), 3),
        "p99_ratio": round(median(full.p99 / bare.p99 for bare, full in pairs), 2),
        "votes_written": _count(url),
    }


def prepare(url: str, folder: Path) -> Issuer:
    """Migrate the database at `url`, fill it, and write tokens and proposals into files of `folder`."""
    upgrade(url, MIGRATIONS)
    database = Database(url, service="consultation", owner="coalition")
    issuer = Issuer(database)
    subjects = [uuid4() for _ in range(PARTICIPANTS)]
    with database.transaction() as session:
        consultation = _open_consultation()
        session.add_all(consultation)
        session.flush()
        proposals = [_proposal(consultation[1].id, number) for number in range(PROPOSALS)]
        session.add_all(proposals)
    with database.autocommit() as connection, connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO participant (id, consultation_id, class, subject, consent_version, consented_at)"
            " VALUES (%s, %s, 'visitor', %s, 1, now())",
            [(uuid4(), consultation[1].id, str(subject)) for subject in subjects],
        )
        connection.execute("VACUUM ANALYZE")
    database.close()
    (folder / "tokens").write_text("\n".join(map(issuer.visitor, subjects)))
    (folder / "proposals").write_text("\n".join(str(proposal.id) for proposal in proposals))
    return issuer


def _open_consultation() -> tuple[Cause, Consultation]:
    now = datetime.now(UTC)
    dates = {"opens_at": now - timedelta(days=1), "closes_at": now + timedelta(days=1)}
    cause = Cause(
        id=uuid7(), slug="bench", title={"fr": "Bench"}, mandate={"fr": "Bench"}, created_at=now, **dates
    )
    consultation = Consultation(
        id=uuid7(),
        cause_id=cause.id,
        slug="bench",
        title={"fr": "Bench"},
        question={"fr": "Combien ?"},
        introduction={"fr": ""},
        languages=["fr"],
        can_propose=True,
        proposal_prefix="Il faut",
        proposal_min=12,
        proposal_max=140,
        consent_version=1,
        consent_text={"fr": "Oui."},
        governance={"dpo": "bench@maillage.example"},
        opening_recorded=True,
        closing_recorded=False,
        created_at=now,
        **dates,
    )
    return cause, consultation


def _proposal(consultation_id: UUID, number: int) -> Proposal:
    now = datetime.now(UTC)
    return Proposal(
        id=uuid7(),
        consultation_id=consultation_id,
        text=f"Il faut mesurer la proposition {number}.",
        language="fr",
        state="accepted",
        submitted_at=now,
    )


def _count(url: str) -> int:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        row = connection.execute("SELECT count(*) FROM vote").fetchone()
        return int(row[0]) if row else 0
