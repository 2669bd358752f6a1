"""The last mail to an address: that its account is gone, and the receipt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from babel.dates import format_date
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from libs.chassis.mail import Mail
from services.identity.sign_in.letters import Post

_TEMPLATES = Path(__file__).parent / "templates"

_SUBJECTS = {"fr": "Votre compte Maillage est effacé", "en": "Your Maillage account is erased"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureLetter:
    """What one such mail is about."""

    to: str
    language: str
    receipt: str
    due_at: datetime


def compose(letter: ErasureLetter, post: Post) -> Mail:
    """The mail, as text and as HTML. The queue forgets it, and with it the address, once it has left."""
    site = post.public_url.rstrip("/")
    values = {
        "site": site,
        "link": f"{site}/erasure/{letter.receipt}",
        "due": format_date(letter.due_at, "long", locale=letter.language),
    }
    text, html = (
        _templates().get_template(f"erasure.{letter.language}.{form}").render(values)
        for form in ("txt", "html")
    )
    return Mail(to=letter.to, subject=_SUBJECTS[letter.language], text=text, html=html)


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
