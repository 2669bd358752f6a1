"""What stands in the databases when everything has come to rest, against what was answered and what was told."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from deploy.local.instances import instances
from deploy.local.worker import create_workers
from libs.chassis.inbox import Inbox
from tests.faults.ledger import Cell
from tests.faults.people import ask
from tests.faults.site import OPERATOR, Site
from tests.faults.walkers import PROPOSALS

DEFIS = f"defis_{OPERATOR}"
_VOTES = """
    SELECT participant.subject, vote.proposal_id,
        CASE choice WHEN 1 THEN 'agree' WHEN -1 THEN 'disagree' ELSE 'neutral' END
    FROM vote JOIN participant ON participant.id = participant_id
"""
_CONSENTS = "SELECT subject, 'given' FROM participant WHERE consented_at IS NOT NULL AND withdrawn_at IS NULL"
_MEMBERS = "SELECT defi_id, subject, state FROM member WHERE role <> 'porteur'"
_TALLIES = """
    SELECT proposal_id, count(*) FILTER (WHERE choice = 1), count(*) FILTER (WHERE choice = -1),
        count(*) FILTER (WHERE choice = 0)
    FROM vote GROUP BY proposal_id
"""


SETTLED_WITHIN_S = 90.0


def differences(site: Site) -> list[str]:
    """Everything that is not as it should be once the site has come to rest; nothing, when all is well."""
    _settle(site)
    return [
        *site.ledger.differences(_found(site)),
        *_deliveries(site),
        *_agreements(site),
        *_tallies(site),
    ]


def begin(site: Site) -> None:
    """Return when the first facts are where they belong, and the broker has written down the queues they went through.

    Those of people were there before anything else ran, from the broker's definitions.
    """
    _settle(site)
    site.broker.sync()


def _settle(site: Site) -> None:
    deadline = time.monotonic() + SETTLED_WITHIN_S
    while list(_deliveries(site)) and time.monotonic() < deadline:
        time.sleep(0.1)


def _found(site: Site) -> dict[Cell, list[str]]:
    """What stands in the tables, in the cells of the ledger."""
    found: defaultdict[Cell, list[str]] = defaultdict(list)
    for kind, database, query in (
        ("vote", "consultation", _VOTES),
        ("consent", "consultation", _CONSENTS),
        ("proposal", "consultation", "SELECT text, state FROM proposal"),
        ("defi", DEFIS, "SELECT title, state FROM defi"),
        ("member", DEFIS, _MEMBERS),
        ("pledge", DEFIS, "SELECT description, state FROM pledge"),
    ):
        for *key, value in site.rows(database, query):
            found[(kind, *map(str, key))].append(str(value))
    return dict(found)


def _deliveries(site: Site) -> Iterator[str]:
    """Each consumer has each fact that it wants once, and has dealt with it; the journal has each public one once."""
    told: dict[object, str] = {}
    for one in instances([OPERATOR]):
        here = site.rows(one.name, "SELECT event_id, type, journaled FROM witnessed")
        told |= {event_id: str(name) for event_id, name, _journaled in here}
        yield from _journal(site, one.name, {event_id for event_id, _type, journaled in here if journaled})
    for one, worker in zip(instances([OPERATOR]), create_workers(site.environ), strict=True):
        yield from _mailbox(site, one.name, worker.inbox, told)


def _journal(site: Site, name: str, public: set[object]) -> Iterator[str]:
    """What was told has left, and the public part of it stands in the journal."""
    if site.rows(name, "SELECT FROM outbox"):
        yield f"the outbox of {name} is not empty"
    journal = {row[0] for row in site.rows(name, "SELECT event_id FROM journal")}
    if public != journal:
        yield f"the journal of {name} lacks {public - journal} and has {journal - public} besides"


def _mailbox(site: Site, name: str, inbox: Inbox, told: Mapping[object, str]) -> Iterator[str]:
    """What was told to the consumers of one service is what they wanted, and done."""
    received = defaultdict(set)
    for consumer, event_id, status, reason in site.rows(
        name, "SELECT consumer, event_id, status, reason FROM inbox"
    ):
        received[consumer].add(event_id)
        if status != "done" or reason is not None:
            yield f"{consumer} of {name} has a fact that is {status}: {reason}"
    for known in inbox._consumers.values():
        wanted = {event_id for event_id, type_ in told.items() if known.wants(type_)}
        lost, strange = wanted - received[known.name], received[known.name] - wanted
        if lost or strange:
            yield f"{known.name} of {name} lacks {len(lost)} of {len(wanted)} facts, has {len(strange)} besides"


def _agreements(site: Site) -> Iterator[str]:
    """What others keep of a fact is what its publisher's tables say."""
    published = "SELECT id, stage FROM defi WHERE published_at IS NOT NULL ORDER BY id"
    observed = "SELECT id, stage FROM observed_defi ORDER BY id"
    if site.rows(DEFIS, published) != site.rows("consultation", observed):
        yield "the observatory does not know the défis that are published"
    told = dict(site.rows("notifications", "SELECT kind, count(*) FROM notice GROUP BY kind"))
    due = Counter(
        {
            "proposal.accepted": "SELECT count(*) FROM proposal WHERE state = 'accepted'",
            "proposal.refused": "SELECT count(*) FROM proposal WHERE state = 'refused'",
            "defi.published": "SELECT count(*) FROM defi WHERE state = 'published'",
            "defi.membership_requested": "SELECT count(*) FROM member WHERE role <> 'porteur'",
            "defi.membership_accepted": "SELECT count(*) FROM member WHERE state = 'active' AND role <> 'porteur'",
            "defi.pledge_offered": "SELECT count(*) FROM pledge",
            "defi.pledge_accepted": "SELECT count(*) FROM pledge WHERE state = 'accepted'",
        }
    )
    for kind, query in due.items():
        ((number,),) = site.rows("consultation" if kind.startswith("proposal") else DEFIS, str(query))
        if told.get(kind, 0) != number:
            yield f"{told.get(kind, 0)} notices {kind}, and {number} are due"


def _tallies(site: Site) -> Iterator[str]:
    """What is published of the votes on a proposal is a recount of them."""
    recount = {
        str(proposal): dict(zip(("agree", "disagree", "neutral"), counts, strict=True))
        for proposal, *counts in site.rows("consultation", _TALLIES)
    }
    with httpx.Client(base_url=site.url, timeout=30) as client:
        for proposal, counted in recount.items():
            tally = _read(client, f"{PROPOSALS}/{proposal}")["tally"]
            if {choice: tally[choice] for choice in counted} != counted:
                yield f"the tally of {proposal} says {tally}, and the votes are {counted}"


def _read(client: httpx.Client, path: str) -> Any:
    """The document at an address. A service may still meet a connection that died: its reader is told to come back."""
    deadline = time.monotonic() + SETTLED_WITHIN_S
    while (answer := ask(client, "GET", path)).status == 503 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert answer.done, f"{path}: {answer.document}"
    return answer.document
