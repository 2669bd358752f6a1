"""Subjects who were erased, remembered for a while so that nothing late brings them back.

Tokens and events outlive an account by a little, and a request may be under way while it is erased. So a service keeps
the SHA-256 of an erased subject's id, which is random and so cannot be guessed from it, until all of them have expired.
Meanwhile the edge refuses tokens of that subject, and a trigger (`schema.refuse_erased_in`) rows that name it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from flask import Flask, request
from sqlalchemy import text
from sqlalchemy.orm import Session

from libs.chassis.access import caller_or_none
from libs.chassis.db import Database, lock
from libs.chassis.errors import Unauthenticated
from libs.chassis.messages import N_

REMEMBERED = timedelta(days=40)
"""Longer than any token lives, an event waits or a mailbox knows a duplicate (`inbox.forget_old_mail`)."""
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


def remember_erased(session: Session, subject: UUID, now: datetime) -> None:
    """Refuse whatever names `subject` from now on. Waits for rows of theirs that are being written; later ones wait."""
    lock(session, f"erasure of {subject}")
    session.execute(_REMEMBER, {"digest": _digest(subject), "now": now})


def is_erased(session: Session, subject: UUID) -> bool:
    """Whether `subject` was erased not long ago."""
    return session.execute(_IS_ERASED, {"digest": _digest(subject)}).first() is not None


def forget_old_erasures(session: Session, now: datetime) -> None:
    """Scheduled job: forget subjects of whom nothing can arrive any more."""
    session.execute(text("DELETE FROM erased_subject WHERE erased_at < :old"), {"old": now - REMEMBERED})


def refuse_erased(app: Flask, database: Database, *, but: Collection[str] = ()) -> None:
    """Refuse what an erased account would still do with the last minutes of its token.

    It costs a round trip, which reading does not pay, nor the blueprints in `but`: theirs find by themselves that
    nothing is left of the account.
    """

    @app.before_request
    def refuse() -> None:
        caller = caller_or_none()
        if (
            caller is None
            or caller.kind != "account"
            or request.method in _READING
            or request.blueprint in but
        ):
            return
        with database.autocommit() as connection:
            found = connection.execute(_FIND, [_digest(caller.subject)]).fetchone()
        if found is not None:
            raise Unauthenticated("account.erased", N_("This account was erased."))


def _digest(subject: UUID) -> bytes:
    return hashlib.sha256(str(subject).encode()).digest()


_REMEMBER = text(
    """
    INSERT INTO erased_subject (digest, erased_at) VALUES (:digest, :now)
    ON CONFLICT (digest) DO UPDATE SET erased_at = excluded.erased_at
    """
)
_IS_ERASED = text("SELECT 1 FROM erased_subject WHERE digest = :digest")
_FIND = "SELECT 1 FROM erased_subject WHERE digest = %s"
