"""The demo's workshops, and what became of the drafts that came out of them (``workshops.toml``), typed."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from deploy.local.demo.texts import Localised, trimmed

SOURCE = Path(__file__).with_name("workshops.toml")


@dataclass(frozen=True, slots=True)
class DemoDraft:
    """An action as a workshop drafted it, from proposals named by their keys."""

    key: str
    title: Localised
    description: Localised
    proposals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DemoWorkshop:
    """A workshop, held when it has minutes. Days count from the day of the demo."""

    key: str
    consultation: str
    title: Localised
    agenda: Localised
    facilitator: str
    convened: int
    day: int
    at: float
    """The hour at which it begins, by the clocks of France."""
    hours: int
    place: str | None
    online_url: str | None
    capacity: int
    registered: int
    attendance: int
    minutes: str | None
    proposals: tuple[str, ...]
    drafts: tuple[DemoDraft, ...]


@dataclass(frozen=True, slots=True)
class DemoMeasure:
    """A figure of a day, `written` down on another; a correction has its `reason`, and follows what it corrects."""

    day: int
    written: int
    value: Decimal
    kind: str | None
    evidence: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class DemoIndicator:
    """What is measured, and its measures in the order they were written down."""

    title: Localised
    unit: str
    baseline: Decimal
    target: Decimal
    first_due: int
    every_months: int
    measures: tuple[DemoMeasure, ...]


@dataclass(frozen=True, slots=True)
class DemoMilestone:
    """Something to reach by a day; `reached` is None for what is not."""

    title: Localised
    due: int
    reached: int | None


@dataclass(frozen=True, slots=True)
class DemoAction:
    """What became of a draft: a body carries it out, and another measures it."""

    draft: str
    owner: str
    measurer: str
    adopted: int
    begun: int
    milestones: tuple[DemoMilestone, ...]
    indicators: tuple[DemoIndicator, ...]


@cache
def demo_workshops() -> tuple[DemoWorkshop, ...]:
    """The workshops, in the order in which they were convened."""
    return tuple(_workshop(entry) for entry in _read()["workshop"])


@cache
def demo_actions() -> tuple[DemoAction, ...]:
    """The actions that drafts became."""
    return tuple(_action(entry) for entry in _read()["action"])


def demo_drafts() -> dict[str, DemoDraft]:
    """Every draft, by its key."""
    return {draft.key: draft for workshop in demo_workshops() for draft in workshop.drafts}


def demo_bodies() -> dict[str, str]:
    """The kinds of the bodies that carry out and measure actions, by their names."""
    return {entry["name"]: entry["kind"] for entry in _read()["body"]}


@cache
def _read() -> dict[str, list[dict[str, Any]]]:
    read: dict[str, list[dict[str, Any]]] = trimmed(
        tomllib.loads(SOURCE.read_text(encoding="utf-8"), parse_float=Decimal)
    )
    return read


def _workshop(entry: dict[str, Any]) -> DemoWorkshop:
    begins = time.fromisoformat(entry["at"])
    optional = {name: entry.get(name) for name in ("place", "online_url", "minutes")}
    drafts = tuple(
        DemoDraft(**draft | {"proposals": tuple(draft["proposals"])}) for draft in entry.get("draft", ())
    )
    given = {name: value for name, value in entry.items() if name != "draft"}
    return DemoWorkshop(
        **given
        | optional
        | {
            "at": begins.hour + begins.minute / 60,
            "attendance": entry.get("attendance", 0),
            "proposals": tuple(entry["proposals"]),
            "drafts": drafts,
        }
    )


def _action(entry: dict[str, Any]) -> DemoAction:
    milestones = tuple(DemoMilestone(**{"reached": None} | each) for each in entry["milestone"])
    indicators = tuple(_indicator(each) for each in entry["indicator"])
    given = {name: value for name, value in entry.items() if name not in ("milestone", "indicator")}
    return DemoAction(**given, milestones=milestones, indicators=indicators)


def _indicator(entry: dict[str, Any]) -> DemoIndicator:
    given = {name: value for name, value in entry.items() if name != "measure"}
    measures = tuple(made for each in entry["measure"] for made in _measures(each))
    figures = {name: Decimal(entry[name]) for name in ("baseline", "target")}
    return DemoIndicator(**given | figures, measures=measures)


def _measures(entry: dict[str, Any]) -> Iterator[DemoMeasure]:
    """A measure, and the one that corrects it, if any: a figure of the same day that is written down later."""
    kind = entry.get("kind")
    day = entry["day"]
    yield DemoMeasure(day, day, Decimal(entry["value"]), kind, entry["evidence"], None)
    if corrected := entry.get("corrected"):
        value, evidence, reason = (corrected[name] for name in ("value", "evidence", "reason"))
        yield DemoMeasure(day, corrected["day"], Decimal(value), kind, evidence, reason)
