"""A conversation of Pol.is lived again over HTTP: does the consultation count what its matrix says?

A coordinator opens a consultation, authors propose what was written, a moderator accepts everything, each participant
consents; the log's votes are sent in the order of their time over many connections, each person's over one, so that
a changed mind stays in its order. Then the moderator refuses what was refused, and the results are read.
"""

from __future__ import annotations

import csv
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from bench.people import Caller, Issuer
from bench.servers import served
from libs.chassis.db import Database
from libs.chassis.migrations import upgrade
from services.consultation.app import MIGRATIONS

CONNECTIONS = 16
SLUG = "replay"
CHOICES = {"1": "agree", "0": "neutral", "-1": "disagree"}
_PEOPLE = UUID("8e8fd2a4-54a4-4e0c-9d2c-0f7c3c9b8f11")


class Cast(NamedTuple):
    """A line of the log."""

    at: int
    person: str
    comment: str
    choice: str


def measure(url: str, export: Path) -> dict[str, float]:
    """Replay the folder `export` in the database at `url`; votes, the seconds they took, figures that differ."""
    upgrade(url, MIGRATIONS)
    database = Database(url, service="consultation", owner="coalition")
    issuer = Issuer(database)
    database.close()
    comments, log = list(_rows(export / "comments.csv")), _log(export)
    with served("consultation", {"BENCH_DATABASE_URL": url}) as address:
        caller, staff = Caller(address), issuer.account(_person("staff"), "coordinator", "moderator")
        _open(caller, staff)
        proposals = _propose(caller, issuer, staff, comments)
        seconds = _vote(address, issuer, log, proposals)
        refused = {comment["comment-id"] for comment in comments if comment["moderated"] == "-1"}
        for comment in refused:
            decision = {"decision": "refuse", "reason": "other"}
            caller.ask("POST", f"proposals/{proposals[comment]}/decision", staff, decision)
        found = {item["id"]: item["tally"] for item in _listed(caller, staff)}
    expected = _matrix(export)
    figures = [
        (found.get(id, {}).get(choice, 0), 0 if comment in refused else expected[comment, choice])
        for comment, id in proposals.items()
        for choice in CHOICES.values()
    ]
    differences = sum(counted != written for counted, written in figures)
    return {"votes": len(log), "seconds": round(seconds, 1), "differences": differences}


def _open(caller: Caller, staff: str) -> None:
    opens = datetime.now(UTC) + timedelta(seconds=1)
    texts = {
        name: {"fr": "Une conversation rejouée."} for name in ("title", "mandate", "question", "introduction")
    }
    dates = {"opens_at": opens.isoformat(), "closes_at": (opens + timedelta(days=1)).isoformat()}
    shared = {"slug": SLUG, "title": texts["title"], **dates}
    caller.ask("POST", "causes", staff, {**shared, "mandate": texts["mandate"]})
    kept = (opens + timedelta(days=400)).date().isoformat()
    consultation = {
        **shared,
        "cause": SLUG,
        "question": texts["question"],
        "introduction": texts["introduction"],
        "proposal_prefix": "",
        "proposal_length": {"min": 1, "max": 1000},
        "consent": {"version": 1, "text": {"fr": "Oui."}},
        "governance": {
            "controllers": ["La coalition"],
            "dpo": "dpo@maillage.example",
            "impact_assessment": "AIPD 1",
            "minimum_age": 15,
            "votes_kept_until": kept,
            "contacts_kept_until": kept,
        },
    }
    caller.ask("POST", "consultations", staff, consultation)
    while datetime.now(UTC) <= opens:
        time.sleep(0.05)


def _propose(
    caller: Caller, issuer: Issuer, staff: str, comments: Sequence[dict[str, str]]
) -> dict[str, str]:
    """Propose and accept every comment; the proposals' ids by the comments' own. A proposal is one line of text."""
    proposals = {}
    for comment in comments:
        author = issuer.account(_person(f"author of {comment['comment-id']}"))
        text = {"text": " ".join(comment["comment-body"].split())}
        made = caller.ask("POST", f"consultations/{SLUG}/proposals", author, text)
        caller.ask("POST", f"proposals/{made['id']}/decision", staff, {"decision": "accept"})
        proposals[comment["comment-id"]] = made["id"]
    return proposals


def _vote(address: str, issuer: Issuer, log: Sequence[Cast], proposals: dict[str, str]) -> float:
    """Send consents, then votes; the seconds that the votes took."""
    people = sorted({cast.person for cast in log})
    tokens = {person: issuer.visitor(_person(person)) for person in people}
    shares: list[list[Cast]] = [[] for _ in range(CONNECTIONS)]
    for cast in log:
        shares[int(cast.person) % CONNECTIONS].append(cast)

    def consent(number: int) -> None:
        caller = Caller(address)
        for person in people[number::CONNECTIONS]:
            caller.ask("POST", f"consultations/{SLUG}/consent", tokens[person], {"version": 1})

    def vote(number: int) -> None:
        caller = Caller(address)
        for cast in shares[number]:
            path = f"proposals/{proposals[cast.comment]}/vote"
            caller.ask("PUT", path, tokens[cast.person], {"choice": cast.choice})

    with ThreadPoolExecutor(CONNECTIONS) as threads:
        list(threads.map(consent, range(CONNECTIONS)))
        started = time.perf_counter()
        list(threads.map(vote, range(CONNECTIONS)))
    return time.perf_counter() - started


def _listed(caller: Caller, staff: str) -> Iterator[dict[str, Any]]:
    """Every proposal of the results, page after page."""
    path = f"consultations/{SLUG}/results/proposals"
    page = caller.ask("GET", path, staff)
    yield from page["items"]
    while page["next"]:
        page = caller.ask("GET", f"{path}?cursor={page['next']}", staff)
        yield from page["items"]


def _log(export: Path) -> list[Cast]:
    """The votes in the order of their time; of equals, in the order of their rows."""
    casts = [
        Cast(int(row["timestamp"]), row["voter-id"], row["comment-id"], CHOICES[row["vote"]])
        for row in _rows(export / "votes.csv")
    ]
    return sorted(casts, key=lambda cast: cast.at)


def _matrix(export: Path) -> Counter[tuple[str, str]]:
    """How often each choice stands in the column of each comment."""
    return Counter(
        (comment, CHOICES[vote])
        for row in _rows(export / "participants-votes.csv")
        for comment, vote in row.items()
        if comment.isdigit() and vote
    )


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def _person(name: str) -> UUID:
    return uuid5(_PEOPLE, name)
