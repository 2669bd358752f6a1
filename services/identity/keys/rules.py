"""The life of a signing key, announced → signing → retired → gone, and of what it signs.

A key is *announced* before it signs, so that whoever verifies tokens holds it by then. One key at a time is *signing*.
A *retired* key signs nothing more (its private half is destroyed) but stays published until the last token that it
may have signed has expired; then it is *gone*.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

State = Literal["announced", "signing", "retired"]

VISITOR_TOKEN = timedelta(days=365)
"""A browser keeps its votes for a year."""

ACCESS_TOKEN = timedelta(minutes=10)
"""A role taken back still works for at most this long."""

LONGEST_TOKEN = max(VISITOR_TOKEN, ACCESS_TOKEN)

SIGNER_REFRESH = timedelta(minutes=1)
"""How long a process signs with the key it holds before it asks the database which one signs now."""

PUBLISHED_AFTER_RETIREMENT = LONGEST_TOKEN + 2 * SIGNER_REFRESH
"""A process may sign with the former key until it next looks, so the wait begins a little after retirement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPolicy:
    """How long a key signs, and for how long it is announced before that."""

    signs_for: timedelta
    announced_for: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyDates:
    """What has happened to one key so far. Its state is the last thing that happened."""

    kid: str
    announced_at: datetime
    signing_at: datetime | None = None
    retired_at: datetime | None = None

    @property
    def state(self) -> State:
        """Where the key is in its life."""
        if self.retired_at is not None:
            return "retired"
        return "announced" if self.signing_at is None else "signing"

    @property
    def since(self) -> datetime:
        """When it came to be in that state."""
        return self.retired_at or self.signing_at or self.announced_at


def successor_wanted(keys: Iterable[KeyDates], policy: KeyPolicy, now: datetime) -> bool:
    """Whether a new key is to be announced: none waits, and the one that signs nears its end or is missing."""
    by_state = _by_state(keys)
    if "announced" in by_state:
        return False
    signing = by_state.get("signing")
    return signing is None or _signing_since(signing, now) >= policy.signs_for - policy.announced_for


def successor_due(keys: Iterable[KeyDates], policy: KeyPolicy, now: datetime) -> str | None:
    """The announced key that takes over now; at once where no key signs, because then nothing can be signed."""
    by_state = _by_state(keys)
    announced, signing = by_state.get("announced"), by_state.get("signing")
    if announced is None:
        return None
    if signing is None:
        return announced.kid
    old_enough = _signing_since(signing, now) >= policy.signs_for
    return announced.kid if old_enough and now - announced.announced_at >= policy.announced_for else None


def outlived(keys: Iterable[KeyDates], now: datetime) -> list[str]:
    """The retired keys whose tokens have all expired."""
    return [
        key.kid
        for key in keys
        if key.retired_at is not None and now - key.retired_at >= PUBLISHED_AFTER_RETIREMENT
    ]


def _by_state(keys: Iterable[KeyDates]) -> dict[State, KeyDates]:
    return {key.state: key for key in keys}


def _signing_since(key: KeyDates, now: datetime) -> timedelta:
    assert key.signing_at is not None
    return now - key.signing_at
