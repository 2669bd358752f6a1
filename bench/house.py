"""The whole house on one machine, as `maillage up` runs it: what it weighs, and how fast its pages are when it is full.

10,000 défis of one operator, 5,000 proposals and 500,000 votes are written straight into its databases. It is weighed
before that, on its first start, once its jobs have run and its first pages were read.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

import httpx
import psycopg

from bench.wrk import in_turn, turn
from deploy.local.folder import DataFolder
from deploy.local.postgres import service_url

MAILLAGE = Path(sys.executable).with_name("maillage")
OPERATOR = "op1"
DEFIS, PROPOSALS, VOTERS, VOTES_EACH = 10_000, 5_000, 5_000, 100
DEFIS_READ, LIST_PAGES = 500, 10
STAGES = ("informaction", "creaction", "activaction")
KINDS = ("rural", "pavillonnaire", "petite_ville", "metropole")
SECONDS, TURNS, READERS = 3, 3, 16
PATIENCE = 120.0
"""Seconds after which the bench is given up."""


class House(NamedTuple):
    """A running system."""

    address: str
    process: int
    identity: str
    consultation: str
    defis: str


def measure(folder: Path) -> dict[str, object]:
    """Run the system in a new `folder`; what it weighs, and the figures of each page."""
    with _house(folder / "house") as house:
        _wait_for_jobs(house.identity)
        _read(house, ["/", "/defis"])
        weight = _weight(house.process)
        _fill_consultation(house.consultation)
        defis = _fill_defis(house.defis, house.consultation)
        pages = {
            "home": ["/"],
            "list of défis": _lists(house),
            "results": ["/consultations/bench/results"],
            "a défi": [f"/defis/{OPERATOR}/{defi}" for defi in defis],
            "results, from the API": ["/api/consultation/v1/consultations/bench/results"],
            "list of défis, from the API": [f"/api/territories/{OPERATOR}/v1/defis"],
        }
        figures = {name: _page(folder, house.address, paths) for name, paths in pages.items()}
    return {"memory_mb": weight, "pages": figures}


def _lists(house: House) -> list[str]:
    """The list as its readers open it: its first pages one after the other, and narrowed by stage and kind."""
    paths, cursor = ["/defis"], ""
    for _ in range(LIST_PAGES - 1):
        asked = {"state": "running"} | ({"cursor": cursor} if cursor else {})
        answer = httpx.get(f"{house.address}/api/consultation/v1/observatory/defis", params=asked, timeout=60)
        cursor = answer.raise_for_status().json()["next"]
        paths.append(f"/defis?cursor={cursor}")
    return paths + [f"/defis?stage={stage}&kind={kind}" for stage in STAGES for kind in KINDS]


def _wait_for_jobs(url: str) -> None:
    """Wait until the identity service's worker has run what it runs by the clock."""
    deadline = time.monotonic() + PATIENCE
    with psycopg.connect(url, autocommit=True) as connection:
        waiting = "SELECT FROM job WHERE last_run IS NULL LIMIT 1"
        while connection.execute(waiting).fetchone() is not None:
            if time.monotonic() > deadline:
                raise SystemExit(f"jobs that have not run after {PATIENCE:.0f} s")
            time.sleep(0.2)


def _read(house: House, paths: Iterable[str]) -> None:
    for path in paths:
        httpx.get(house.address + path, timeout=60).raise_for_status()


@contextmanager
def _house(data: Path) -> Iterator[House]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MAILLAGE_")}
    environ = {**clean, "MAILLAGE_DATA": str(data), "MAILLAGE_OPERATORS": OPERATOR, "PORT": "0"}
    with subprocess.Popen([MAILLAGE, "up"], env=environ, stderr=subprocess.PIPE, text=True) as system:
        try:
            address = _address(system)
            yield House(
                address,
                system.pid,
                *(_database(data, name) for name in ("identity", "consultation", f"defis_{OPERATOR}")),
            )
        finally:
            system.send_signal(signal.SIGTERM)
            system.communicate(timeout=60)


def _address(system: subprocess.Popen[str]) -> str:
    assert system.stderr is not None
    said = ""
    for line in system.stderr:
        said += line
        if found := re.search(r"runs at (http://127\.0\.0\.1:\d+)", line):
            return found[1]
    raise SystemExit(f"the system ended, and said: {said}")


def _database(data: Path, name: str) -> str:
    """The address of the database of a service: the password is in the data folder, the port in PostgreSQL's note."""
    folder = DataFolder(data)
    port = int((folder.postgres / "cluster" / "postmaster.pid").read_text().splitlines()[3])
    return service_url(name, folder.secret(f"postgres:{name}"), port)


def _weight(root: int) -> int:
    """Megabytes of memory of a process and all that descend from it, what they share counted once."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue  # gone meanwhile
        children.setdefault(parent, []).append(int(entry.name))
    kilobytes, family = 0, [root]
    while family:
        pid = family.pop()
        family += children.get(pid, [])
        shares = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
        kilobytes += int(shares[1]) if shares else 0
    return kilobytes // 1024


def _page(folder: Path, address: str, paths: Sequence[str]) -> dict[str, float]:
    """Milliseconds within which 95 of a hundred readers who come alone are answered; answers a second to many.

    They ask for all of `paths` in turn, so that what is measured is not one page that somebody has just made. The
    medians of three turns: how many of the readers fall to which of the two processes differs from one to the next.
    """
    httpx.get(address + paths[0], timeout=60).raise_for_status()
    script = folder / "page.lua"
    script.write_text(in_turn(paths))
    alone, many = (
        [turn(address, script, connections=readers, seconds=SECONDS) for _ in range(TURNS)]
        for readers in (1, READERS)
    )
    return {
        "p95_ms": round(median(one.p95 for one in alone), 1),
        "per_second": round(median(one.rate for one in many)),
    }


def _fill_consultation(url: str) -> None:
    """An open consultation with proposals and votes; each voter has voted on as many proposals, spread evenly."""
    with psycopg.connect(url) as connection:
        for statement in _CONSULTATION:
            connection.execute(
                statement,
                {"proposals": PROPOSALS, "voters": VOTERS, "each": VOTES_EACH},  # type: ignore[arg-type]
            )
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")


def _fill_defis(url: str, observatory: str) -> list[str]:
    """Published défis at every stage, and their summaries where the coalition counts them. Returns ids of some."""
    with psycopg.connect(url) as connection:
        connection.execute(_DEFIS, {"defis": DEFIS})  # type: ignore[arg-type]
        rows = connection.execute(
            "SELECT id, stage, commune_code, kind, themes::text, published_at FROM defi"
        ).fetchall()
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")
    with psycopg.connect(observatory) as connection, connection.cursor() as cursor:
        cursor.executemany(_OBSERVED, [(OPERATOR, *row) for row in rows])
        cursor.execute(_COUNTED)
    return [str(row[0]) for row in rows[:: DEFIS // DEFIS_READ]]


_CONSULTATION = (
    """
    INSERT INTO cause (id, slug, title, mandate, opens_at, closes_at, created_at)
    VALUES (gen_random_uuid(), 'bench', '{"fr": "Bench"}', '{"fr": "Bench"}',
            now() - interval '9 days', now() + interval '600 days', now())
    """,
    """
    INSERT INTO consultation (id, cause_id, slug, title, question, introduction, languages, opens_at, closes_at,
        can_propose, proposal_prefix, proposal_min, proposal_max, consent_version, consent_text, governance,
        opening_recorded, closing_recorded, created_at)
    SELECT gen_random_uuid(), id, 'bench', '{"fr": "Bench"}', '{"fr": "Combien ?"}', '{"fr": ""}', '["fr"]',
        now() - interval '8 days', now() + interval '50 days', true, 'Il faut', 12, 140, 1, '{"fr": "Oui."}',
        '{"dpo": "bench@maillage.example"}', true, false, now()
    FROM cause
    """,
    """
    INSERT INTO proposal (id, consultation_id, text, language, state, submitted_at)
    SELECT gen_random_uuid(), id, 'Il faut mesurer la proposition ' || n || '.', 'fr', 'accepted', now()
    FROM consultation, generate_series(1, %(proposals)s::int) n
    """,
    """
    INSERT INTO participant (id, consultation_id, class, subject, consent_version, consented_at)
    SELECT gen_random_uuid(), id, 'visitor', gen_random_uuid(), 1, now()
    FROM consultation, generate_series(1, %(voters)s::int)
    """,
    """
    INSERT INTO vote
        (participant_id, proposal_id, consultation_id, choice, qualifiers, provenance, verified, voted_at)
    SELECT v.id, p.id, p.consultation_id, choice, CASE choice WHEN 1 THEN n %% 8 WHEN -1 THEN 8 * (n %% 8) ELSE 0 END,
        1, true, now()
    FROM (SELECT id, row_number() OVER (ORDER BY id) AS number FROM participant) v
    CROSS JOIN generate_series(1, %(each)s::int) n
    JOIN (SELECT id, consultation_id, row_number() OVER (ORDER BY id) - 1 AS number FROM proposal) p
        ON p.number = (v.number * 37 + n * 53) %% %(proposals)s::int
    CROSS JOIN LATERAL (SELECT (v.number * n + p.number) %% 7 %% 3 - 1 AS choice) c
    """,
)
_DEFIS = """
    INSERT INTO defi (id, title, problem, beneficiaries, commune_code, commune_name, departement, kind, themes,
        first_date, origin_kind, entry_stage, state, stage, created_at, submitted_at, published_at, changed_at)
    SELECT gen_random_uuid(), 'Le défi ' || n, 'Un problème de tous les jours.', 'Les habitants', '88160', 'Épinal',
        '88', (ARRAY['rural', 'pavillonnaire', 'petite_ville', 'metropole'])[n %% 4 + 1], '["mobilite"]',
        current_date, 'none', 'informaction', 'published',
        (ARRAY['informaction', 'creaction', 'activaction'])[n %% 3 + 1],
        now() - n * interval '1 minute', now() - n * interval '1 minute', now() - n * interval '1 minute', now()
    FROM generate_series(1, %(defis)s::int) n
"""
_OBSERVED = """
    INSERT INTO observed_defi (operator, id, stage, commune, kind, themes, origin_kind, published_at, sequence, news_at)
    VALUES (%s, %s, %s, %s, %s, %s, 'none', %s, 1, now())
"""
_COUNTED = """
    INSERT INTO observed_count (operator, defi_id, what, times, sequence)
    SELECT operator, id, what, 7, 2 FROM observed_defi, unnest(ARRAY['joined', 'offered']) AS what
"""
