"""What identity tells of people: how to write to them, and by which ids operators know them."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from libs.chassis.erasure import is_erased
from libs.chassis.i18n import LANGUAGES
from libs.chassis.inbox import Consumer, Drop, envelope_in_hand, erase_subject
from libs.contracts.identity import ContactConfirmed, SubjectPaired
from services.notifications.people import commands
from services.notifications.people.rules import email_key, read_email


def keep_contact(session: Session, event: ContactConfirmed) -> None:
    """Write to the person there, in that language; not to somebody erased, whose address is forgotten again."""
    if is_erased(session, event.person_id):
        commands.forget_address(session, email_key(event.email))
        _empty(session)
        return
    if read_email(event.email) is None:
        raise Drop("no address that mail can be sent to")
    language = event.language if event.language in LANGUAGES else LANGUAGES[0]
    commands.keep_contact(session, event.person_id, event.email, language, datetime.now(UTC))


def keep_pairing(session: Session, event: SubjectPaired) -> None:
    """Know whom an operator means; not of somebody erased."""
    if is_erased(session, event.person_id) or is_erased(session, event.pairwise_id):
        _empty(session)
    else:
        commands.keep_pairing(session, event.person_id, event.owner, event.pairwise_id)


def _empty(session: Session) -> None:
    """Keep nothing of an event that came too late: it is about somebody who was erased."""
    envelope = envelope_in_hand(session)
    erase_subject(session, envelope.source, envelope.subject)


consumers = (
    Consumer(name="keep-contacts", event=ContactConfirmed, handle=keep_contact, projection=True),
    Consumer(name="keep-pairings", event=SubjectPaired, handle=keep_pairing, projection=True),
)
