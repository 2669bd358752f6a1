"""Giving consent and taking it back: one tap each."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import case, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from libs.chassis.errors import Conflict
from libs.chassis.ids import uuid4
from libs.chassis.messages import N_
from services.consultation.consultations.models import Consultation
from services.consultation.consultations.rules import refuse_unless_open
from services.consultation.participants.models import Participant
from services.consultation.participants.rules import Identity
from services.consultation.voting.commands import delete_votes_of


def give_consent(
    session: Session, consultation: Consultation, who: Identity, version: int, now: datetime
) -> Participant:
    """Record that `who` consents to `version` of the consultation's text; saying so twice changes nothing.

    However many first consents arrive at once, there is one participant. Raises `Conflict` when the consultation is
    not open, or when the text read is no longer the current one.
    """
    refuse_unless_open(consultation, now)
    if version != consultation.consent_version:
        raise Conflict(
            "consent.outdated",
            N_("The text you agreed to has been replaced: version {current} is the one to read."),
            current=consultation.consent_version,
        )
    given = insert(Participant).values(
        id=uuid4(),
        consultation_id=consultation.id,
        class_=who.class_,
        subject=who.subject,
        consent_version=version,
        consented_at=now,
    )
    new = given.excluded
    anew = or_(Participant.withdrawn_at.is_not(None), Participant.consent_version != new.consent_version)
    upsert = given.on_conflict_do_update(
        index_elements=["consultation_id", "class", "subject"],
        set_={
            "consented_at": case((anew, new.consented_at), else_=Participant.consented_at),
            "consent_version": new.consent_version,
            "withdrawn_at": None,
        },
    ).returning(Participant)
    return session.scalars(upsert, execution_options={"populate_existing": True}).one()


def withdraw_consent(session: Session, consultation: Consultation, who: Identity, now: datetime) -> int:
    """Take back the consent of `who`, with every vote given under it. Returns how many votes were deleted.

    Possible at any time, before, during and after the consultation; nothing happens where no consent stands. A vote
    that is being cast meanwhile waits for the row, and then finds no consent.
    """
    participant_id = session.scalar(
        update(Participant)
        .where(
            Participant.consultation_id == consultation.id,
            Participant.class_ == who.class_,
            Participant.subject == who.subject,
            Participant.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now)
        .returning(Participant.id)
    )
    if participant_id is None:
        return 0
    return delete_votes_of(session, participant_id)


def forget_account(session: Session, subject: UUID) -> dict[str, int]:
    """Remove the consents and votes of an account that is erased, in every consultation.

    The votes leave the tallies, which are counted from the rows. A vote that is being cast meanwhile waits for its
    participant, and then finds none. Returns how many of what.
    """
    own = (Participant.class_ == "account", Participant.subject == str(subject))
    held = session.scalars(
        select(Participant.id).where(*own).order_by(Participant.id).with_for_update()
    ).all()
    votes = sum(delete_votes_of(session, participant_id) for participant_id in held)
    session.execute(delete(Participant).where(Participant.id.in_(held)))
    return {"consents": len(held), "votes": votes}
