"""Preparing consultations, and telling when they open and close."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import not_, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from libs.chassis.errors import Conflict
from libs.chassis.ids import uuid7
from libs.chassis.messages import N_
from libs.chassis.outbox import record
from libs.contracts.consultation import ConsultationClosed, ConsultationOpened
from services.consultation.base import Document, Localised
from services.consultation.causes.models import Cause
from services.consultation.consultations.models import Consultation
from services.consultation.consultations.rules import (
    check_dates,
    check_governance,
    check_proposal_length,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewConsultation:
    """A consultation to prepare; `governance` is described in `rules.check_governance`."""

    slug: str
    title: Localised
    question: Localised
    introduction: Localised
    opens_at: datetime
    closes_at: datetime
    consent_text: Localised
    governance: Document
    consent_version: int = 1
    languages: tuple[str, ...] = ("fr",)
    can_propose: bool = True
    votes_target: int | None = None
    proposal_prefix: str = "Il faut"
    proposal_min: int = 12
    proposal_max: int = 140


def create_consultation(session: Session, cause: Cause, new: NewConsultation, now: datetime) -> Consultation:
    """Prepare a consultation of `cause`; it opens by itself at its date.

    Raises `Invalid` where its dates, its governance or the length of its proposals do not hold, `Conflict` when
    the slug is taken.
    """
    check_dates(new.opens_at, new.closes_at)
    check_governance(new.governance, new.closes_at)
    check_proposal_length(new.proposal_min, new.proposal_max)
    values = {**asdict(new), "languages": list(new.languages)}
    return _add(
        session, Consultation(**values, cause=cause, opening_recorded=False, closing_recorded=False), now
    )


def record_dates(session: Session, now: datetime) -> None:
    """Scheduled job: tell of each consultation whose time to open or to close has come, once each, in that order."""
    due = (
        select(Consultation)
        .where(
            or_(
                not_(Consultation.opening_recorded) & (Consultation.opens_at <= now),
                not_(Consultation.closing_recorded) & (Consultation.closes_at <= now),
            )
        )
        .order_by(Consultation.id)
        .with_for_update(of=Consultation)
    )
    for consultation in session.scalars(due):
        _record_dates_of(session, consultation, now)


def _record_dates_of(session: Session, consultation: Consultation, now: datetime) -> None:
    assert consultation.cause_id is not None, "only imports have no cause, and those are never told"
    id, cause_id, slug = consultation.id, consultation.cause_id, consultation.slug
    if not consultation.opening_recorded:
        closes_at = consultation.closes_at
        record(
            session,
            ConsultationOpened(consultation_id=id, cause_id=cause_id, slug=slug, closes_at=closes_at),
        )
        consultation.opening_recorded = True
    if consultation.closes_at <= now:
        record(session, ConsultationClosed(consultation_id=id, cause_id=cause_id, slug=slug))
        consultation.closing_recorded = True


def _add(session: Session, consultation: Consultation, now: datetime) -> Consultation:
    consultation.id, consultation.created_at = uuid7(), now
    try:
        with session.begin_nested():
            session.add(consultation)
    except IntegrityError as error:
        raise Conflict(
            "consultation.slug_taken", N_("Another consultation already has this short name.")
        ) from error
    return consultation
