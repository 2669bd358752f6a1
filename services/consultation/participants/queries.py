"""Reading consents."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consultation.consultations.models import Consultation
from services.consultation.participants.models import Participant
from services.consultation.participants.rules import Identity


def find_participant(session: Session, consultation: Consultation, who: Identity) -> Participant | None:
    """The participant that `who` is, if they consented and did not take it back; the version may be an old one."""
    return session.scalar(
        select(Participant).where(
            Participant.consultation_id == consultation.id,
            Participant.class_ == who.class_,
            Participant.subject == who.subject,
            Participant.withdrawn_at.is_(None),
        )
    )
