"""The mails, in French or in English, as text and as HTML.

Everything that comes from elsewhere (titles) is escaped in HTML and on one line; addresses are the site's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from libs.chassis.mail import Mail
from services.notifications.inbox.models import Notice
from services.notifications.inbox.queries import told
from services.notifications.kinds.catalogue import kind_of
from services.notifications.people.models import Recipient
from services.notifications.post import INBOX_PAGE, PREFERENCES_PAGE, Post
from services.notifications.unsubscribe.rules import Link, scope_of_notices
from services.notifications.wording import PARIS, words_in

_TEMPLATES = Path(__file__).parent / "templates"

_SUBJECTS = {
    "fr": {"several": "Du nouveau pour vous", "digest": "Vos nouvelles du {day}"},
    "en": {"several": "Something new for you", "digest": "Your news of {day}"},
}


MOST_TOLD = 40
"""Notices told in one mail: mail clients cut what is longer than some 100 kB. The rest is counted."""


@dataclass(frozen=True, slots=True)
class Window:
    """The time that a digest covers: from the end of the digest before it, if there was one, to `until`."""

    since: datetime | None
    until: datetime


def compose_notices(
    recipient: Recipient, notices: Sequence[Notice], post: Post, window: Window | None = None
) -> Mail:
    """One mail that tells `notices`, a digest if it has a `window`. The recipient has an address."""
    assert recipient.email is not None
    words = words_in(recipient.language)
    scope = scope_of_notices(
        recipient.account,
        [notice.kind for notice in notices],
        [notice.follow_id for notice in notices],
        window is not None,
    )
    token = post.unsubscribe_token(Link(recipient.id, scope))
    values = {
        "items": [told(notice, words) | {"link": post.page(notice.path)} for notice in notices[:MOST_TOLD]],
        "more": max(0, len(notices) - MOST_TOLD),
        "inbox": post.page(INBOX_PAGE) if recipient.account else None,
        "since": words.day(window.since.astimezone(PARIS).date()) if window and window.since else None,
        "digest": window is not None,
        "scope": scope.what.value,
        "unsubscribe": post.unsubscribe_page(token),
        "preferences": post.page(PREFERENCES_PAGE) if recipient.account else None,
    }
    return render(
        "notices",
        recipient.language,
        to=recipient.email,
        subject=_subject(recipient.language, notices, window),
        site=post.site,
        values=values,
        headers={
            "List-Unsubscribe": f"<{post.unsubscribe_at_once(token)}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )


def render(
    name: str,
    language: str,
    *,
    to: str,
    subject: str,
    site: str,
    values: Mapping[str, Any],
    headers: Mapping[str, str] | None = None,
    useful_for: timedelta = timedelta(days=3),
) -> Mail:
    """The mail made from the templates `<name>.<language>`."""
    text, html = (
        _templates()
        .get_template(f"{name}.{language}.{form}")
        .render(values, subject=subject, site=site, language=language)
        for form in ("txt", "html")
    )
    return Mail(to=to, subject=subject, text=text, html=html, headers=headers or {}, useful_for=useful_for)


def _subject(language: str, notices: Sequence[Notice], window: Window | None) -> str:
    words = words_in(language)
    if window is not None:
        return _SUBJECTS[language]["digest"].format(day=words.day(window.until.astimezone(PARIS).date()))
    if len(notices) > 1:
        return _SUBJECTS[language]["several"]
    (notice,) = notices
    kind = kind_of(notice.kind)
    headline = words.say(kind.headline)
    if not notice.title or not kind.title_in_subject:
        return headline
    return f"{notice.title} – {headline}"


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
