"""Taking proposals to read, and deciding on them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, or_, select, update
from sqlalchemy.orm import Session, aliased

from libs.chassis.db import lock
from libs.chassis.errors import Conflict
from libs.chassis.ids import uuid4
from libs.chassis.messages import N_
from libs.chassis.outbox import record
from libs.chassis.tokens import Principal
from libs.contracts.consultation import ProposalAccepted, ProposalPostponed, ProposalRefused
from libs.contracts.event import Event
from libs.contracts.notices import ConsultationNotice
from services.consultation.base import rows_changed
from services.consultation.consultations.models import Consultation
from services.consultation.moderation.rules import (
    HELD_FOR,
    IN_QUEUE,
    ROLE,
    Decision,
    Hold,
    Reason,
    check_moderator,
    check_reason,
    decided,
    scopes_over,
)
from services.consultation.proposals.models import Proposal
from services.consultation.proposals.queries import readable_by, unknown_proposal


def take_next(
    session: Session, consultation: Consultation, moderator: UUID, now: datetime
) -> Proposal | None:
    """The proposal that this moderator reads now, kept for them for fifteen minutes; None when nothing waits for them.

    It is the one they hold already, else the oldest that waits, whose author is neither the moderator nor somebody
    whose other proposal a colleague is reading: one person judges one author at a time.
    """
    # Moderators of a consultation take turns here. Row locks alone would let two of them, at the same instant, take two
    # proposals of one author.
    lock(session, f"moderation of {consultation.id}")
    proposal = session.scalar(_held_by(moderator, consultation, now)) or session.scalar(
        _oldest_free(moderator, consultation, now)
    )
    if proposal is not None:
        proposal.locked_by, proposal.locked_until = moderator, now + HELD_FOR
    return proposal


def decide(
    session: Session,
    proposal_id: UUID,
    caller: Principal,
    decision: Decision,
    *,
    reason: Reason | None,
    note: str | None,
    now: datetime,
) -> tuple[Proposal, str]:
    """Accept, refuse or postpone a proposal, and tell its author. Returns it with its consultation's slug.

    Votes it received stay. Raises `NotFound`; `Forbidden` to who does not moderate there, or made it; `Conflict` while
    another moderator holds it, where its state allows no such decision, and in an archived consultation; `Invalid`
    when the reason is missing or out of place.
    """
    proposal, consultation = _to_decide(session, proposal_id, caller)
    caller.require(ROLE, *scopes_over(consultation.cause_id))
    check_reason(decision, reason)
    check_moderator(caller.subject, proposal.author_subject, _hold(proposal), now)
    if consultation.archived_at is not None:
        raise Conflict("consultation.archived", N_("This consultation is archived: it can only be read."))
    proposal.state = decided(proposal.state, decision)
    proposal.reason, proposal.note = reason and reason.value, note
    proposal.decided_at, proposal.decided_by = now, caller.subject
    proposal.locked_by = proposal.locked_until = None
    record(session, _EVENTS[proposal.state](proposal))
    if proposal.author_subject is not None:
        record(session, _notice(proposal, proposal.author_subject))
    return proposal, consultation.slug


def forget_moderator(session: Session, moderator: UUID) -> dict[str, int]:
    """Put a random id, which nothing else holds, in the decisions of a moderator who is erased; free what they hold.

    That one person made them stays. Returns how many decisions there were.
    """
    held = update(Proposal).where(Proposal.locked_by == moderator)
    session.execute(held.values(locked_by=None, locked_until=None))
    decided_by_them = update(Proposal).where(Proposal.decided_by == moderator)
    return {"decisions_made_anonymous": rows_changed(session, decided_by_them.values(decided_by=uuid4()))}


_EVENTS: Mapping[str, Callable[[Proposal], Event]] = {
    "accepted": lambda proposal: ProposalAccepted(
        proposal_id=proposal.id, consultation_id=proposal.consultation_id
    ),
    "refused": lambda proposal: ProposalRefused(
        proposal_id=proposal.id, consultation_id=proposal.consultation_id, reason=proposal.reason or ""
    ),
    "postponed": lambda proposal: ProposalPostponed(
        proposal_id=proposal.id, consultation_id=proposal.consultation_id
    ),
}


def _notice(proposal: Proposal, author: UUID) -> ConsultationNotice:
    """What its author is told: what became of it and, of a refusal, which of the published reasons it has.

    The moderator's own words stay here: the author reads them with the proposal.
    """
    return ConsultationNotice(
        recipient=author,
        kind=f"proposal.{proposal.state}",
        reference=f"proposal:{proposal.id}",
        title=proposal.text,
        facts={"reason": proposal.reason} if proposal.reason else {},
    )


def _to_decide(session: Session, proposal_id: UUID, caller: Principal) -> tuple[Proposal, Consultation]:
    """The proposal, locked until the transaction ends, so that two decisions at once are one after the other."""
    found = session.execute(
        select(Proposal, Consultation)
        .join(Consultation)
        .where(Proposal.id == proposal_id, readable_by(caller))
        .with_for_update(of=Proposal)
    ).one_or_none()
    if found is None:
        raise unknown_proposal()
    return found[0], found[1]


def _hold(proposal: Proposal) -> Hold | None:
    if proposal.locked_by is None or proposal.locked_until is None:
        return None
    return Hold(proposal.locked_by, proposal.locked_until)


def _held_by(moderator: UUID, consultation: Consultation, now: datetime) -> Select[Proposal]:
    return (
        select(Proposal)
        .where(
            Proposal.consultation_id == consultation.id,
            Proposal.state == IN_QUEUE,
            Proposal.locked_by == moderator,
            Proposal.locked_until > now,
        )
        .with_for_update()
    )


def _oldest_free(moderator: UUID, consultation: Consultation, now: datetime) -> Select[Proposal]:
    other = aliased(Proposal)
    same_author_held = (
        select(other.id)
        .where(
            other.consultation_id == consultation.id,
            other.state == IN_QUEUE,
            other.author_subject == Proposal.author_subject,
            other.locked_until > now,
        )
        .exists()
    )
    return (
        select(Proposal)
        .where(
            Proposal.consultation_id == consultation.id,
            Proposal.state == IN_QUEUE,
            or_(Proposal.locked_until.is_(None), Proposal.locked_until <= now),
            Proposal.author_subject.is_distinct_from(moderator),
            ~same_author_held,
        )
        .order_by(Proposal.submitted_at, Proposal.id)
        .limit(1)
        # One that is being decided this instant is passed over, not waited for.
        .with_for_update(skip_locked=True)
    )
