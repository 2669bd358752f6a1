"""Where a cause stands: its three phases, read from what it holds. Pure.

They overlap in real programmes: a first action is under way while a workshop is still to come. So each says for itself
whether it is done, now or to come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

State = Literal["done", "now", "next"]


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase by its code in `wording.PHASES`, where it stands, and its first and last instants, where known."""

    code: str
    state: State
    begins: str | None
    ends: str | None


def phases(
    cause: dict[str, Any],
    consultations: Sequence[dict[str, Any]],
    workshops: Sequence[dict[str, Any]],
    actions: Sequence[dict[str, Any]],
) -> list[Phase]:
    """The three phases of `cause`, in their order."""
    convened = [workshop for workshop in workshops if workshop["state"] != "cancelled"]
    adopted = [action for action in actions if action["status"] not in ("draft", "abandoned")]
    asked = _asking(consultations)
    return [
        Phase(
            "consultation",
            asked,
            min((one["opens_at"] for one in consultations), default=None),
            max((one["closes_at"] for one in consultations), default=None),
        ),
        Phase(
            "transformation",
            _transforming(asked, convened, adopted),
            min((one["starts_at"] for one in convened), default=None),
            max((one["starts_at"] for one in convened), default=None),
        ),
        Phase(
            "action",
            _acting(cause, adopted),
            min((one["created_at"] for one in adopted), default=None),
            cause["closes_at"] if adopted else None,
        ),
    ]


def _asking(consultations: Sequence[dict[str, Any]]) -> State:
    statuses = {one["status"] for one in consultations}
    if "open" in statuses:
        return "now"
    if "closed" not in statuses:
        return "next"
    return "now" if "upcoming" in statuses else "done"


def _transforming(
    asked: State, convened: Sequence[dict[str, Any]], adopted: Sequence[dict[str, Any]]
) -> State:
    if any(workshop["state"] == "scheduled" for workshop in convened):
        return "now"
    if adopted:
        return "done"
    return "now" if asked == "done" or convened else "next"


def _acting(cause: dict[str, Any], adopted: Sequence[dict[str, Any]]) -> State:
    if not adopted:
        return "next"
    return "done" if cause["status"] == "closed" else "now"
