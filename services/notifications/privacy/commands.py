"""Forgetting somebody altogether, whichever feature holds what is theirs."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from libs.chassis.db import database_of
from libs.chassis.erasure import remember_erased
from libs.chassis.erasure_log import ErasureLog
from libs.chassis.inbox import erase_subject
from libs.chassis.mail import withdraw_mail_to
from services.notifications.email.commands import withdraw_all
from services.notifications.follows.commands import forget_requests
from services.notifications.people.commands import forget_account, forget_address, forget_pairing
from services.notifications.people.rules import email_key
from services.notifications.privacy.queries import count_held
from services.notifications.roles.commands import forget_moderations


def erase_person(session: Session, person_id: UUID, now: datetime) -> dict[str, int]:
    """Remove all that is held of an account: notices, choices, follows, what it moderates, mails not sent yet, and
    what events said.

    What its address follows without the account goes as well: it is the same person's. Returns how many of what; a
    second time, nothing is left. What is said of them from now on is not kept.
    """
    remember_erased(session, person_id, now)
    done, own = count_held(session, person_id), database_of(session).owner
    withdraw_all(session, person_id)
    forget_moderations(session, person_id)
    key, pairings = forget_account(session, person_id)
    for service in ("identity", "consultation"):
        erase_subject(session, f"/{own}/{service}", str(person_id))
    for owner, pairwise_id in pairings:
        forget_known_as(session, owner, pairwise_id, now)
    if key is not None:
        erase_address(session, key)
    return done


def replay_erasures(session: Session, log: ErasureLog, now: datetime) -> int:
    """Erase again whom `log` says was erased, as this database may have been restored from before; returns how many."""
    lines = list(log.read(session))
    for line in lines:
        erase_person(session, line.subject, now)
    return len(lines)


def forget_known_as(session: Session, owner: str, pairwise_id: UUID, now: datetime) -> None:
    """Forget whom an operator means by `pairwise_id`, and what it said to them: by that id it means nobody any more."""
    remember_erased(session, pairwise_id, now)
    forget_pairing(session, owner, pairwise_id)
    erase_subject(session, f"/{owner}/defis", str(pairwise_id))


def erase_address(session: Session, email: str) -> None:
    """Remove all that is held of an address without an account, and the mails to it that have not left yet."""
    key = email_key(email)
    withdraw_mail_to(session, key)
    forget_requests(session, key)
    forget_address(session, key)
