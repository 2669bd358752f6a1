"""What the demo's coalition and citizens have written: the cause, the consultation and its proposals.

Everything is made by the service's own commands in one transaction, so it is there whole or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from deploy.local.demo.accounts import CITIZEN, MODERATOR, DemoAccount
from deploy.local.demo.proposals import demo_proposals, pending_proposals
from deploy.local.demo.silence import tell_nobody
from deploy.local.demo.texts import ConsentText, DemoTexts, demo_texts
from libs.chassis.tokens import Principal
from services.consultation.causes.commands import NewCause, create_cause
from services.consultation.consultations.commands import NewConsultation, create_consultation
from services.consultation.consultations.models import Consultation
from services.consultation.moderation.commands import decide
from services.consultation.moderation.rules import Decision
from services.consultation.proposals.commands import submit
from services.consultation.proposals.models import Proposal

OPEN_SINCE = timedelta(days=14)
LASTS = timedelta(weeks=8)
CAUSE_LASTS = timedelta(days=3 * 365)
VOTES_KEPT = timedelta(days=365)
VOTES_TARGET = 100_000

Actors = Mapping[DemoAccount, Principal]


def find_consultation(session: Session) -> Consultation | None:
    """The demo's consultation, if it has been loaded."""
    slug = demo_texts().consultation.slug
    return session.scalar(select(Consultation).where(Consultation.slug == slug))


def write_content(session: Session, actors: Actors, now: datetime) -> Consultation:
    """Start the cause and its consultation, two weeks ago, with accepted proposals and some that wait."""
    texts = demo_texts()
    opened_at = (now - OPEN_SINCE).replace(hour=6, minute=0, second=0, microsecond=0)
    consultation = _consultation(session, texts, opened_at)
    for number, demo in enumerate(demo_proposals()):
        submitted_at = opened_at + timedelta(minutes=20 * number)
        proposal = _submit(session, consultation, demo.text, person_called(demo.author), submitted_at)
        decided_at = submitted_at + timedelta(hours=2)
        moderator = actors[MODERATOR]
        decide(session, proposal.id, moderator, Decision.ACCEPT, reason=None, note=None, now=decided_at)
    tell_nobody(session, [person_called(demo.author) for demo in demo_proposals()])
    for number, pending in enumerate(pending_proposals()):
        author = actors[CITIZEN].subject if number == 0 else person_called(pending.author)
        _submit(session, consultation, pending.text, author, now - timedelta(hours=8 - number))
    return consultation


def accepted_proposals(session: Session, consultation: Consultation) -> dict[str, UUID]:
    """The id of each of the demo's accepted proposals, by its key."""
    rows = select(Proposal.text, Proposal.id).where(Proposal.consultation_id == consultation.id)
    ids = {row.text: row.id for row in session.execute(rows)}
    return {demo.key: ids[demo.text] for demo in demo_proposals()}


def person_called(name: str) -> UUID:
    """The invented account of an invented author, the same at every start."""
    return UUID(int=Random(f"author {name}").getrandbits(128), version=4)  # noqa: S311 - nobody's secret


def _consultation(session: Session, texts: DemoTexts, opened_at: datetime) -> Consultation:
    closes_at = opened_at + LASTS
    cause = create_cause(
        session,
        NewCause(
            slug=texts.cause.slug,
            title=texts.cause.title,
            mandate=texts.cause.mandate,
            opens_at=opened_at,
            closes_at=opened_at + CAUSE_LASTS,
        ),
        opened_at,
    )
    new = NewConsultation(
        slug=texts.consultation.slug,
        title=texts.consultation.title,
        question=texts.consultation.question,
        introduction=texts.consultation.introduction,
        proposal_prefix=texts.consultation.proposal_prefix,
        languages=("fr", "en"),
        opens_at=opened_at,
        closes_at=closes_at,
        votes_target=VOTES_TARGET,
        consent_text=texts.consent.text,
        governance=_governance(texts.consent, closes_at),
    )
    return create_consultation(session, cause, new, opened_at)


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
