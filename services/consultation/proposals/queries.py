"""Reading proposals. Who may read which is decided here, by `readable_by`, and every list goes through it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select, true, tuple_
from sqlalchemy.orm import Session

from libs.chassis.errors import NotFound
from libs.chassis.messages import N_
from libs.chassis.paging import Page, decode_cursor, page
from libs.chassis.tokens import Principal
from services.consultation.consultations.models import Consultation
from services.consultation.consultations.queries import get_consultation
from services.consultation.moderation.rules import ROLE, causes_of
from services.consultation.proposals.models import Proposal
from services.consultation.proposals.rules import LISTED, PUBLIC_STATES, without_prefix
from services.consultation.proposals.similar import LEAST_SIMILARITY, SIMILAR
from services.consultation.tallies.queries import tallies_of
from services.consultation.tallies.rules import Tally


@dataclass(frozen=True, slots=True)
class ShownProposal:
    """A proposal as its reader sees it. `consultation` is the slug; `note` is what a moderator wrote to its author."""

    id: UUID
    consultation: str
    text: str
    language: str
    state: str
    reason: str | None
    note: str | None
    submitted_at: datetime
    tally: Tally


def readable_by(caller: Principal | None) -> ColumnElement[bool]:
    """The condition, on proposals joined with their consultation, of what `caller` may read.

    Anyone reads what was accepted. What waits, was postponed or refused is between its author and the moderators of
    its cause; to everybody else it does not exist.
    """
    public = Proposal.state.in_(PUBLIC_STATES)
    if caller is None or caller.kind != "account":
        return public
    return or_(public, Proposal.author_subject == caller.subject, moderated_by(caller))


def moderated_by(caller: Principal) -> ColumnElement[bool]:
    """The condition, on consultations, of those that `caller` moderates."""
    if caller.has(ROLE, "coalition"):
        return true()
    return Consultation.cause_id.in_(causes_of(caller.grants))


def show_proposal(session: Session, proposal_id: UUID, caller: Principal | None) -> ShownProposal:
    """One proposal. Raises `NotFound` where there is none that `caller` may know of."""
    found = session.execute(_with_slug().where(Proposal.id == proposal_id, readable_by(caller))).one_or_none()
    if found is None:
        raise unknown_proposal()
    return _shown(session, [(found[0], found[1])])[0]


def show_named(session: Session, ids: Sequence[UUID], caller: Principal | None) -> list[ShownProposal]:
    """Those of `ids` that `caller` may know of, in the same order, each once."""
    rows = session.execute(_with_slug().where(Proposal.id.in_(ids), readable_by(caller)))
    found = {proposal.id: (proposal, slug) for proposal, slug in rows}
    return _shown(session, [found[id] for id in dict.fromkeys(ids) if id in found])


def list_accepted(session: Session, slug: str, cursor: str | None, limit: int) -> Page[ShownProposal]:
    """A page of a consultation's accepted proposals, oldest first: an order that no vote changes."""
    listing = f"proposals:{slug}"
    after = decode_cursor(listing, cursor, datetime.fromisoformat, UUID)
    query = (
        _with_slug()
        .where(Proposal.consultation_id == get_consultation(session, slug).id, Proposal.state == LISTED)
        .order_by(Proposal.submitted_at, Proposal.id)
    )
    if after is not None:
        query = query.where(tuple_(Proposal.submitted_at, Proposal.id) > after)
    return _page(session, listing, query, limit)


def list_own(session: Session, author: UUID, cursor: str | None, limit: int) -> Page[ShownProposal]:
    """A page of what an account proposed, whatever became of it, newest first."""
    listing = f"own-proposals:{author}"
    after = decode_cursor(listing, cursor, datetime.fromisoformat, UUID)
    query = (
        _with_slug()
        .where(Proposal.author_subject == author)
        .order_by(Proposal.submitted_at.desc(), Proposal.id.desc())
    )
    if after is not None:
        query = query.where(tuple_(Proposal.submitted_at, Proposal.id) < after)
    return _page(session, listing, query, limit)


def find_similar(
    session: Session, consultation: Consultation, text: str, language: str
) -> Sequence[ShownProposal]:
    """Accepted proposals of the consultation that say nearly the same as `text`, the nearest first; at most six."""
    ids = session.scalars(
        SIMILAR,
        {
            "consultation": consultation.id,
            "state": LISTED,
            "text": without_prefix(text, consultation.proposal_prefix),
            "language": language,
            "least": LEAST_SIMILARITY,
        },
    ).all()
    rows = {
        proposal.id: proposal for proposal in session.scalars(select(Proposal).where(Proposal.id.in_(ids)))
    }
    return _shown(session, [(rows[id], consultation.slug) for id in ids])


def shown(session: Session, proposals: Sequence[Proposal], slug: str) -> list[ShownProposal]:
    """Proposals of one consultation with their tallies, in the same order."""
    return _shown(session, [(proposal, slug) for proposal in proposals])


def unknown_proposal() -> NotFound:
    """The answer about a proposal that is not there, and about one that the caller may not know of."""
    return NotFound("proposal.unknown", N_("There is no such proposal."))


def _with_slug() -> Select[Proposal, str]:
    return select(Proposal, Consultation.slug).join(Consultation)


def _page(session: Session, listing: str, query: Select[Proposal, str], limit: int) -> Page[ShownProposal]:
    rows = [(proposal, slug) for proposal, slug in session.execute(query.limit(limit + 1))]
    return page(
        listing, _shown(session, rows), limit, lambda item: (item.submitted_at.isoformat(), str(item.id))
    )


def _shown(session: Session, rows: Sequence[tuple[Proposal, str]]) -> list[ShownProposal]:
    tallies = tallies_of(session, [proposal.id for proposal, _ in rows])
    return [
        ShownProposal(
            id=proposal.id,
            consultation=slug,
            text=proposal.text,
            language=proposal.language,
            state=proposal.state,
            reason=proposal.reason,
            # Who reads a proposal that is not public is its author or a moderator.
            note=None if proposal.state in PUBLIC_STATES else proposal.note,
            submitted_at=proposal.submitted_at,
            tally=tallies[proposal.id],
        )
        for proposal, slug in rows
    ]
