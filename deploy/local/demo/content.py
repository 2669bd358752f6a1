"""What the demo's coalition and citizens have written: the cause, its two consultations and their proposals.

Everything is made by the service's own commands, each consultation in one transaction, so it is there whole or not at
all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from deploy.local.demo.accounts import CITIZEN, MODERATOR, DemoAccount
from deploy.local.demo.past import past_consultation
from deploy.local.demo.proposals import DemoProposal, demo_proposals, pending_proposals
from deploy.local.demo.silence import tell_no_moderator, tell_nobody
from deploy.local.demo.texts import ConsentText, ConsultationText, demo_texts
from libs.chassis.tokens import Principal
from services.consultation.causes.commands import NewCause, create_cause
from services.consultation.causes.models import Cause
from services.consultation.consultations.commands import NewConsultation, create_consultation
from services.consultation.consultations.models import Consultation
from services.consultation.moderation.commands import decide
from services.consultation.moderation.rules import Decision
from services.consultation.proposals.commands import submit
from services.consultation.proposals.models import Proposal

OPEN_SINCE = timedelta(days=14)
PAST_OPEN_SINCE = timedelta(days=460)
LASTS = timedelta(weeks=8)
CAUSE_LASTS = timedelta(days=3 * 365)
VOTES_KEPT = timedelta(days=730)
VOTES_TARGET = 100_000

Actors = Mapping[DemoAccount, Principal]


def find_consultation(session: Session, text: ConsultationText | None = None) -> Consultation | None:
    """One of the demo's consultations, the open one unless another is named, if it has been loaded."""
    slug = (text or demo_texts().consultation).slug
    return session.scalar(select(Consultation).where(Consultation.slug == slug))


def write_content(session: Session, actors: Actors, now: datetime) -> Consultation:
    """Start the consultation two weeks ago, with accepted proposals and some that wait."""
    consultation = _consultation(session, demo_texts().consultation, now, OPEN_SINCE)
    _propose(session, consultation, demo_proposals(), actors[MODERATOR])
    for number, pending in enumerate(pending_proposals()):
        author = actors[CITIZEN].subject if number == 0 else person_called(pending.author)
        _submit(session, consultation, pending.text, author, now - timedelta(hours=8 - number))
    tell_no_moderator(session, consultation.id)
    return consultation


def write_past(session: Session, actors: Actors, now: datetime) -> Consultation:
    """Start the consultation that came before, and is closed by now, with its proposals."""
    past = past_consultation()
    consultation = _consultation(session, past.text, now, PAST_OPEN_SINCE)
    _propose(session, consultation, past.proposals, actors[MODERATOR])
    tell_no_moderator(session, consultation.id)
    return consultation


def accepted_proposals(
    session: Session, consultation: Consultation, proposals: Iterable[DemoProposal]
) -> dict[str, UUID]:
    """The id of each of the consultation's accepted proposals, by its key."""
    rows = select(Proposal.text, Proposal.id).where(Proposal.consultation_id == consultation.id)
    ids = {row.text: row.id for row in session.execute(rows)}
    return {demo.key: ids[demo.text] for demo in proposals}


def person_called(name: str) -> UUID:
    """The invented account of an invented author, the same at every start."""
    return UUID(int=Random(f"author {name}").getrandbits(128), version=4)  # noqa: S311 - nobody's secret


def _propose(
    session: Session, consultation: Consultation, proposals: Iterable[DemoProposal], moderator: Principal
) -> None:
    """Let invented people propose, one every twenty minutes, and the moderator accept."""
    authors = []
    for number, demo in enumerate(proposals):
        submitted_at = consultation.opens_at + timedelta(minutes=20 * number)
        authors.append(person_called(demo.author))
        proposal = _submit(session, consultation, demo.text, authors[-1], submitted_at)
        decided_at = submitted_at + timedelta(hours=2)
        decide(session, proposal.id, moderator, Decision.ACCEPT, reason=None, note=None, now=decided_at)
    tell_nobody(session, authors)


def _cause(session: Session, now: datetime) -> Cause:
    text = demo_texts().cause
    opened_at = _opening(now, PAST_OPEN_SINCE)
    return session.scalar(select(Cause).where(Cause.slug == text.slug)) or create_cause(
        session,
        NewCause(
            slug=text.slug,
            title=text.title,
            mandate=text.mandate,
            opens_at=opened_at,
            closes_at=opened_at + CAUSE_LASTS,
        ),
        opened_at,
    )


def _consultation(session: Session, text: ConsultationText, now: datetime, since: timedelta) -> Consultation:
    opened_at = _opening(now, since)
    consent, closes_at = demo_texts().consent, opened_at + LASTS
    new = NewConsultation(
        slug=text.slug,
        title=text.title,
        question=text.question,
        introduction=text.introduction,
        proposal_prefix=text.proposal_prefix,
        languages=("fr", "en"),
        opens_at=opened_at,
        closes_at=closes_at,
        votes_target=VOTES_TARGET,
        consent_text=consent.text,
        governance=_governance(consent, closes_at),
    )
    return create_consultation(session, _cause(session, now), new, opened_at)


def _opening(now: datetime, since: timedelta) -> datetime:
    return (now - since).replace(hour=6, minute=0, second=0, microsecond=0)


def _governance(consent: ConsentText, closes_at: datetime) -> dict[str, object]:
    kept_until = (closes_at + VOTES_KEPT).date().isoformat()
    return {
        "controllers": consent.joint_controllers,
        "dpo": consent.data_protection_officer,
        "impact_assessment": consent.impact_assessment,
        "minimum_age": consent.minimum_age,
        "votes_kept_until": kept_until,
        "contacts_kept_until": kept_until,
    }


def _submit(session: Session, consultation: Consultation, text: str, author: UUID, at: datetime) -> Proposal:
    return submit(session, consultation, author=author, text=text, language="fr", now=at)
