"""The mail that lets its reader in, in French or in English."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from libs.chassis.mail import Mail
from services.identity.sign_in.rules import LIFETIME, spell_code

_TEMPLATES = Path(__file__).parent / "templates"

_SUBJECTS = {"fr": "Votre connexion à Maillage", "en": "Signing in to Maillage"}
"""Without the code: subjects show on locked screens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Whose mail it is: the From address, and the site that its links lead to."""

    sender: str
    public_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInLetter:
    """What one such mail is about."""

    to: str
    language: str
    token: str
    code: str


def compose(letter: SignInLetter, post: Post) -> Mail:
    """The mail, as text and as HTML."""
    values = {
        "site": post.public_url.rstrip("/"),
        "link": f"{post.public_url.rstrip('/')}/sign-in/link?{urlencode({'token': letter.token})}",
        "code": spell_code(letter.code),
        "minutes": int(LIFETIME.total_seconds() // 60),
    }
    text, html = (
        _templates().get_template(f"sign_in.{letter.language}.{form}").render(values)
        for form in ("txt", "html")
    )
    # When the link is dead, so is the mail that holds it.
    return Mail(to=letter.to, subject=_SUBJECTS[letter.language], text=text, html=html, useful_for=LIFETIME)


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
