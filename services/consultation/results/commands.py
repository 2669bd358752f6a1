"""Publishing results: figures frozen in a version, told when its embargo ends."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, not_, select
from sqlalchemy.orm import Session

from libs.chassis.errors import Forbidden
from libs.chassis.messages import N_
from libs.chassis.outbox import record
from libs.chassis.tokens import Principal
from libs.contracts.consultation import ResultsPublished
from libs.contracts.notices import ConsultationNotice
from services.consultation.base import Localised
from services.consultation.consultations.models import Consultation
from services.consultation.consultations.queries import get_consultation
from services.consultation.proposals.models import Proposal
from services.consultation.proposals.rules import LISTED
from services.consultation.results.models import ResultsVersion
from services.consultation.results.queries import count
from services.consultation.results.rules import (
    check_corrected,
    check_counted,
    check_embargo,
    check_note,
    check_uncorrected,
    may_publish,
)
from services.consultation.results.versions import correction_of, frozen_figures, frozen_proposals


def publish(
    session: Session,
    slug: str,
    caller: Principal,
    *,
    embargo_until: datetime | None,
    note: Localised | None,
    corrects: int | None,
    now: datetime,
) -> ResultsVersion:
    """Freeze the figures of this moment as the next version, public at the end of its embargo, else at once.

    It is final once the consultation is closed. Raises `NotFound`; `Forbidden` to all but who coordinates the cause or
    administers the coalition; `Conflict` before the opening, and on a version that was corrected already; `Invalid`
    on the embargo, and on a correction of nothing or without a note.
    """
    consultation = get_consultation(session, slug)
    if not may_publish(caller, consultation.cause_id):
        raise Forbidden("results.publish", N_("Whoever coordinates the cause publishes its results."))
    check_counted(consultation.opens_at, now)
    check_embargo(embargo_until, now)
    check_note(corrects, note)
    counted = count(session, consultation, now)
    version = ResultsVersion(
        consultation_id=consultation.id,
        number=_next_number(session, consultation.id),
        computed_at=now,
        published_at=now,
        public_at=embargo_until or now,
        final=counted.summary["final"],
        note=note,
        corrects=corrects,
        figures=frozen_figures(counted),
        proposals=frozen_proposals(counted),
        told=False,
    )
    _check_corrects(session, version)
    session.add(version)
    session.flush()
    return version


def record_publications(session: Session, now: datetime) -> None:
    """Scheduled job: tell of each version that has become public, once each, in the order of their numbers."""
    due = (
        select(ResultsVersion, Consultation)
        .join(Consultation, Consultation.id == ResultsVersion.consultation_id)
        .where(not_(ResultsVersion.told), ResultsVersion.public_at <= now)
        .order_by(ResultsVersion.consultation_id, ResultsVersion.number)
        .with_for_update(of=ResultsVersion)
    )
    for version, consultation in session.execute(due).all():
        assert consultation.cause_id is not None, "nobody publishes the results of an import"
        record(
            session,
            ResultsPublished(
                consultation_id=consultation.id,
                cause_id=consultation.cause_id,
                slug=consultation.slug,
                number=version.number,
                final=version.final,
                corrects=version.corrects,
            ),
        )
        if version.final:
            _tell_authors(session, consultation, version)
        version.told = True


def _next_number(session: Session, consultation_id: UUID) -> int:
    """The number of the next version, until the transaction ends nobody else's. People go on voting meanwhile."""
    held = select(Consultation.id).where(Consultation.id == consultation_id)
    session.execute(held.with_for_update(key_share=True))
    last = select(func.max(ResultsVersion.number)).where(ResultsVersion.consultation_id == consultation_id)
    return (session.scalar(last) or 0) + 1


def _check_corrects(session: Session, version: ResultsVersion) -> None:
    if version.corrects is None:
        return
    wrong = session.get(ResultsVersion, (version.consultation_id, version.corrects))
    check_corrected(wrong.public_at if wrong else None, version.public_at)
    if wrong is not None:
        check_uncorrected(correction_of(session, wrong))


def _tell_authors(session: Session, consultation: Consultation, version: ResultsVersion) -> None:
    """Tell those whose proposals are in the final results, each once, that there they are."""
    authors = (
        select(Proposal.author_subject)
        .where(
            Proposal.consultation_id == consultation.id,
            Proposal.state == LISTED,
            Proposal.author_subject.is_not(None),
        )
        .distinct()
        .order_by(Proposal.author_subject)
    )
    for author in session.scalars(authors).all():
        assert author is not None
        notice = ConsultationNotice(
            recipient=author,
            kind="proposal.results",
            reference=f"results:{consultation.slug}",
            title=consultation.title["fr"],
            facts={"version": "corrected" if version.corrects else "final"},
        )
        record(session, notice)
