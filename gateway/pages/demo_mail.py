"""In a demo only: whom to sign in as, and the mails that were caught, for anyone to read. Elsewhere: no such page."""

from __future__ import annotations

import mailbox
from dataclasses import dataclass
from datetime import datetime
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any

from flask import Blueprint, abort, current_app
from markupsafe import Markup
from markupsafe import escape as escaped

from gateway.pages.support import page
from gateway.settings import GatewaySettings
from gateway.wording.demo import PARTS
from libs.chassis.access import public

blueprint = Blueprint("demo_mail", __name__)

SHOWN = 30


@dataclass(frozen=True, slots=True)
class CaughtMail:
    """One mail as it is shown. `sent` is None where its date cannot be read."""

    subject: str
    to: str
    sent: datetime | None
    body: Markup


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """Somebody to sign in as; `part` is a word of `wording.demo.PARTS`, `operator` a code or empty."""

    email: str
    name: str
    part: str
    operator: str


@blueprint.get("/demo/mail")
@public
def caught() -> Any:
    """The newest mails first."""
    settings: GatewaySettings = current_app.extensions["maillage.settings"]
    if settings.demo_mail is None:
        abort(404)
    accounts = [DemoAccount(*account.split(":")) for account in settings.demo_accounts]
    return page("demo_mail.html", mails=read_mails(settings.demo_mail), accounts=accounts, parts=PARTS)


def read_mails(folder: Path) -> list[CaughtMail]:
    """The newest `SHOWN` mails of a Maildir; none where it does not exist yet."""
    if not folder.is_dir():
        return []
    box = mailbox.Maildir(folder, factory=None, create=False)
    newest = sorted(box.iterkeys(), key=lambda key: _age(folder, key), reverse=True)
    return [_read(box.get_bytes(key)) for key in newest[:SHOWN]]


def _age(folder: Path, key: str) -> float:
    found = next((path for path in folder.glob(f"*/{key}*")), None)
    return found.stat().st_mtime if found else 0.0


def _read(raw: bytes) -> CaughtMail:
    message = BytesParser(policy=default).parsebytes(raw)
    part = message.get_body(preferencelist=("plain",))
    text = part.get_content() if part is not None else ""
    sent = message["Date"].datetime if message["Date"] is not None else None
    return CaughtMail(str(message["Subject"] or ""), str(message["To"] or ""), sent, clickable(text))


def clickable(text: str) -> Markup:
    """The text, escaped, with its web addresses as links."""
    lines = []
    for line in text.splitlines():
        words = [
            Markup('<a href="{0}">{0}</a>').format(word)
            if word.startswith(("http://", "https://"))
            else escaped(word)
            for word in line.split(" ")
        ]
        lines.append(Markup(" ").join(words))
    return Markup("\n").join(lines)
