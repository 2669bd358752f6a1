"""Forgetting an account: everything held of it here, in one transaction. Each feature forgets its own rows."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from libs.chassis import outbox
from libs.chassis.erasure import remember_erased
from libs.chassis.erasure_log import ErasureLog
from services.consultation.actions.commands import forget_measurer
from services.consultation.moderation.commands import forget_moderator
from services.consultation.participants.commands import forget_account
from services.consultation.proposals.commands import forget_author
from services.consultation.workshops.commands import free_places


def erase_subject(session: Session, subject: UUID, now: datetime) -> dict[str, int]:
    """Remove or make anonymous everything held of `subject`. Returns how many of what; a second time, nothing is left.

    Votes and consents go, and with them their weight in the tallies; published versions of results stand. Published
    proposals stay without author, and decisions with a random id in the moderator's place.
    """
    remember_erased(session, subject, now)
    done = forget_account(session, subject)
    done |= forget_author(session, subject)
    done |= forget_moderator(session, subject)
    done |= free_places(session, subject, now)
    done |= forget_measurer(session, subject)
    outbox.erase_subject(session, str(subject))
    return done


def replay_erasures(session: Session, log: ErasureLog, now: datetime) -> int:
    """Erase again whom `log` says was erased, as this database may have been restored from before; returns how many."""
    lines = list(log.read(session))
    for line in lines:
        erase_subject(session, line.subject, now)
    return len(lines)
