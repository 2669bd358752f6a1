"""One thread: from a proposal to the workshop that took it up, the action it became, and what was measured. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway import curves

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Latest:
    """The latest measure of an indicator: for all territories where there is one, else the last of any kind."""

    indicator: Json
    measure: Json
    percent: int


@dataclass(frozen=True, slots=True)
class Thread:
    """An action with one of its proposals, the workshop it came out of and its latest measure, where it has them."""

    action: Json
    proposal: Json | None
    latest: Latest | None

    @property
    def length(self) -> int:
        """How many of the four knots it has."""
        return 1 + sum(knot is not None for knot in (self.proposal, self.action["workshop"], self.latest))


def latest(action: Json) -> Latest | None:
    """The latest measure of the first indicator of `action` that has any."""
    for indicator in action["indicators"]:
        found = [one for one in indicator["latest"] if one["kind"] is None] or indicator["latest"]
        if found:
            measure = max(found, key=lambda one: str(one["measured_on"]))
            return Latest(indicator, measure, curves.progress(indicator, measure["value"]))
    return None


def longest(actions: Iterable[Json], proposals: Sequence[Json]) -> Thread | None:
    """The thread that goes furthest among those of `actions`; None where no proposal has become one yet."""
    known = {proposal["id"]: proposal for proposal in proposals}
    threads = [thread(action, known) for action in actions if action["status"] != "abandoned"]
    begun = [one for one in threads if one.proposal is not None]
    return max(begun, key=lambda one: one.length, default=None)


def thread(action: Json, proposals: Mapping[str, Json]) -> Thread:
    """The thread of one action, from the first of its proposals that may be read."""
    first = next((proposals[id] for id in action["proposals"] if id in proposals), None)
    return Thread(action, first, latest(action))
