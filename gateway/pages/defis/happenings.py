"""What happened in a défi, told in fewer lines than it was kept in, and what comes next. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from gateway.services import Json

_TOLD_TOGETHER = ("member_joined", "pledge_offered")


@dataclass(frozen=True, slots=True)
class Agenda:
    """Meetings to come, the soonest first; and those that were held, the latest first."""

    to_come: list[Json]
    held: list[Json]


def agenda_of(meetings: Sequence[Json], now: datetime) -> Agenda:
    """The agenda of a défi, of its meetings with the latest first. Those cancelled or never reported are in neither."""
    scheduled = [one for one in meetings if one["state"] == "scheduled"]
    to_come = [one for one in reversed(scheduled) if datetime.fromisoformat(one["ends_at"]) > now]
    return Agenda(to_come, [one for one in meetings if one["state"] == "held"])


def gathered(entries: Iterable[Json]) -> list[Json]:
    """Entries of the timeline, newest first, each with its `count`.

    People who join one after the other, and offers of one kind, are told as one line, at the time of the latest.
    """
    return [
        {**run[0], "count": len(run)}
        for _key, group in groupby(entries, key=_together)
        for run in _runs(list(group))
    ]


def _together(entry: Json) -> tuple[str, str | None]:
    return entry["kind"], entry["facts"].get("kind")


def _runs(alike: list[Json]) -> list[list[Json]]:
    return [alike] if alike[0]["kind"] in _TOLD_TOGETHER else [[entry] for entry in alike]
