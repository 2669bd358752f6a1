"""The demo's two operators and their twelve défis (``defis.toml``), typed. Days count from the day of the demo."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from functools import cache
from pathlib import Path
from typing import Any

from deploy.local.demo.texts import trimmed
from services.defis.challenges.rules import Kind, Stage
from services.defis.debates.rules import Side
from services.defis.gates.rules import Decision as GateDecision
from services.defis.gates.rules import Reason
from services.defis.meetings.rules import Kind as MeetingKind
from services.defis.pledges.rules import Kind as PledgeKind
from services.defis.pledges.rules import State as PledgeState

SOURCE = Path(__file__).with_name("defis.toml")
NOTICE_DAYS = 14
"""How long before a meeting it is announced, unless its own text says."""


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody invented: a first name, and an address at which only the demo writes."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class DemoOperator:
    """An operator (`hosts.py` names it): whom it sends, and the people who live in what it serves."""

    code: str
    served: tuple[str, ...]
    """Codes of départements."""
    ebv: DemoPerson
    staff: DemoPerson
    people: Mapping[str, DemoPerson]
    """By first name."""


@dataclass(frozen=True, slots=True)
class DemoArgument:
    """What somebody said in a debate."""

    side: Side
    text: str


@dataclass(frozen=True, slots=True)
class DemoMeeting:
    """A meeting, held when its day is past; `registered` beyond `capacity` wait."""

    kind: MeetingKind
    title: str
    day: int
    at: time
    hours: int
    announced: int
    registered: int
    place: str | None
    online_url: str | None
    agenda: str | None
    accessibility: tuple[str, ...]
    accessibility_note: str | None
    capacity: int | None
    attendance: int | None
    minutes: str | None
    arguments: tuple[DemoArgument, ...]


@dataclass(frozen=True, slots=True)
class DemoPledge:
    """Something offered, and what became of it."""

    by: str
    kind: PledgeKind
    text: str
    day: int
    becomes: PledgeState
    amount_cents: int | None = None
    hours: int | None = None


@dataclass(frozen=True, slots=True)
class DemoGate:
    """The next stage asked for on `day`; one without a decision waits for the EBV."""

    day: int
    evidence: Mapping[str, str] = field(default_factory=dict)
    decision: GateDecision | None = None
    reasons: tuple[Reason, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class DemoDefi:
    """A défi and its life so far."""

    operator: str
    key: str
    title: str
    problem: str
    beneficiaries: str
    commune: tuple[str, str]
    """INSEE code, name."""
    kind: Kind
    themes: tuple[str, ...]
    origin: str | None
    """The key of the demo's proposal that it came from; `action:` and the key of its draft where it was an action."""
    porteur: str
    core: tuple[str, ...]
    members: int
    request: str | None
    """What somebody writes who asks to join and waits for the answer."""
    launched: int
    entry_stage: Stage
    entry_evidence: str | None
    completed: int | None
    completed_note: str | None
    meetings: tuple[DemoMeeting, ...]
    pledges: tuple[DemoPledge, ...]
    gates: tuple[DemoGate, ...]


@cache
def demo_operators() -> Mapping[str, DemoOperator]:
    """The operators by their code."""
    return {entry["code"]: _operator(entry) for entry in _read()["operator"]}


@cache
def demo_defis(operator: str) -> tuple[DemoDefi, ...]:
    """The défis of an operator, in the order of the file."""
    return tuple(_defi(entry) for entry in _read()["defi"] if entry["operator"] == operator)


@cache
def _read() -> dict[str, list[dict[str, Any]]]:
    read: dict[str, list[dict[str, Any]]] = trimmed(tomllib.loads(SOURCE.read_text(encoding="utf-8")))
    return read


def _operator(entry: dict[str, Any]) -> DemoOperator:
    addresses = entry.get("emails", {})
    people = {name: DemoPerson(name, addresses.get(name, _address(name))) for name in entry["people"]}
    return DemoOperator(
        code=entry["code"],
        served=tuple(entry["served"]),
        ebv=DemoPerson(**entry["ebv"]),
        staff=DemoPerson(**entry["staff"]),
        people=people,
    )


def _address(name: str) -> str:
    plain = unicodedata.normalize("NFD", name.lower()).encode("ascii", "ignore").decode("ascii")
    return f"{plain}@demo.example"


def _defi(entry: dict[str, Any]) -> DemoDefi:
    optional = {name: entry.get(name) for name in ("origin", "request", "completed", "completed_note")}
    given: dict[str, Any] = {
        name: entry[name]
        for name in ("operator", "key", "title", "problem", "beneficiaries", "porteur", "members", "launched")
    }
    entered = entry.get("entry", {})
    return DemoDefi(
        **given | optional,
        commune=(entry["commune"]["code"], entry["commune"]["name"]),
        kind=Kind(entry["kind"]),
        themes=tuple(entry["themes"]),
        core=tuple(entry["core"]),
        entry_stage=Stage(entered.get("stage", Stage.INFORMACTION)),
        entry_evidence=entered.get("evidence"),
        meetings=tuple(_meeting(meeting) for meeting in entry["meeting"]),
        pledges=tuple(_pledge(pledge) for pledge in entry["pledge"]),
        gates=tuple(_gate(gate) for gate in entry.get("gate", ())),
    )


def _meeting(entry: dict[str, Any]) -> DemoMeeting:
    given: dict[str, Any] = {name: entry[name] for name in ("title", "day", "registered")}
    optional = ("place", "online_url", "agenda", "accessibility_note", "capacity", "attendance", "minutes")
    arguments = entry.get("argument", ())
    return DemoMeeting(
        **given | {name: entry.get(name) for name in optional},
        kind=MeetingKind(entry["kind"]),
        at=time.fromisoformat(entry["at"]),
        hours=entry.get("hours", 2),
        announced=entry.get("announced", entry["day"] - NOTICE_DAYS),
        accessibility=tuple(entry.get("accessibility", ())),
        arguments=tuple(DemoArgument(Side(argument["side"]), argument["text"]) for argument in arguments),
    )


def _pledge(entry: dict[str, Any]) -> DemoPledge:
    typed = {"kind": PledgeKind(entry["kind"]), "becomes": PledgeState(entry["becomes"])}
    return DemoPledge(**entry | typed)


def _gate(entry: dict[str, Any]) -> DemoGate:
    reasons = tuple(Reason(reason) for reason in entry.get("reasons", ()))
    decision = GateDecision(entry["decision"]) if "decision" in entry else None
    return DemoGate(**entry | {"reasons": reasons, "decision": decision})
