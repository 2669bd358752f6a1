"""Asking for the mail that lets one in, and using what is in it.

A link or a code is consumed by deleting the row of its sign-in: of two who use it at once, one finds the row.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from libs.chassis.errors import FieldError, Invalid, Sentence
from libs.chassis.ids import uuid4
from libs.chassis.limits import count_against_limit
from libs.chassis.mail import queue_mail
from libs.chassis.messages import N_
from services.identity.people.queries import person_by_email
from services.identity.people.rules import EmailAddress
from services.identity.sign_in import rules
from services.identity.sign_in.letters import Post, SignInLetter, compose
from services.identity.sign_in.models import SignIn
from services.identity.vault import Vault, fingerprint, new_secret, same

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
    key = asked.email.key
    count_against_limit(session, "sign-in mail", key, most=rules.MAILS_PER_HOUR, per=_HOUR, now=now)
    count_against_limit(session, "sign-in mail day", key, most=rules.MAILS_PER_DAY, per=_DAY, now=now)
    _forget_oldest(session, asked.email, rules.LIVE_REQUESTS - 1)
    known = person_by_email(session, asked.email)
    token, code = new_secret(), f"{secrets.randbelow(10**rules.CODE_DIGITS):0{rules.CODE_DIGITS}}"
    request = uuid4()
    sign_in = SignIn(
        id=request,
        email=known.email if known else asked.email.text,
        email_key=key,
        language=asked.language or (known.language if known else asked.fallback_language),
        return_to=asked.return_to,
        token_digest=fingerprint(token),
        code_digest=vault.digest(_CODES, str(request), code),
        tries=0,
        created_at=now,
        expires_at=now + rules.LIFETIME,
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
        .where(SignIn.id == request, SignIn.expires_at > now, SignIn.tries < rules.TRIES_PER_CODE)
        .values(tries=SignIn.tries + 1)
        .returning(SignIn.email_key, SignIn.code_digest)
    ).one_or_none()
    given = vault.digest(_CODES, str(request), code)
    if tried is None:
        return False
    count_against_limit(session, "sign-in code", tried.email_key, most=rules.TRIES_PER_DAY, per=_DAY, now=now)
    return same(given, tried.code_digest)


def use_link(session: Session, token: str, now: datetime) -> SignIn:
    """Consume the sign-in whose link holds `token`. Raises `Invalid` for one used, expired or never made."""
    used = _consume(session, SignIn.token_digest == fingerprint(token), now)
    if used is None:
        raise _useless("link", "token", N_("This link was used already or has expired. Ask for another."))
    return used


def use_code(session: Session, request: UUID, now: datetime) -> SignIn:
    """Consume a sign-in whose code `try_code` found right. Raises `Invalid` when it was used meanwhile."""
    used = _consume(session, SignIn.id == request, now)
    if used is None:
        raise useless_code()
    return used


def useless_code() -> Invalid:
    """What everyone hears whose code does not work, whatever the reason."""
    return _useless("code", "code", N_("This code is wrong, was used already or has expired."))


def forget_expired(session: Session, now: datetime) -> None:
    """Scheduled job: remove the sign-ins whose time has passed."""
    session.execute(delete(SignIn).where(SignIn.expires_at <= now))


def forget_address(session: Session, key: str) -> None:
    """Remove the sign-ins under way of an address, whose links and codes then let nobody in."""
    session.execute(delete(SignIn).where(SignIn.email_key == key))


def _consume(session: Session, which: ColumnElement[bool], now: datetime) -> SignIn | None:
    consumed = delete(SignIn).where(which, SignIn.expires_at > now).returning(SignIn)
    return session.scalars(consumed).one_or_none()


def _forget_oldest(session: Session, email: EmailAddress, keep: int) -> None:
    """Keep the `keep` newest sign-ins of an address. The limit counted first holds others of this address back."""
    newest_first = (
        select(SignIn.id).where(SignIn.email_key == email.key).order_by(SignIn.created_at.desc(), SignIn.id)
    )
    session.execute(delete(SignIn).where(SignIn.id.in_(newest_first.offset(keep))))


def _useless(code: str, field: str, message: str) -> Invalid:
    return Invalid(f"sign_in.{code}", message, errors=(FieldError(field, Sentence(message)),))
