"""Erasing an account, and noting which services have declared that they hold nothing of it any more.

The account is gone when the transaction commits, with its sessions, roles and every id that owners know it by. From
then on nobody can ask in its name: all that remains is the record of the erasure, which holds no person, and the
receipt by which whoever was erased looks at it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, delete, exists, select, update
from sqlalchemy.orm import Session

from libs.chassis.db import database_of
from libs.chassis.erasure_log import ErasureLog, NotedErasure
from libs.chassis.errors import FieldError, Invalid, Sentence
from libs.chassis.ids import uuid4, uuid7
from libs.chassis.inbox import Drop
from libs.chassis.mail import queue_mail, withdraw_mail_to
from libs.chassis.messages import N_
from libs.chassis.outbox import record
from libs.chassis.trace import traced
from libs.contracts.erasures import ErasureRequested
from services.identity.people.commands import ensure_subject, forget_person
from services.identity.people.models import Person
from services.identity.people.queries import person_by_subject
from services.identity.people.rules import EmailAddress
from services.identity.privacy.letters import ErasureLetter, compose
from services.identity.privacy.models import Erasure, ErasurePart
from services.identity.privacy.queries import count_held
from services.identity.privacy.rules import DUE_WITHIN, KEPT, Declaration, services_of
from services.identity.sign_in.commands import forget_address
from services.identity.sign_in.letters import Post
from services.identity.vault import fingerprint, new_secret

logger = structlog.get_logger()
_HERE = "identity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """An account that is gone. `receipt` is told once: in the answer, and in the mail to the address it had."""

    receipt: str
    erasure: Erasure


def erase(
    session: Session, person: Person, typed: EmailAddress, post: Post, log: ErasureLog, now: datetime
) -> Erased:
    """Erase an account whose row the caller holds, ask every owner that knows it to do the same, and mail the receipt.

    Raises `Invalid` unless `typed` is the account's own address, which is how accidents are told from intent.
    """
    if typed.key != person.email_key:
        sentence = Sentence(N_("This is not the address of this account."))
        raise Invalid("erasure.email", sentence.message, errors=(FieldError("email", sentence),))
    address, language, receipt = person.email, person.language, new_secret()
    subject = ensure_subject(session, person.id, database_of(session).owner)
    log.note(session, NotedErasure(subject, now, fingerprint(receipt).hex()))
    erasure = _erase(session, person, fingerprint(receipt), now)
    letter = ErasureLetter(to=address, language=language, receipt=receipt, due_at=erasure.due_at)
    queue_mail(session, compose(letter, post), sender=post.sender, now=now)
    return Erased(receipt=receipt, erasure=erasure)


def replay_erasures(session: Session, log: ErasureLog, now: datetime) -> int:
    """Erase again whom `log` says was erased, as this database may have been restored from before; returns how many.

    Every owner is asked again, and the receipts that people have work again; no mail is sent.
    """
    again = 0
    for line in log.read(session):
        person = person_by_subject(session, line.subject)
        if person is not None:
            _erase(session, person, bytes.fromhex(line.receipt), now)
            again += 1
    return again


def note_declaration(session: Session, declared: Declaration) -> None:
    """Note that a service holds nothing any more; its first declaration counts.

    Raises `Drop` where that service of that owner was not asked.
    """
    asked = (
        ErasurePart.asking_id == declared.asking_id,
        ErasurePart.owner == declared.owner,
        ErasurePart.service == declared.service,
    )
    if not session.scalar(select(exists().where(*asked))):
        raise Drop("this service of this owner was asked nothing under that number")
    _note(session, asked, declared.at, declared.erased)


def flag_late(session: Session, now: datetime) -> None:
    """Scheduled job: note, and log once, each service that has let the month pass."""
    due = select(Erasure.id).where(Erasure.due_at < now)
    late = (
        update(ErasurePart)
        .where(
            ErasurePart.erasure_id.in_(due),
            ErasurePart.declared_at.is_(None),
            ErasurePart.flagged_at.is_(None),
        )
        .values(flagged_at=now)
        .returning(ErasurePart.owner, ErasurePart.service, ErasurePart.asking_id)
    )
    for owner, service, asking in session.execute(late):
        logger.error("erasure not declared", of=owner, by=service, asking=str(asking))


def forget_declared(session: Session, now: datetime) -> None:
    """Scheduled job: remove the record of erasures that everybody declared, a year after they were due."""
    awaited = exists().where(ErasurePart.erasure_id == Erasure.id, ErasurePart.declared_at.is_(None))
    session.execute(delete(Erasure).where(Erasure.due_at < now - KEPT, ~awaited))


def _erase(session: Session, person: Person, receipt_digest: bytes, now: datetime) -> Erasure:
    address, counted = EmailAddress(person.email), count_held(session, person)
    erasure = Erasure(id=uuid7(), receipt_digest=receipt_digest, asked_at=now, due_at=now + DUE_WITHIN)
    session.add(erasure)
    session.flush()
    for owner, subject in forget_person(session, person).items():
        _ask(session, erasure, owner, subject)
    forget_address(session, address.key)
    withdraw_mail_to(session, address.text)
    _declare_own(session, erasure, counted, now)
    return erasure


def _ask(session: Session, erasure: Erasure, owner: str, subject: UUID) -> None:
    """Ask an owner's services, under a number and a trace that no other owner sees."""
    asking = uuid4()
    session.add_all(
        ErasurePart(asking_id=asking, service=service, erasure_id=erasure.id, owner=owner)
        for service in services_of(owner)
    )
    session.flush()
    with traced():
        record(session, ErasureRequested(erasure_id=asking, owner=owner, pairwise_id=subject))


def _declare_own(session: Session, erasure: Erasure, counted: Mapping[str, int], now: datetime) -> None:
    own = (
        ErasurePart.erasure_id == erasure.id,
        ErasurePart.owner == database_of(session).owner,
        ErasurePart.service == _HERE,
    )
    _note(session, own, now, counted)


def _note(
    session: Session, which: tuple[ColumnElement[bool], ...], at: datetime, erased: Mapping[str, int]
) -> None:
    first = update(ErasurePart).where(*which, ErasurePart.declared_at.is_(None))
    session.execute(first.values(declared_at=at, erased=dict(erased)))
