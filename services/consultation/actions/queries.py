"""Reading actions. All of them are public, drafts too: a workshop's output is shown as it came out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.orm import Session

from libs.chassis.errors import FieldError, Invalid, NotFound, Sentence
from libs.chassis.messages import N_
from libs.chassis.paging import Page, decode_cursor, page
from libs.chassis.tokens import Principal
from services.consultation.actions.models import Action, ActionProposal, Indicator, Measure, Milestone
from services.consultation.actions.rules import Status, is_late, may_measure, next_due
from services.consultation.causes.models import Cause
from services.consultation.causes.rules import coordinates
from services.consultation.consultations.models import Consultation
from services.consultation.observatory.models import ObservedDefi
from services.consultation.proposals.models import Proposal
from services.consultation.proposals.rules import LISTED, PUBLIC_STATES
from services.consultation.workshops.models import Workshop, WorkshopAction

Row = TypeVar("Row", Milestone, Indicator, Measure)


def get_action(session: Session, action_id: UUID, *, lock: bool = False) -> Action:
    """The action, held until the transaction ends if `lock`. Raises `NotFound`."""
    query = select(Action).where(Action.id == action_id)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound("action.unknown", N_("There is no such action."))
    return found


def get_indicator(session: Session, indicator_id: UUID) -> Indicator:
    """The indicator. Raises `NotFound`."""
    found = session.get(Indicator, indicator_id)
    if found is None:
        raise NotFound("indicator.unknown", N_("There is no such indicator."))
    return found


def get_milestone(session: Session, milestone_id: UUID) -> Milestone:
    """The milestone. Raises `NotFound`."""
    found = session.get(Milestone, milestone_id)
    if found is None:
        raise NotFound("milestone.unknown", N_("There is no such milestone."))
    return found


def list_actions(
    session: Session,
    cause: Cause | None,
    caller: Principal | None,
    *,
    workshop: UUID | None,
    cursor: str | None,
    limit: int,
    today: date,
) -> Page[dict[str, Any]]:
    """A page of the actions of a cause, or of all, the newest first; those of one workshop if it is named."""
    listing = f"actions:{cause.slug if cause else ''}"
    after = decode_cursor(listing, cursor, UUID)
    query = select(Action).order_by(Action.id.desc())
    if cause is not None:
        query = query.where(Action.cause_id == cause.id)
    if workshop is not None:
        query = query.join(WorkshopAction).where(WorkshopAction.workshop_id == workshop)
    if after is not None:
        query = query.where(tuple_(Action.id) < after)
    rows = session.scalars(query.limit(limit + 1)).all()
    found = page(listing, rows, limit, lambda row: (str(row.id),))
    return Page(shown(session, found.items, caller, today), found.next)


def list_measures(session: Session, indicator_id: UUID, cursor: str | None, limit: int) -> Page[Measure]:
    """A page of an indicator's measures, corrected ones too, the latest written first. Raises `NotFound`."""
    listing = f"measures:{get_indicator(session, indicator_id).id}"
    return _page_of_measures(session, listing, Measure.indicator_id == indicator_id, cursor, limit)


def list_measures_of_action(
    session: Session, action_id: UUID, cursor: str | None, limit: int
) -> Page[Measure]:
    """A page of the measures of all of an action's indicators, the latest written first. Raises `NotFound`."""
    listing = f"measures:{get_action(session, action_id).id}"
    its = select(Indicator.id).where(Indicator.action_id == action_id)
    return _page_of_measures(session, listing, Measure.indicator_id.in_(its), cursor, limit)


def _page_of_measures(
    session: Session, listing: str, which: ColumnElement[bool], cursor: str | None, limit: int
) -> Page[Measure]:
    after = decode_cursor(listing, cursor, UUID)
    query = select(Measure).where(which).order_by(Measure.id.desc())
    if after is not None:
        query = query.where(tuple_(Measure.id) < after)
    rows = session.scalars(query.limit(limit + 1)).all()
    return page(listing, rows, limit, lambda row: (str(row.id),))


def standing() -> ColumnElement[bool]:
    """The condition, on measures, of those that no other corrects."""
    corrections = select(Measure.corrects).where(Measure.corrects.is_not(None))
    return Measure.id.not_in(corrections)


def accepted_of_cause(session: Session, cause_id: UUID, ids: Collection[UUID]) -> list[UUID]:
    """`ids`, each once, if all are accepted proposals to consultations of the cause. Raises `Invalid`."""
    query = (
        select(Proposal.id)
        .join(Consultation)
        .where(Proposal.id.in_(ids), Proposal.state == LISTED, Consultation.cause_id == cause_id)
    )
    found = session.scalars(query).all()
    if set(found) != set(ids):
        sentence = Sentence(N_("Only accepted proposals of the same cause."))
        raise Invalid("proposals.foreign", sentence.message, errors=(FieldError("proposals", sentence),))
    return list(found)


def origins_of(session: Session, action_id: UUID) -> dict[UUID, UUID]:
    """The public proposals that the action comes from, each with the consultation that it answers."""
    query = (
        select(Proposal.id, Proposal.consultation_id)
        .join(ActionProposal, ActionProposal.proposal_id == Proposal.id)
        .where(ActionProposal.action_id == action_id, Proposal.state.in_(PUBLIC_STATES))
        .order_by(Proposal.id)
    )
    return dict(session.execute(query).all())


def shown(
    session: Session, actions: Sequence[Action], caller: Principal | None, today: date
) -> list[dict[str, Any]]:
    """Actions as `ActionSchema` shows them to `caller`, in the same order; seven statements for all of them."""
    ids = [action.id for action in actions]
    causes = select(Cause.id, Cause.slug).where(Cause.id.in_({action.cause_id for action in actions}))
    slugs = dict(session.execute(causes).all())
    proposals, workshops, defis = _proposals(session, ids), _workshops(session, ids), _defis(session, ids)
    milestones = _by(
        session.scalars(select(Milestone).where(Milestone.action_id.in_(ids)).order_by(Milestone.due_on)),
        "action_id",
    )
    indicators = _by(
        session.scalars(select(Indicator).where(Indicator.action_id.in_(ids)).order_by(Indicator.id)),
        "action_id",
    )
    measured = [indicator.id for group in indicators.values() for indicator in group]
    measures = _by(
        session.scalars(
            select(Measure)
            .where(Measure.indicator_id.in_(measured), standing())
            .order_by(Measure.measured_on, Measure.id)
        ),
        "indicator_id",
    )
    return [
        _show(action, slugs[action.cause_id], today, milestones[action.id], indicators[action.id], measures)
        | {
            "proposals": proposals[action.id],
            "workshop": workshops.get(action.id),
            "defis": sum(defis[action.id].values()),
            "carried_by": [{"operator": code, "defis": count} for code, count in defis[action.id].items()],
        }
        | _rights(action, caller)
        for action in actions
    ]


def _show(
    action: Action,
    slug: str,
    today: date,
    milestones: Sequence[Milestone],
    indicators: Sequence[Indicator],
    measures: dict[UUID, list[Measure]],
) -> dict[str, Any]:
    status = Status(action.status)
    followed = [_show_indicator(indicator, status, measures[indicator.id], today) for indicator in indicators]
    return {name: getattr(action, name) for name in _ACTION} | {
        "cause": slug,
        "late": any(indicator["late"] for indicator in followed),
        "indicators": followed,
        "milestones": [
            {name: getattr(milestone, name) for name in _MILESTONE}
            | {"late": milestone.reached_on is None and is_late(milestone.due_on, status, today)}
            for milestone in milestones
        ],
    }


def _show_indicator(
    indicator: Indicator, status: Status, measures: Sequence[Measure], today: date
) -> dict[str, Any]:
    due = next_due(
        indicator.first_due_on, indicator.every_months, [measure.measured_on for measure in measures]
    )
    latest = {measure.kind: measure for measure in measures}  # they come in the order of their days
    return {name: getattr(indicator, name) for name in _INDICATOR} | {
        "next_due_on": due,
        "late": is_late(due, status, today),
        "latest": list(latest.values()),
    }


def _proposals(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    # A proposal may be refused after all; from then on it is not public, and not shown here either.
    query = (
        select(ActionProposal.action_id, ActionProposal.proposal_id)
        .join(Proposal, Proposal.id == ActionProposal.proposal_id)
        .where(ActionProposal.action_id.in_(ids), Proposal.state.in_(PUBLIC_STATES))
        .order_by(ActionProposal.proposal_id)
    )
    found: dict[UUID, list[UUID]] = defaultdict(list)
    for action_id, proposal_id in session.execute(query):
        found[action_id].append(proposal_id)
    return found


def _workshops(session: Session, ids: Sequence[UUID]) -> dict[UUID, Workshop]:
    query = (
        select(WorkshopAction.action_id, Workshop)
        .join(Workshop, Workshop.id == WorkshopAction.workshop_id)
        .where(WorkshopAction.action_id.in_(ids))
    )
    return dict(session.execute(query).all())


def _defis(session: Session, ids: Sequence[UUID]) -> dict[UUID | None, dict[str, int]]:
    """How many défis of which operators carry each action out, by their news; those abandoned do no more."""
    query = (
        select(ObservedDefi.origin_id, ObservedDefi.operator, func.count())
        .where(
            ObservedDefi.origin_kind == "action",
            ObservedDefi.origin_id.in_(ids),
            ObservedDefi.outcome.is_distinct_from("abandoned"),
        )
        .group_by(ObservedDefi.origin_id, ObservedDefi.operator)
        .order_by(ObservedDefi.operator)
    )
    found: dict[UUID | None, dict[str, int]] = defaultdict(dict)
    for action_id, operator, count in session.execute(query):
        found[action_id][operator] = count
    return found


def _rights(action: Action, caller: Principal | None) -> dict[str, bool]:
    coordinator = coordinates(caller, action.cause_id)
    return {
        "coordinated": coordinator,
        "may_measure": may_measure(
            measurer=caller is not None and caller.subject == action.measurer_account,
            named=action.measurer_account is not None,
            coordinator=coordinator,
            status=Status(action.status),
        ),
    }


def _by(rows: Iterable[Row], key: str) -> dict[UUID, list[Row]]:
    found: dict[UUID, list[Row]] = defaultdict(list)
    for row in rows:
        found[getattr(row, key)].append(row)
    return found


_ACTION = ("id", "title", "description", "status", "owner", "measurer", "created_at")
_MILESTONE = ("id", "title", "due_on", "reached_on")
_INDICATOR = ("id", "title", "unit", "baseline", "target", "first_due_on", "every_months")
