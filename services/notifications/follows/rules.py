"""What can be followed, and how much."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from libs.chassis.messages import N_

USE = "follow"
"""The use that the tokens of confirmation links are signed for."""

LINK_LIFETIME = timedelta(hours=48)
MAILS_PER_HOUR = 5
MAILS_PER_DAY = 15
"""Confirmation mails for one address: enough to follow a few things, too few to bother somebody with."""
LIVE_REQUESTS = 10
"""Unconfirmed requests of one address. One more forgets the oldest."""
MOST_FOLLOWS = 50
FEWEST_TOLD = 5
"""Followers below which no number is told: in a small commune people know one another."""

_ID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_REFERENCE = re.compile(
    rf"(?:(?P<commune>commune):(?P<code>[0-9]{{5}}|2[AB][0-9]{{3}})"
    rf"|(?P<other>defi|proposal|consultation):(?P<id>{_ID}))\Z"
)


class TopicKind(StrEnum):
    """What sort of thing is followed."""

    COMMUNE = "commune"
    DEFI = "defi"
    PROPOSAL = "proposal"
    CONSULTATION = "consultation"


TOPICS = {
    TopicKind.COMMUNE: N_("a commune"),
    TopicKind.DEFI: N_("a défi"),
    TopicKind.PROPOSAL: N_("a proposal"),
    TopicKind.CONSULTATION: N_("a consultation"),
}


@dataclass(frozen=True, slots=True)
class Reference:
    """Something to follow: `key` is the INSEE code of a commune, else an id."""

    kind: TopicKind
    key: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}"


def read_reference(text: str) -> Reference | None:
    """The reference written `commune:35238` or `defi:<id>`, or None when it is none."""
    found = _REFERENCE.match(text)
    if found is None:
        return None
    return Reference(TopicKind(found["commune"] or found["other"]), found["code"] or found["id"])


def read_references(kind: TopicKind, keys: Iterable[str]) -> list[Reference]:
    """The things of one kind whose keys another service named; what is no key is left out."""
    read = (read_reference(f"{kind}:{key}") for key in keys)
    return [reference for reference in read if reference is not None]


def page_of(reference: Reference, *, owner: str | None = None, slug: str | None = None) -> str:
    """Where on the site it is seen: `owner` holds a défi, `slug` names a consultation. The home page when unknown."""
    match reference.kind:
        case TopicKind.COMMUNE:
            return f"/ici/{reference.key}"
        case TopicKind.DEFI if owner:
            return f"/defis/{owner}/{reference.key}"
        case TopicKind.PROPOSAL | TopicKind.CONSULTATION if slug:
            return f"/consultations/{slug}"
        case _:
            return "/"
