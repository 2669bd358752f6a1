"""Setting actions up, moving them on, measuring them. The caller of each has been found to coordinate the cause."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from libs.chassis.errors import FieldError, Invalid, Sentence
from libs.chassis.ids import uuid7
from libs.chassis.messages import N_
from libs.chassis.outbox import record
from libs.chassis.tokens import Principal
from libs.contracts.consultation import ActionMeasured
from services.consultation.actions.models import Action, ActionProposal, Indicator, Measure, Milestone
from services.consultation.actions.queries import (
    accepted_of_cause,
    get_action,
    get_indicator,
    origins_of,
    standing,
)
from services.consultation.actions.rules import (
    MOST_INDICATORS,
    MOST_MILESTONES,
    Status,
    check_adoptable,
    check_bodies,
    check_first,
    check_measurable,
    check_measured_on,
    check_moves,
    check_reason,
    check_room,
    check_stands,
    recorder,
)
from services.consultation.base import Localised, rows_changed
from services.consultation.causes.rules import coordinates


@dataclass(frozen=True, slots=True, kw_only=True)
class Bodies:
    """Who answers for an action, and who measures it. Bodies are named; an account may measure in one's name."""

    owner: str
    measurer: str
    measurer_account: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMeasure:
    """A figure of a day, with what it rests on; `corrects` is the measure that it replaces."""

    measured_on: date
    value: Decimal
    kind: str | None
    evidence: str
    evidence_url: str | None
    corrects: UUID | None
    reason: str | None


def create_action(
    session: Session,
    cause_id: UUID,
    *,
    title: Localised,
    description: Localised,
    proposals: Collection[UUID],
    bodies: Bodies | None,
    now: datetime,
) -> Action:
    """Set up an action; without `bodies` it is a draft. Raises `Invalid` on its bodies or proposals."""
    if bodies is not None:
        check_bodies(bodies.owner, bodies.measurer)
    accepted = accepted_of_cause(session, cause_id, proposals)
    action = Action(
        id=uuid7(),
        cause_id=cause_id,
        title=title,
        description=description,
        owner=bodies and bodies.owner,
        measurer=bodies and bodies.measurer,
        measurer_account=bodies and bodies.measurer_account,
        status=Status.PLANNED if bodies else Status.DRAFT,
        created_at=now,
    )
    session.add(action)
    session.flush()
    session.add_all(ActionProposal(action_id=action.id, proposal_id=id) for id in accepted)
    session.flush()
    return action


def adopt(session: Session, action: Action, bodies: Bodies) -> None:
    """Make a draft an action that somebody answers for. Raises `Conflict` unless it is a draft, `Invalid`."""
    check_adoptable(Status(action.status))
    check_bodies(bodies.owner, bodies.measurer)
    action.owner, action.measurer = bodies.owner, bodies.measurer
    action.measurer_account, action.status = bodies.measurer_account, Status.PLANNED
    session.flush()


def move(session: Session, action: Action, status: Status) -> None:
    """Say that an action is under way, done or abandoned. Raises `Conflict`."""
    check_moves(Status(action.status), status)
    action.status = status
    session.flush()


def add_milestone(session: Session, action: Action, *, title: Localised, due_on: date) -> None:
    """Give an action something to reach by a day. Raises `Conflict` beyond fifty."""
    check_room(_count(session, Milestone, action), MOST_MILESTONES)
    session.add(Milestone(id=uuid7(), action_id=action.id, title=title, due_on=due_on))
    session.flush()


def reach_milestone(session: Session, milestone: Milestone, reached_on: date | None) -> None:
    """Say on which day a milestone was reached, or that it was not after all."""
    milestone.reached_on = reached_on
    session.flush()


def add_indicator(
    session: Session,
    action: Action,
    *,
    title: Localised,
    unit: str,
    baseline: Decimal,
    target: Decimal,
    first_due_on: date,
    every_months: int,
) -> None:
    """Give an action something to be measured by. Raises `Conflict` beyond twenty."""
    check_room(_count(session, Indicator, action), MOST_INDICATORS)
    session.add(
        Indicator(
            id=uuid7(),
            action_id=action.id,
            title=title,
            unit=unit,
            baseline=baseline,
            target=target,
            first_due_on=first_due_on,
            every_months=every_months,
        )
    )
    session.flush()


def measure(
    session: Session, indicator_id: UUID, caller: Principal, new: NewMeasure, now: datetime
) -> Measure:
    """Write a measure down, or a correction of one; nothing is overwritten.

    Raises `NotFound`, `Forbidden` to all but who measures, `Conflict` when the action is not measured or there is a
    measure of that day, `Invalid` on its day, its reason or what it corrects.
    """
    indicator = get_indicator(session, indicator_id)
    action = get_action(session, indicator.action_id, lock=True)
    recorded_as = recorder(
        measurer=action.measurer_account == caller.subject,
        named=action.measurer_account is not None,
        coordinator=coordinates(caller, action.cause_id),
    )
    check_measurable(Status(action.status))
    check_measured_on(new.measured_on, now.date())
    check_reason(new.corrects is not None, new.reason)
    _check_place(session, indicator, new)
    made = Measure(
        id=uuid7(),
        indicator_id=indicator.id,
        measured_on=new.measured_on,
        value=new.value,
        kind=new.kind,
        evidence=new.evidence,
        evidence_url=new.evidence_url,
        corrects=new.corrects,
        reason=new.reason,
        recorded_as=recorded_as,
        recorded_at=now,
    )
    session.add(made)
    session.flush()
    record(session, _fact(action, made, origins_of(session, action.id)))
    return made


def forget_measurer(session: Session, account: UUID) -> dict[str, int]:
    """Let an account that is erased measure nothing any more; what it measured stands, in the name of its body.

    Returns how many actions it measured.
    """
    measured = update(Action).where(Action.measurer_account == account)
    return {"actions_measured": rows_changed(session, measured.values(measurer_account=None))}


def _check_place(session: Session, indicator: Indicator, new: NewMeasure) -> None:
    """Whether `new` has a place among the measures of `indicator`, whose action the caller holds."""
    others = select(Measure.measured_on).where(
        Measure.indicator_id == indicator.id, Measure.kind.is_not_distinct_from(new.kind), standing()
    )
    if new.corrects is not None:
        wrong = session.get(Measure, new.corrects)
        if wrong is None or wrong.indicator_id != indicator.id:
            sentence = Sentence(N_("This indicator has no such measure."))
            raise Invalid("measure.invalid", sentence.message, errors=(FieldError("corrects", sentence),))
        corrected = select(Measure.id).where(Measure.corrects == wrong.id)
        check_stands(session.scalar(corrected) is not None)
        others = others.where(Measure.id != wrong.id)
    check_first(session.scalars(others).all(), new.measured_on)


def _fact(action: Action, made: Measure, origins: Mapping[UUID, UUID]) -> ActionMeasured:
    """The fact; `origins` are the proposals that the action comes from, each with its consultation."""
    return ActionMeasured(
        action_id=action.id,
        cause_id=action.cause_id,
        indicator_id=made.indicator_id,
        measure_id=made.id,
        measured_on=made.measured_on.isoformat(),
        value=f"{made.value:f}",
        kind=made.kind,
        corrects=made.corrects,
        proposals=[str(proposal) for proposal in origins],
        consultations=sorted({str(consultation) for consultation in origins.values()}),
    )


def _count(session: Session, things: type[Milestone] | type[Indicator], action: Action) -> int:
    return session.scalar(select(func.count()).where(things.action_id == action.id)) or 0
