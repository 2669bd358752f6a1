"""Services declare that they hold nothing any more of somebody erased."""

from __future__ import annotations

from sqlalchemy.orm import Session

from libs.chassis.inbox import Consumer, envelope_in_hand
from libs.contracts.erasures import (
    ConsultationErasureDeclared,
    DefisErasureDeclared,
    ErasureDeclared,
    NotificationsErasureDeclared,
)
from services.identity.privacy.commands import note_declaration
from services.identity.privacy.rules import Declaration, clean_counts


def note(session: Session, event: ErasureDeclared) -> None:
    """Note it, in the name of whoever published it."""
    envelope = envelope_in_hand(session)
    declared = Declaration(
        asking_id=event.erasure_id,
        owner=envelope.owner,
        service=event.name.partition(".")[0],
        at=envelope.time,
        erased=clean_counts(event.erased),
    )
    note_declaration(session, declared)


consumers = (
    Consumer(name="note-erased-by-consultation", event=ConsultationErasureDeclared, handle=note, owner="*"),
    Consumer(name="note-erased-by-defis", event=DefisErasureDeclared, handle=note, owner="*"),
    Consumer(name="note-erased-by-notifications", event=NotificationsErasureDeclared, handle=note, owner="*"),
)
