"""What the demo's citizens propose (``proposals.toml``): sixty accepted proposals, a few that wait for a moderator."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

Body = Literal["proximite", "transition", "initiative"]
Kind = Literal["rural", "pavillonnaire", "petite_ville", "metropole"]
Mark = Literal["doable", "hard", "obvious", "unclear"]

BODIES: tuple[Body, ...] = get_args(Body)
KINDS: tuple[Kind, ...] = get_args(Kind)

SOURCE = Path(__file__).with_name("proposals.toml")


@dataclass(frozen=True, slots=True)
class DemoProposal:
    """An accepted proposal, and what voters will make of it."""

    key: str
    text: str
    theme: str
    kind: Kind | Literal["any"]
    """The kind of territory it speaks to."""
    author: str
    """A first name, invented."""
    leanings: Mapping[Body, int]
    """How each body of opinion tends to vote, from −2 (against) to 2 (for)."""
    mark: Mark | None = None
    """What else voters often say of it."""


@dataclass(frozen=True, slots=True)
class PendingProposal:
    """A proposal for the moderation queue; ``refuse_as`` is the reason that fits where one should refuse it."""

    key: str
    text: str
    author: str
    refuse_as: str | None = None


def demo_proposals() -> tuple[DemoProposal, ...]:
    """The accepted proposals, in the order of the file."""
    return tuple(DemoProposal(**entry) for entry in _read()["proposal"])


def pending_proposals() -> tuple[PendingProposal, ...]:
    """The proposals that wait for a moderator, oldest first."""
    return tuple(PendingProposal(**entry) for entry in _read()["pending"])


def _read() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads(SOURCE.read_text(encoding="utf-8"))
