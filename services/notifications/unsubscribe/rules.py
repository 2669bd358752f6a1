"""What an unsubscribe link stops, and how it says so in a few bytes.

    kind:<code>    one kind of notice, no longer mailed to an account
    daily          the daily digest of an account
    mails          every mail to an account
    follow:<id>    one thing that an address follows
    follows        everything that an address follows

A link never expires: all it can do is stop mails, and a mail is often read late.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from libs.chassis.messages import N_

USE = "unsubscribe"
"""The use that its tokens are signed for."""


class What(StrEnum):
    """What a link stops."""

    KIND = "kind"
    DAILY = "daily"
    MAILS = "mails"
    FOLLOW = "follow"
    FOLLOWS = "follows"


LABELS = {
    What.KIND: N_("One kind of message"),
    What.DAILY: N_("The daily digest"),
    What.MAILS: N_("All e-mails about what you take part in"),
    What.FOLLOW: N_("Something that you follow"),
    What.FOLLOWS: N_("Everything that you follow"),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """What a link stops; `which` is the code of a kind or the id of a follow, and else empty."""

    what: What
    which: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """An unsubscribe link: whose mails, and which of them."""

    recipient_id: UUID
    scope: Scope


def encode(link: Link) -> bytes:
    """The content of the token of a link."""
    return link.recipient_id.bytes + f"{link.scope.what}:{link.scope.which}".encode()


def decode(content: bytes | None) -> Link | None:
    """The link that `encode` was given; None for anything else."""
    if content is None or len(content) <= 16:
        return None
    what, _, which = content[16:].decode(errors="replace").partition(":")
    if what not in list(What):
        return None
    return Link(UUID(bytes=content[:16]), Scope(What(what), which))


def scope_of_notices(
    account: bool, kinds: Collection[str], follows: Collection[UUID | None], digest: bool
) -> Scope:
    """What the link of a mail stops that tells notices of `kinds`, from `follows`: the least that stops such mails."""
    if not account:
        only = set(follows)
        (follow,) = only if len(only) == 1 else (None,)
        return Scope(What.FOLLOW, str(follow)) if follow else Scope(What.FOLLOWS)
    if digest:
        return Scope(What.DAILY)
    only_kind = set(kinds)
    return Scope(What.KIND, only_kind.pop()) if len(only_kind) == 1 else Scope(What.MAILS)
