"""What the signed session cookie holds, and nothing else in the gateway touches it.

The cookie is HttpOnly: scripts cannot read it. It is signed, not encrypted, so it holds only what its owner may know:

    visitor    token of this browser, made at the first consent
    account    {session, token, until, name, roles, grants}: the session's secret at identity, the short-lived access
               token that it buys, when that ends (seconds since 1970); of what operators granted, the scopes too
    sign_in    {request, return_to}: a sign-in that waits for its code
    series     {slug, cards, seen}: the cards being voted on, by id, and those already dealt with
    draft      {slug, text}: a proposal kept while its author signs in
    invitation {defi, secret}: an invitation into a défi that waits for its answer
    language   chosen in the header, over the browser's own
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from flask import session

LIFETIME = timedelta(days=30)
LONGEST_DRAFT = 1000
"""Characters: as many as consultation reads, and few enough for a cookie, of which browsers keep 4 kB."""

LONGEST_SECRET = 64
"""Characters of an invitation's secret, as operators make them."""

SCOPED_ROLES = ("ebv", "operator_staff")
"""Roles of which the page needs the scopes: it asks the operator of each."""

MOST_GRANTS = 40
"""Grants kept in the cookie, some 20 characters each; whoever has more has the widest first."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody signed in. `until` is the end of `token`, in seconds since 1970."""

    session: str
    token: str
    until: float
    name: str
    roles: tuple[str, ...]
    grants: tuple[tuple[str, str], ...] = ()
    """`(role, scope)` of each grant of `SCOPED_ROLES`."""

    def may(self, *roles: str) -> bool:
        """Whether they hold one of `roles` anywhere; only decides what the page offers."""
        return bool(set(roles) & set(self.roles))


def account() -> Account | None:
    """Who is signed in on this browser."""
    held = session.get("account")
    if not held:
        return None
    grants = tuple((role, scope) for role, scope in held.get("grants", ()))
    return Account(**{**held, "roles": tuple(held["roles"]), "grants": grants})


def sign_in(secret: str, token: str, until: float, person: dict[str, Any]) -> None:
    """Remember the person and the tokens that stand for them."""
    session.permanent = True
    session["account"] = {
        "session": secret,
        "token": token,
        "until": until,
        "name": person.get("display_name") or person.get("email") or "",
        "roles": sorted({grant["role"] for grant in person.get("roles", [])}),
        "grants": _scoped(person.get("roles", [])),
    }


def _scoped(grants: Iterable[dict[str, str]]) -> list[list[str]]:
    scoped = [[grant["role"], grant["scope"]] for grant in grants if grant["role"] in SCOPED_ROLES]
    # A shorter scope is wider: an operator, a département, then a commune.
    return sorted(scoped, key=lambda grant: (not grant[1].startswith("operator:"), len(grant[1]), grant))[
        :MOST_GRANTS
    ]


def rename(person: dict[str, Any]) -> None:
    """Show the account's new name from now on."""
    session["account"] = {
        **session["account"],
        "name": person.get("display_name") or person.get("email") or "",
    }


def sign_out() -> None:
    """Forget the person, and what they were doing."""
    for key in ("account", "sign_in", "draft", "series", "invitation"):
        session.pop(key, None)


def visitor() -> str | None:
    """The token of this browser, if it has taken part without an account."""
    return cast("str | None", session.get("visitor"))


def is_known() -> bool:
    """Whether services can tell this reader from others: signed in, or having taken part."""
    return "account" in session or "visitor" in session


def remember_visitor(token: str) -> None:
    """Keep the token that tells this browser apart."""
    session.permanent = True
    session["visitor"] = token


def forget_visitor() -> None:
    """Drop a token that no longer works."""
    session.pop("visitor", None)
    session.pop("series", None)


def begin_sign_in(request: str, return_to: str) -> None:
    """Wait for the code of the sign-in named `request`."""
    session["sign_in"] = {"request": request, "return_to": return_to}


def pending_sign_in() -> dict[str, str] | None:
    """The sign-in that waits for its code."""
    return cast("dict[str, str] | None", session.get("sign_in"))


def end_sign_in() -> None:
    """The code was given."""
    session.pop("sign_in", None)


def keep_draft(slug: str, text: str) -> None:
    """Keep a proposal while its author signs in."""
    session["draft"] = {"slug": slug, "text": text[:LONGEST_DRAFT]}


def draft(slug: str) -> str:
    """The proposal kept for this consultation, or an empty text."""
    held = session.get("draft") or {}
    return cast(str, held.get("text", "")) if held.get("slug") == slug else ""


def drop_draft() -> None:
    """It has been submitted."""
    session.pop("draft", None)


def keep_invitation(defi_id: str, secret: str) -> None:
    """Keep the secret of an invitation until it is answered, past signing in."""
    session["invitation"] = {"defi": defi_id, "secret": secret[:LONGEST_SECRET]}


def invitation(defi_id: str) -> str:
    """The secret of the invitation into that défi, or an empty text."""
    held = session.get("invitation") or {}
    return cast(str, held.get("secret", "")) if held.get("defi") == defi_id else ""


def drop_invitation() -> None:
    """It has been answered."""
    session.pop("invitation", None)


def language() -> str | None:
    """The language chosen on this site, over the browser's."""
    return cast("str | None", session.get("language"))


def choose_language(code: str) -> None:
    """Remember the choice."""
    session.permanent = True
    session["language"] = code


@dataclass(frozen=True, slots=True)
class Series:
    """The cards that somebody goes through in one consultation, in order; `seen` are those dealt with."""

    slug: str
    cards: tuple[str, ...]
    seen: tuple[str, ...] = ()

    @property
    def next_card(self) -> str | None:
        """The first card not dealt with."""
        return next((card for card in self.cards if card not in self.seen), None)

    def position(self, card: str) -> int | None:
        """The rank of `card`, from 1; None for a card that came from elsewhere."""
        return self.cards.index(card) + 1 if card in self.cards else None


def series(slug: str) -> Series | None:
    """The series going on in this consultation."""
    held = session.get("series")
    if not held or held["slug"] != slug:
        return None
    return Series(slug, tuple(held["cards"]), tuple(held["seen"]))


def begin_series(slug: str, cards: Iterable[str]) -> Series:
    """Start on other cards."""
    started = Series(slug, tuple(cards))
    session["series"] = {"slug": slug, "cards": list(started.cards), "seen": []}
    return started


def mark_seen(slug: str, card: str, *, seen: bool = True) -> None:
    """Say that a card of the series going on was voted on or skipped, or is to be shown again."""
    held = session.get("series")
    if not held or held["slug"] != slug or card not in held["cards"]:
        return
    others = [other for other in held["seen"] if other != card]
    session["series"] = {**held, "seen": [*others, card] if seen else others}


def end_series() -> None:
    """Leave the cards where they are."""
    session.pop("series", None)
