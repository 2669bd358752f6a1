"""Asking for the mail that lets one in, and trying its code."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from libs.chassis.ids import uuid4
from libs.chassis.limits import count_against_limit
from libs.chassis.mail import queue_mail
from services.identity.people.queries import person_by_email
from services.identity.people.rules import EmailAddress
from services.identity.sessions.letters import Post, SignInLetter, compose
from services.identity.sessions.models import SignIn
from services.identity.sessions.rules import (
    CODE_DIGITS,
    LINK_LIFETIME,
    LIVE_REQUESTS,
    MAILS_PER_DAY,
    MAILS_PER_HOUR,
    TRIES_PER_CODE,
    TRIES_PER_DAY,
    digest,
    same,
)
from services.identity.vault import Vault

_CODES = "sign-in codes"
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody who wants to sign in says. `language` is None when they did not choose."""

    email: EmailAddress
    language: str | None
    fallback_language: str
    return_to: str


def ask_for_mail(session: Session, vault: Vault, post: Post, asked: Asked, now: datetime) -> SignIn:
    """Mail a link and a code to an address, whether or not it has an account: the work done is the same.

    The mail goes to the address as the account has it, so that another spelling never reaches another mailbox.
    Raises `TooMany`.
    """
    count_against_limit(session, "sign-in mail", asked.email.key, most=MAILS_PER_HOUR, per=_HOUR, now=now)
    count_against_limit(session, "sign-in mail day", asked.email.key, most=MAILS_PER_DAY, per=_DAY, now=now)
    _forget_oldest(session, asked.email, LIVE_REQUESTS - 1)
    known = person_by_email(session, asked.email)
    token, code = secrets.token_urlsafe(32), f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    request = uuid4()
    sign_in = SignIn(
        id=request,
        email=known.email if known else asked.email.text,
        email_key=asked.email.key,
        language=asked.language or (known.language if known else asked.fallback_language),
        return_to=asked.return_to,
        token_digest=digest(token),
        code_digest=vault.digest(_CODES, str(request), code),
        tries=0,
        created_at=now,
        expires_at=now + LINK_LIFETIME,
    )
    session.add(sign_in)
    letter = SignInLetter(to=sign_in.email, language=sign_in.language, token=token, code=code)
    queue_mail(session, compose(letter, post), sender=post.sender, now=now)
    return sign_in


def try_code(session: Session, vault: Vault, request: UUID, code: str, now: datetime) -> bool:
    """Whether `code` is that of `request`. Counts the try: commit it before acting on the answer.

    Raises `TooMany` when the address has had its tries for the day.
    """
    tried = session.execute(
        update(SignIn)
        .where(SignIn.id == request, SignIn.expires_at > now, SignIn.tries < TRIES_PER_CODE)
        .values(tries=SignIn.tries + 1)
        .returning(SignIn.email_key, SignIn.code_digest)
    ).one_or_none()
    given = vault.digest(_CODES, str(request), code)
    if tried is None:
        return False
    count_against_limit(session, "sign-in code", tried.email_key, most=TRIES_PER_DAY, per=_DAY, now=now)
    return same(given, tried.code_digest)


def _forget_oldest(session: Session, email: EmailAddress, keep: int) -> None:
    """Keep the `keep` newest sign-ins of an address. The limit counted first holds others of this address back."""
    older = (
        select(SignIn.id)
        .where(SignIn.email_key == email.key)
        .order_by(SignIn.created_at.desc(), SignIn.id)
        .offset(keep)
    )
    session.execute(delete(SignIn).where(SignIn.id.in_(older)))
