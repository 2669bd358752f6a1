"""What a role given within a scope means here: what is said of it, where it leads, and what its holder moderates.

A scope is written as identity does: `coalition`, or a kind and the name of one object, as in `cause:<id>`.
"""

from __future__ import annotations

import re
from datetime import datetime, time, tzinfo
from uuid import UUID

MODERATOR = "moderator"
COALITION = "coalition"

_ID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_MODERATED = re.compile(rf"{COALITION}|cause:{_ID}")
_SLUG = re.compile("[a-z0-9][a-z0-9-]{0,79}")

_PAGES = {
    "administrator": "/coordination",
    "coordinator": "/coordination",
    MODERATOR: "/moderation",
    "ebv": "/accompaniment",
    "operator_staff": "/accompaniment",
    "porteur": "/account/defis",
}
ACCOUNT = "/account"
"""Where a role leads that has no page of its own, or that ended."""


def page_of(role: str) -> str:
    """Where on the site a role is exercised."""
    return _PAGES.get(role, ACCOUNT)


def facts_of(role: str, scope: str) -> dict[str, str]:
    """What a notice says of a role: its code, and where it holds. Of a cause or a défi, only that it is one."""
    kind, _, name = scope.partition(":")
    where = {kind: name} if kind in ("operator", "territory") else {"scope": kind}
    return {"role": role, **where}


def moderates(role: str, scope: str) -> bool:
    """Whether its holder decides on proposals: those of the whole coalition, or of one cause."""
    return role == MODERATOR and _MODERATED.fullmatch(scope) is not None


def scopes_over(cause_id: UUID | None) -> tuple[str, ...]:
    """The scopes within which one moderates a consultation of that cause."""
    return (COALITION,) if cause_id is None else (COALITION, f"cause:{cause_id}")


def desk_of(slug: str | None) -> str:
    """Where on the site the proposals of a consultation wait; the list of consultations where it is not known which."""
    return f"/moderation/{slug}" if slug and _SLUG.fullmatch(slug) else "/moderation"


def start_of_day(now: datetime, zone: tzinfo) -> datetime:
    """When the day of `now` began, by the clock of `zone`."""
    return datetime.combine(now.astimezone(zone).date(), time(), zone)
