"""Mail goes out at least once, after the transaction that asked for it, always under the same Message-ID.

A mail is queued as a row in the business transaction and removed once the mail server has taken it. A crash between
the two sends it again; its Message-ID is that of its row, so a mailbox that cares shows it once.

`List-Unsubscribe` stays on one line. Python's policies fold a long header where it has no blank by wrapping it in
RFC 2047 encoded words, inside which no mail client finds an address (RFC 8058 wants it readable). A subject that is not
plain ASCII is one encoded text from end to end: where they encode some words only, blanks between them get lost.
"""

from __future__ import annotations

import smtplib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_string, policy
from email.header import Header
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import Policy
from email.utils import format_datetime
from threading import Event as Flag
from urllib.parse import unquote, urlsplit
from uuid import UUID

import structlog
from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from libs.chassis import metrics
from libs.chassis.db import Database
from libs.chassis.ids import uuid7

log = structlog.get_logger()

_TICK = 1.0
_LONGEST_DELAY = timedelta(hours=1)


class _OneLine(UnstructuredHeader, BaseHeader):
    """A header of addresses, never folded."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


class _Subject(UnstructuredHeader, BaseHeader):
    """A subject, whose blanks all arrive."""

    def fold(self, *, policy: Policy) -> str:
        if str(self).isascii():
            return str(super().fold(policy=policy))
        encoded = Header(str(self), "utf-8", header_name=self.name).encode(linesep=policy.linesep)
        return f"{self.name}: {encoded}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("subject", _Subject)
_HEADERS.map_to_type("list-unsubscribe", _OneLine)
_POLICY = policy.SMTP.clone(header_factory=_HEADERS)


@dataclass(frozen=True, kw_only=True)
class Mail:
    """A mail to one person: a plain text and the same in HTML. After `useful_for` it is dropped rather than sent."""

    to: str
    subject: str
    text: str
    html: str
    headers: Mapping[str, str] = field(default_factory=dict)
    useful_for: timedelta = timedelta(days=3)


@dataclass(frozen=True, kw_only=True)
class MailSettings:
    """How mail leaves: `url` is `smtp://` or `smtps://` `user:password@host:port`, `sender` the From address."""

    url: str
    sender: str


def queue_mail(session: Session, mail: Mail, *, sender: str, now: datetime | None = None) -> UUID:
    """Queue `mail`; it leaves once the transaction has committed. `sender` is the From address.

    Returns the id it has in the queue, which is also that of its Message-ID.
    """
    now = now or datetime.now(UTC)
    mail_id = uuid7()
    message = compose(mail, mail_id, sender, now).as_string()
    values = {"message": message, "recipient": mail.to, "useless_after": now + mail.useful_for}
    session.execute(_QUEUE, {"id": mail_id, **values})
    return mail_id


def compose(mail: Mail, mail_id: UUID, sender: str, now: datetime) -> EmailMessage:
    """The message as it goes to the mail server. Raises `ValueError` on a line break in a header."""
    message = EmailMessage(policy=_POLICY)
    message["From"], message["To"], message["Subject"] = sender, mail.to, mail.subject
    message["Message-ID"] = f"<{mail_id}@{sender.rpartition('@')[2].rstrip('>')}>"
    message["Date"] = format_datetime(now)
    message["Auto-Submitted"] = "auto-generated"
    for name, value in mail.headers.items():
        message[name] = value
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message


def count_due_mail(session: Session) -> int:
    """How many queued mails could leave now: while there are many, bulk mail had better wait."""
    due: int = session.execute(text("SELECT count(*) FROM mail WHERE next_try <= now()")).scalar_one()
    return due


def withdraw_mail(session: Session, mail_ids: Sequence[UUID]) -> None:
    """Take back queued mails that have not left; one that is being handed over this instant has."""
    session.execute(text("DELETE FROM mail WHERE id = ANY(:ids)"), {"ids": list(mail_ids)})


def withdraw_mail_to(session: Session, address: str) -> None:
    """Take back every queued mail to an address, however it is spelt, because its owner is to be forgotten."""
    session.execute(text("DELETE FROM mail WHERE lower(recipient) = lower(:address)"), {"address": address})


class Mailer:
    """Hands the queued mails of one service to the mail server."""

    def __init__(self, database: Database, settings: MailSettings) -> None:
        self._database = database
        self._settings = settings

    def run(self, stop: Flag) -> None:
        """Send what is queued until `stop` is set."""
        while not stop.is_set():
            if not self.send_next():
                stop.wait(_TICK)

    def send_next(self) -> bool:
        """Send the mail that is due first, and forget it. False when none is due."""
        with self._database.transaction() as session:
            row = session.execute(_DUE).one_or_none()
            if row is None:
                return False
            if row.useless:
                self._forget(session, row, "expired")
                return True
            try:
                self._hand_over(row)
            except (OSError, smtplib.SMTPException) as error:
                self._put_off(session, row, error)
            else:
                self._forget(session, row, "sent")
        return True

    def _hand_over(self, row: Row[tuple[object, ...]]) -> None:
        message = message_from_string(row.message, policy=_POLICY)
        with _connect(self._settings.url) as server:
            server.send_message(message, to_addrs=[row.recipient])

    def _put_off(self, session: Session, row: Row[tuple[object, ...]], error: Exception) -> None:
        final = isinstance(error, smtplib.SMTPRecipientsRefused) and all(
            500 <= code < 600 for code, _text in error.recipients.values()
        )
        # An SMTP error quotes the address; the kind of error is all that may be logged.
        log.warning(
            "mail not handed over", mail=str(row.id), error=type(error).__name__, attempts=row.attempts + 1
        )
        if final:
            self._forget(session, row, "refused")
            return
        delay = min(timedelta(seconds=2.0**row.attempts), _LONGEST_DELAY)
        session.execute(_PUT_OFF, {"id": row.id, "delay": delay, "error": type(error).__name__})
        self._count("put_off")

    def _forget(self, session: Session, row: Row[tuple[object, ...]], outcome: str) -> None:
        session.execute(_FORGET, {"id": row.id})
        self._count(outcome)

    def _count(self, outcome: str) -> None:
        metrics.MAILS.labels(self._database.service, self._database.owner, outcome).inc()


def _connect(url: str) -> smtplib.SMTP:
    parts = urlsplit(url)
    host = parts.hostname or "localhost"
    server = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    connection = server(host, parts.port or 0, timeout=10)
    if parts.username:
        if parts.scheme != "smtps":
            connection.starttls()
        connection.login(unquote(parts.username), unquote(parts.password or ""))
    return connection


_QUEUE = text(
    """
    INSERT INTO mail (id, message, recipient, useless_after) VALUES (:id, :message, :recipient, :useless_after)
    """
)
_DUE = text(
    """
    SELECT id, message, recipient, attempts, useless_after < now() AS useless FROM mail WHERE next_try <= now()
    ORDER BY next_try LIMIT 1 FOR UPDATE SKIP LOCKED
    """
)
_FORGET = text("DELETE FROM mail WHERE id = :id")
_PUT_OFF = text(
    """
    UPDATE mail SET attempts = attempts + 1, next_try = now() + :delay, last_error = :error WHERE id = :id
    """
)
