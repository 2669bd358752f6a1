"""Between the form of a meeting and what the service takes: a day and hours in Paris, and instants. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway import hours
from gateway.services import Json, ServiceProblem

TEXTS: Final = ("title", "place", "online_url", "agenda", "accessibility_note")
TYPED: Final = ("kind", *TEXTS, "day", "starts", "ends", "last_day", "capacity")
"""The fields of the form but for `accessibility`, which is several."""

_LONGEST_NUMBER: Final = 9


def fields_of(values: Mapping[str, Any]) -> Json:
    """What is sent for what was typed; None for what may be left empty and was."""
    return {
        **{name: values[name] or None for name in TEXTS},
        "title": values["title"],
        "starts_at": _instant(values["day"], values["starts"]),
        "ends_at": _instant(values["last_day"] or values["day"], values["ends"]),
        "accessibility": values["accessibility"],
        "capacity": whole(values["capacity"]),
    }


def values_of(meeting: Json) -> dict[str, Any]:
    """What one would have typed for a meeting; its last day only where that is another."""
    (day, starts), (last_day, ends) = hours.typed(meeting["starts_at"]), hours.typed(meeting["ends_at"])
    return {
        **{name: meeting[name] for name in ("kind", *TEXTS, "accessibility", "capacity")},
        "day": day,
        "starts": starts,
        "ends": ends,
        "last_day": last_day if last_day != day else "",
    }


def changes_of(values: Mapping[str, Any], meeting: Json) -> Json:
    """What is sent to change `meeting`. An hour that was left as it is stays out: one under way keeps its own."""
    sent, held = fields_of(values), values_of(meeting)
    same = {name: values[name] == held[name] for name in ("day", "starts", "ends", "last_day")}
    if same["day"] and same["starts"]:
        del sent["starts_at"]
    if same["day"] and same["last_day"] and same["ends"]:
        del sent["ends_at"]
    return sent


def placed(problem: ServiceProblem, values: Mapping[str, Any]) -> ServiceProblem:
    """The refusal with each sentence at the field where it can be mended."""
    fields = {
        name: words
        for field, words in problem.fields.items()
        for name in _places(field.partition(".")[0], values)
    }
    return ServiceProblem(problem.status, problem.code, problem.detail, fields)


def _places(field: str, values: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields of the form at which a complaint of the service about `field` is said."""
    if field == "starts_at":
        return tuple(name for name in ("day", "starts") if not values[name]) or ("day",)
    if field == "ends_at":
        # Without a day, that is said already.
        return ("ends",) if values["day"] or not values["ends"] else ()
    return (field,)


def _instant(day: str, hour: str) -> str:
    """The instant; what is none goes as it was typed, for the service to refuse."""
    return hours.instant(day, hour) or (f"{day} {hour}" if day and hour else "")


def whole(text: str) -> int | str | None:
    """A whole number as it was typed; what is none is sent as it stands, for the service to refuse."""
    digits = text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER
    return int(text) if digits else text or None
