"""What happened in each of the demo's défis, as the commands that people would have given, each at its instant.

What people would be refused, the demo is refused too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from deploy.local.demo.accounts import COALITION
from deploy.local.demo.days import Days
from deploy.local.demo.defis import (
    DemoDefi,
    DemoGate,
    DemoMeeting,
    DemoOperator,
    DemoPledge,
)
from libs.chassis.tokens import Grant, Principal
from services.defis.challenges import commands as challenges
from services.defis.challenges.rules import Action, Origin, Stage
from services.defis.core_groups import commands as core_groups
from services.defis.core_groups.commands import Presentation
from services.defis.core_groups.rules import Answer
from services.defis.debates.commands import argue
from services.defis.gates import commands as gates
from services.defis.gates.rules import Decision as GateDecision
from services.defis.meetings import commands as meetings
from services.defis.meetings.registrations import register
from services.defis.pledges import commands as pledges
from services.defis.pledges.rules import Decision
from services.defis.pledges.rules import State as PledgeState
from services.defis.standing import EBV, Role, departement_of

COMMITTED = 5
"""How many people must be committed; the demo's gates were asked for under this rule."""
INVITATION_LIFE = timedelta(days=14)
YESTERDAY = -1
A_WHILE = timedelta(minutes=7)
_FATES: Final[Mapping[PledgeState, Sequence[tuple[int, Decision]]]] = {
    PledgeState.OFFERED: (),
    PledgeState.ACCEPTED: ((2, Decision.ACCEPT),),
    PledgeState.FULFILLED: ((2, Decision.ACCEPT), (30, Decision.FULFIL)),
    PledgeState.LAPSED: ((7, Decision.LAPSE),),
    PledgeState.WITHDRAWN: ((20, Decision.WITHDRAW),),
}
"""How a pledge becomes what it is: what is decided, how many days after it was offered."""


Origins = Mapping[str, tuple[Origin, UUID]]
"""What a défi may have come from, by the keys of `DemoDefi.origin`."""


class Step(NamedTuple):
    """Something to do as if it were then."""

    at: datetime
    act: Callable[[datetime], None]


class Life:
    """What happened in one défi, each thing to be done at its instant."""

    id: UUID
    """The défi's, once it is launched."""

    def __init__(
        self,
        session: Session,
        operator: DemoOperator,
        defi: DemoDefi,
        subjects: Mapping[str, UUID],
        now: datetime,
    ) -> None:
        self.session, self.operator, self.defi, self.subjects = session, operator, defi, subjects
        self.moment = Days(now).moment
        self.steps: list[Step] = []
        self.neighbours = sorted(set(operator.people) - {defi.porteur, *defi.core})
        Random(f"{operator.code} {defi.key}").shuffle(self.neighbours)  # noqa: S311 - no secret
        self.ebv = self.who(operator.ebv.name, Grant(EBV, f"territory:{departement_of(defi.commune[0])}"))
        self.porteur = self.who(defi.porteur)

    def plan(self, origins: Origins) -> list[Step]:
        """Everything that happened, the défi having come from one of `origins`, or from nothing."""
        defi = self.defi
        self.on(defi.launched, 9, partial(self._launch, origins))
        self.on(defi.launched + 1, 11, self._publish)
        self._gather_people()
        for meeting in defi.meetings:
            self._plan_meeting(meeting)
        for pledge in defi.pledges:
            self._plan_pledge(pledge)
        for gate in defi.gates:
            self._plan_gate(gate)
        if defi.completed is not None:
            self.on(defi.completed, 18, self._complete)
        return self.steps

    def who(self, name: str, *grants: Grant) -> Principal:
        """Somebody as the operator's service sees them."""
        return Principal(self.subjects[name], "account", frozenset(grants))

    def on(self, day: int, hour: float, step: Callable[[datetime], None]) -> None:
        """Plan a step; what would fall on the day of the demo or after it was done the day before."""
        self.steps.append(Step(self.moment(min(day, YESTERDAY), hour), step))

    def presentation(self, name: str, message: str | None = None) -> Presentation:
        """How somebody presents themselves to the group."""
        return Presentation(name, self.operator.people[name].email, message)

    def _launch(self, origins: Origins, at: datetime) -> None:
        defi = self.defi
        fields: dict[str, Any] = {
            "themes": list(defi.themes),
            "first_date": self.moment(defi.meetings[0].day, 0).date(),
        }
        given = ("title", "problem", "beneficiaries", "commune", "kind", "entry_stage", "entry_evidence")
        fields |= {name: getattr(defi, name) for name in given}
        if origin := origins.get(defi.origin or ""):
            kind, id = origin
            fields["origin"] = (kind, COALITION, id)
        self.id = challenges.create_draft(self.session, self.porteur, fields, at).id
        shown: dict[str, str | None] = {
            "name": defi.porteur,
            "contact": self.operator.people[defi.porteur].email,
        }
        core_groups.present(self.session, self.id, self.porteur, shown)
        challenges.submit(self.session, self.id, self.porteur, at, self.operator.served)

    def _publish(self, at: datetime) -> None:
        entered = self.defi.entry_stage
        challenges.decide(
            self.session,
            self.id,
            self.ebv,
            decision=Action.PUBLISH,
            reason=None,
            note=None,
            stage=None if entered is Stage.INFORMACTION else entered,
            now=at,
        )

    def _complete(self, at: datetime) -> None:
        note = self.defi.completed_note
        challenges.move(self.session, self.id, self.porteur, action=Action.COMPLETE, reason=note, now=at)

    def _gather_people(self) -> None:
        """The core group is invited; members ask, and are accepted; one may still wait."""
        first = self.defi.launched + 2
        for number, name in enumerate(self.defi.core):
            self.on(first + number, 18, partial(self._invite, name))
        for number, name in enumerate(self.neighbours[: self.defi.members]):
            self.on(first + 4 + 2 * number, 20, partial(self._join, name))
        if self.defi.request:
            self.on(YESTERDAY - 1, 21, self._ask_to_join)

    def _invite(self, name: str, at: datetime) -> None:
        invited = core_groups.invite(self.session, self.id, self.porteur, Role.CORE, at, INVITATION_LIFE)
        core_groups.answer_invitation(
            self.session,
            self.id,
            self.who(name),
            secret=invited.secret,
            answer=Answer.ACCEPT,
            who=self.presentation(name),
            now=at + timedelta(hours=2),
        )

    def _join(self, name: str, at: datetime) -> None:
        member = core_groups.request_membership(
            self.session, self.id, self.who(name), self.presentation(name), at
        )
        core_groups.answer_request(
            self.session,
            self.id,
            member.id,
            self.porteur,
            answer=Answer.ACCEPT,
            note=None,
            now=at + timedelta(hours=1),
        )

    def _ask_to_join(self, at: datetime) -> None:
        name = self.neighbours[-1]
        asking = self.presentation(name, self.defi.request)
        core_groups.request_membership(self.session, self.id, self.who(name), asking, at)

    def _plan_meeting(self, meeting: DemoMeeting) -> None:
        held: list[UUID] = []
        self.on(meeting.announced, 10, lambda at: held.append(self._schedule(meeting, at)))
        self.on(meeting.announced + 1, 12, lambda at: self._fill(held[0], meeting, at))
        if meeting.arguments:
            self.on(meeting.announced + 2, 21, lambda at: self._debate(held[0], meeting, at))
        if meeting.minutes is not None:
            self.on(meeting.day + 1, 10, lambda at: self._report(held[0], meeting, at))

    def _schedule(self, meeting: DemoMeeting, at: datetime) -> UUID:
        starts_at = self.moment(meeting.day, meeting.at.hour + meeting.at.minute / 60)
        fields = {
            "starts_at": starts_at,
            "ends_at": starts_at + timedelta(hours=meeting.hours),
            "accessibility": list(meeting.accessibility),
        }
        given = ("kind", "title", "place", "online_url", "agenda", "accessibility_note", "capacity")
        fields |= {name: getattr(meeting, name) for name in given}
        return meetings.schedule(self.session, self.id, self.porteur, fields, at).id

    def _fill(self, meeting_id: UUID, meeting: DemoMeeting, at: datetime) -> None:
        coming = [self.defi.porteur, *self.defi.core, *self.neighbours][: meeting.registered]
        for number, name in enumerate(coming):
            register(self.session, self.id, meeting_id, self.who(name), name, at + number * A_WHILE)

    def _debate(self, meeting_id: UUID, meeting: DemoMeeting, at: datetime) -> None:
        for number, said in enumerate(meeting.arguments):
            author, when = self.who(self.neighbours[number]), at + number * A_WHILE
            argue(self.session, self.id, meeting_id, author, side=said.side, text=said.text, now=when)

    def _report(self, meeting_id: UUID, meeting: DemoMeeting, at: datetime) -> None:
        minutes, attendance = meeting.minutes or "", meeting.attendance or 0
        meetings.report(
            self.session, self.id, meeting_id, self.porteur, minutes=minutes, attendance=attendance, now=at
        )

    def _plan_pledge(self, pledge: DemoPledge) -> None:
        offered: list[UUID] = []
        self.on(pledge.day, 13, lambda at: offered.append(self._offer(pledge, at)))
        for number, (later, decision) in enumerate(_FATES[pledge.becomes]):
            by = self.who(pledge.by) if decision is Decision.WITHDRAW else self.porteur
            self.on(pledge.day + later, 17 + number, partial(self._settle, offered, by, decision))

    def _settle(self, offered: list[UUID], by: Principal, decision: Decision, at: datetime) -> None:
        pledges.decide(self.session, self.id, offered[0], by, decision, at)

    def _offer(self, pledge: DemoPledge, at: datetime) -> UUID:
        fields = {
            "kind": pledge.kind,
            "description": pledge.text,
            "amount_cents": pledge.amount_cents,
            "hours": pledge.hours,
            "name": pledge.by,
            "contact": self.operator.people[pledge.by].email,
            "valid_until": None,
        }
        return pledges.offer(self.session, self.id, self.who(pledge.by), fields, at).id

    def _plan_gate(self, gate: DemoGate) -> None:
        asked: list[UUID] = []
        self.on(gate.day, 15, lambda at: asked.append(self._ask(gate, at)))
        if (decision := gate.decision) is not None:
            self.on(gate.day + 4, 16, lambda at: self._decide(asked[0], gate, decision, at))

    def _ask(self, gate: DemoGate, at: datetime) -> UUID:
        evidence = gate.evidence
        return gates.ask(self.session, self.id, self.porteur, evidence=evidence, needed=COMMITTED, now=at).id

    def _decide(self, gate_id: UUID, gate: DemoGate, decision: GateDecision, at: datetime) -> None:
        gates.decide(
            self.session,
            self.id,
            gate_id,
            self.ebv,
            decision=decision,
            reasons=gate.reasons,
            note=gate.note,
            needed=COMMITTED,
            now=at,
        )
