"""Reading results: national figures, from the rows of votes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from libs.chassis.paging import Page, decode_cursor, page
from services.consultation.consultations.models import Consultation
from services.consultation.consultations.queries import get_consultation
from services.consultation.consultations.rules import Status, status
from services.consultation.proposals.models import Proposal
from services.consultation.proposals.rules import LISTED, PUBLIC_STATES
from services.consultation.proposals.similar import HOLDING
from services.consultation.results.rules import (
    ORDERS,
    Order,
    Standing,
    leaders,
    ordered,
    rank,
    standings_of,
    zone_counts,
)
from services.consultation.scoring.rules import ProposalScores, Zone
from services.consultation.tallies.queries import (
    Participation,
    participation,
    tallies_of_consultation,
)
from services.consultation.tallies.recent import RecentFigures
from services.consultation.tallies.rules import NO_VOTES, Tally

LEADERS = 10
"""How many proposals the summary shows in each of its lists."""

_LISTS: Mapping[str, tuple[Order, Zone | None]] = {
    "top": ("top", None),
    "controversies": ("controversy", Zone.CONTROVERSY),
    "rejections": ("rejection", Zone.REJECTION),
    "neutral": ("neutral", Zone.LIMBO),
}


@dataclass(frozen=True, slots=True)
class Results:
    """Everything public that was counted of a consultation at one instant, about its accepted proposals."""

    computed_at: datetime
    participation: Participation
    zones: Mapping[Zone, int]
    ranking: Mapping[Order, Sequence[Standing]]
    """All proposals in each order, the strongest first."""


@dataclass(frozen=True, slots=True)
class ScoredProposal:
    """A proposal with its standing, ready to be shown."""

    id: UUID
    text: str
    tally: Tally
    scores: ProposalScores
    zone: Zone


@dataclass(frozen=True, slots=True)
class Counted:
    """Everything that a version of the results freezes."""

    summary: dict[str, Any]
    proposals: list[ScoredProposal]


def summary(session: Session, slug: str, recent: RecentFigures, now: datetime) -> dict[str, Any]:
    """The results on one page; `final` once the consultation is closed."""
    consultation = get_consultation(session, slug)
    return _summed_up(session, consultation, _recent_results(session, consultation, recent, now))


def count(session: Session, consultation: Consultation, now: datetime) -> Counted:
    """The results as of now, whatever was counted a moment ago: the summary, and all proposals, the best first."""
    results = _results(session, consultation.id, now)
    texts = _texts(session, [standing.id for standing in results.ranking["top"]])
    return Counted(
        summary=_summed_up(session, consultation, results),
        proposals=[_scored(standing, texts) for standing in results.ranking["top"]],
    )


def public_texts(session: Session, consultation_id: UUID, ids: Collection[UUID]) -> dict[UUID, str]:
    """The texts of those of the proposals that are public now."""
    found = select(Proposal.id, Proposal.text).where(
        Proposal.id.in_(ids), Proposal.consultation_id == consultation_id, Proposal.state.in_(PUBLIC_STATES)
    )
    return dict(session.execute(found).all())


def _summed_up(session: Session, consultation: Consultation, results: Results) -> dict[str, Any]:
    lists = {name: leaders(results.ranking[order], zone, LEADERS) for name, (order, zone) in _LISTS.items()}
    texts = _texts(session, [standing.id for chosen in lists.values() for standing in chosen])
    took_part = results.participation
    return {
        "consultation": consultation.slug,
        "computed_at": results.computed_at,
        "final": status(consultation.opens_at, consultation.closes_at, results.computed_at) is Status.CLOSED,
        "participants": took_part,
        "votes": took_part.votes,
        "proposals": took_part.proposals,
        "zones": results.zones,
        **{name: [_scored(standing, texts) for standing in chosen] for name, chosen in lists.items()},
    }


def list_scored(
    session: Session,
    slug: str,
    recent: RecentFigures,
    now: datetime,
    *,
    order: Order,
    words: str | None,
    cursor: str | None,
    limit: int,
) -> Page[ScoredProposal]:
    """A page of the accepted proposals, those that hold `words` if given, the strongest in `order` first."""
    consultation = get_consultation(session, slug)
    listing = f"results:{slug}:{order}"
    after = decode_cursor(listing, cursor, float, str)
    standings = _recent_results(session, consultation, recent, now).ranking[order]
    if words is not None:
        holding = _holding(session, consultation, words)
        standings = [standing for standing in standings if standing.id in holding]
    first = bisect_right(standings, after, key=lambda standing: rank(standing, order)) if after else 0
    found = page(listing, standings[first : first + limit + 1], limit, lambda standing: rank(standing, order))
    texts = _texts(session, [standing.id for standing in found.items])
    return Page([_scored(standing, texts) for standing in found.items], found.next)


def _holding(session: Session, consultation: Consultation, words: str) -> set[UUID]:
    asked = {"consultation": consultation.id, "state": LISTED, "language": consultation.languages[0]}
    return set(session.scalars(HOLDING, asked | {"words": words}))


def _recent_results(
    session: Session, consultation: Consultation, recent: RecentFigures, now: datetime
) -> Results:
    id = consultation.id
    return recent.get(session, ("results", id), lambda session: _results(session, id, now))


def _results(session: Session, consultation_id: UUID, now: datetime) -> Results:
    tallies = tallies_of_consultation(session, consultation_id)
    accepted = session.scalars(
        select(Proposal.id).where(Proposal.consultation_id == consultation_id, Proposal.state == LISTED)
    )
    standings = standings_of({id: tallies.get(id, NO_VOTES) for id in accepted})
    return Results(
        computed_at=now,
        participation=participation(session, consultation_id),
        zones=zone_counts(standings),
        ranking={order: ordered(standings, order) for order in ORDERS},
    )


def _texts(session: Session, ids: Sequence[UUID]) -> dict[UUID, str]:
    found = session.execute(select(Proposal.id, Proposal.text).where(Proposal.id.in_(ids)))
    return dict(found.all())


def _scored(standing: Standing, texts: Mapping[UUID, str]) -> ScoredProposal:
    return ScoredProposal(standing.id, texts[standing.id], standing.tally, standing.scores, standing.zone)
