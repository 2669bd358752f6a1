"""Reading workshops. All are public; the online address is for those who have a place and for who coordinates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import Session

from libs.chassis.errors import NotFound
from libs.chassis.messages import N_
from libs.chassis.paging import Page, decode_cursor, page
from libs.chassis.tokens import Principal
from services.consultation.causes.models import Cause
from services.consultation.causes.queries import get_cause
from services.consultation.causes.rules import coordinates
from services.consultation.proposals.models import Proposal
from services.consultation.proposals.rules import PUBLIC_STATES
from services.consultation.workshops.models import Workshop, WorkshopAction, WorkshopPlace, WorkshopProposal
from services.consultation.workshops.rules import Place


def get_workshop(session: Session, workshop_id: UUID, *, lock: bool = False) -> Workshop:
    """The workshop, held until the transaction ends if `lock`. Raises `NotFound`."""
    query = select(Workshop).where(Workshop.id == workshop_id)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound("workshop.unknown", N_("There is no such workshop."))
    return found


def list_workshops(
    session: Session, slug: str, caller: Principal | None, cursor: str | None, limit: int
) -> Page[dict[str, Any]]:
    """A page of a cause's workshops, the latest first. Raises `NotFound`."""
    cause, listing = get_cause(session, slug), f"workshops:{slug}"
    after = decode_cursor(listing, cursor, datetime.fromisoformat, UUID)
    query = (
        select(Workshop)
        .where(Workshop.cause_id == cause.id)
        .order_by(Workshop.starts_at.desc(), Workshop.id.desc())
    )
    if after is not None:
        query = query.where(tuple_(Workshop.starts_at, Workshop.id) < after)
    rows = session.scalars(query.limit(limit + 1)).all()
    found = page(listing, rows, limit, lambda row: (row.starts_at.isoformat(), str(row.id)))
    return Page(shown(session, found.items, caller), found.next)


def count_places(session: Session, workshop_id: UUID) -> dict[Place, int]:
    """How many have a place, and how many wait."""
    query = (
        select(WorkshopPlace.state, func.count())
        .where(WorkshopPlace.workshop_id == workshop_id)
        .group_by(WorkshopPlace.state)
    )
    counts = {Place(state): count for state, count in session.execute(query)}
    return {place: counts.get(place, 0) for place in Place}


def show_place(session: Session, workshop_id: UUID, subject: UUID) -> dict[str, Any]:
    """What an account has got, and its rank among those who wait. Raises `NotFound`."""
    mine = session.get(WorkshopPlace, (get_workshop(session, workshop_id).id, subject))
    if mine is None:
        raise NotFound("place.none", N_("You are not registered for this workshop."))
    rank = None
    if mine.state == Place.WAITING:
        before = select(func.count()).where(
            WorkshopPlace.workshop_id == workshop_id,
            WorkshopPlace.state == Place.WAITING,
            WorkshopPlace.position <= mine.position,
        )
        rank = session.scalar(before)
    return {"state": mine.state, "rank": rank, "asked_at": mine.asked_at}


def convened_on(session: Session, workshop_id: UUID) -> list[UUID]:
    """The proposals a workshop was convened on, whatever became of them since."""
    query = select(WorkshopProposal.proposal_id).where(WorkshopProposal.workshop_id == workshop_id)
    return list(session.scalars(query))


def shown(session: Session, workshops: Sequence[Workshop], caller: Principal | None) -> list[dict[str, Any]]:
    """Workshops as `caller` may see them, in the same order; five statements for all of them."""
    ids = [workshop.id for workshop in workshops]
    causes = select(Cause.id, Cause.slug).where(Cause.id.in_({workshop.cause_id for workshop in workshops}))
    slugs = dict(session.execute(causes).all())
    proposals = _grouped(session, _PUBLIC_PROPOSALS.where(WorkshopProposal.workshop_id.in_(ids)))
    actions = _grouped(session, _ACTIONS.where(WorkshopAction.workshop_id.in_(ids)))
    counts = _counts(session, ids)
    mine = _places_of(session, ids, caller)
    return [
        {name: getattr(workshop, name) for name in _SHOWN_AS_STORED}
        | {
            "cause": slugs[workshop.cause_id],
            "online": workshop.online_url is not None,
            "online_url": workshop.online_url if _inside(workshop, mine.get(workshop.id), caller) else None,
            "registered": counts.get((workshop.id, Place.REGISTERED), 0),
            "waiting": counts.get((workshop.id, Place.WAITING), 0),
            "mine": mine.get(workshop.id),
            "coordinated": coordinates(caller, workshop.cause_id),
            "proposals": proposals[workshop.id],
            "actions": actions[workshop.id],
        }
        for workshop in workshops
    ]


def _inside(workshop: Workshop, mine: str | None, caller: Principal | None) -> bool:
    return mine == Place.REGISTERED or coordinates(caller, workshop.cause_id)


def _grouped(session: Session, query: Select[UUID, UUID]) -> dict[UUID, list[UUID]]:
    found: dict[UUID, list[UUID]] = defaultdict(list)
    for workshop_id, id in session.execute(query):
        found[workshop_id].append(id)
    return found


def _counts(session: Session, ids: Sequence[UUID]) -> dict[tuple[UUID, str], int]:
    query = (
        select(WorkshopPlace.workshop_id, WorkshopPlace.state, func.count())
        .where(WorkshopPlace.workshop_id.in_(ids))
        .group_by(WorkshopPlace.workshop_id, WorkshopPlace.state)
    )
    return {(workshop_id, state): count for workshop_id, state, count in session.execute(query)}


def _places_of(session: Session, ids: Sequence[UUID], caller: Principal | None) -> dict[UUID, str]:
    if caller is None or caller.kind != "account":
        return {}
    query = select(WorkshopPlace.workshop_id, WorkshopPlace.state).where(
        WorkshopPlace.workshop_id.in_(ids), WorkshopPlace.subject == caller.subject
    )
    return dict(session.execute(query).all())


# A proposal may be refused after all; from then on it is not public, and not shown here either.
_PUBLIC_PROPOSALS = (
    select(WorkshopProposal.workshop_id, WorkshopProposal.proposal_id)
    .join(Proposal, Proposal.id == WorkshopProposal.proposal_id)
    .where(Proposal.state.in_(PUBLIC_STATES))
    .order_by(WorkshopProposal.proposal_id)
)
_ACTIONS = select(WorkshopAction.workshop_id, WorkshopAction.action_id).order_by(WorkshopAction.action_id)
_SHOWN_AS_STORED = (
    "id", "title", "agenda", "facilitator", "starts_at", "ends_at", "place", "capacity", "state", "minutes",
    "attendance", "created_at",
)  # fmt: skip
