"""Actions over HTTP. Who coordinates a cause writes its actions; who measures one is asked of the action itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from libs.chassis.paging import PageQuery
from libs.chassis.web import Blueprint, account, caller_or_none, principal, public, require, transaction
from services.consultation.actions import commands, queries
from services.consultation.actions.models import Action
from services.consultation.actions.schemas import (
    ACTION,
    ACTIONS,
    MEASURE,
    MEASURES,
    MEASURES_OF_ACTION,
    ActionsQuery,
    BodiesSchema,
    NewActionSchema,
    NewIndicatorSchema,
    NewMeasureSchema,
    NewMilestoneSchema,
    ReachedSchema,
    StatusSchema,
)
from services.consultation.causes.queries import get_cause
from services.consultation.causes.rules import ADMINISTRATOR, ROLE, check_coordinates

blueprint = Blueprint("actions", __name__, url_prefix="/v1", description="What causes come to.")


@blueprint.get("/actions")
@public
@blueprint.arguments(ActionsQuery(), location="query")
@blueprint.response(200, ACTIONS)
def list_all_actions(query: dict[str, Any]) -> Any:
    """The actions of all causes, the newest first."""
    with transaction() as session:
        return queries.list_actions(session, None, caller_or_none(), **query, today=_now().date())


@blueprint.get("/causes/<slug:slug>/actions")
@public
@blueprint.arguments(ActionsQuery(), location="query")
@blueprint.response(200, ACTIONS)
def list_actions(query: dict[str, Any], slug: str) -> Any:
    """The actions of a cause, the newest first."""
    with transaction() as session:
        cause = get_cause(session, slug)
        return queries.list_actions(session, cause, caller_or_none(), **query, today=_now().date())


@blueprint.post("/causes/<slug:slug>/actions")
@require(ROLE, or_grant=ADMINISTRATOR)
@blueprint.arguments(NewActionSchema())
@blueprint.response(201, ACTION)
def create_action(new: dict[str, Any], slug: str) -> Any:
    """Set up an action of a cause that the caller coordinates."""
    now = _now()
    with transaction() as session:
        cause = get_cause(session, slug)
        check_coordinates(principal(), cause.id)
        made = commands.create_action(session, cause.id, **new, now=now)
        return queries.shown(session, [made], principal(), now.date())[0]


@blueprint.get("/actions/<uuid:action_id>")
@public
@blueprint.response(200, ACTION)
def show_action(action_id: UUID) -> Any:
    """One action, with its milestones, its indicators and their latest figures."""
    with transaction() as session:
        action = queries.get_action(session, action_id)
        return queries.shown(session, [action], caller_or_none(), _now().date())[0]


@blueprint.get("/actions/<uuid:action_id>/measures")
@public
@blueprint.arguments(PageQuery(), location="query")
@blueprint.response(200, MEASURES_OF_ACTION)
def list_measures_of_action(query: dict[str, Any], action_id: UUID) -> Any:
    """All measures of an action's indicators, corrected ones too, the latest written first."""
    with transaction() as session:
        return queries.list_measures_of_action(session, action_id, **query)


@blueprint.put("/actions/<uuid:action_id>/bodies")
@require(ROLE, or_grant=ADMINISTRATOR)
@blueprint.arguments(BodiesSchema())
@blueprint.response(200, ACTION)
def adopt(bodies: commands.Bodies, action_id: UUID) -> Any:
    """Make a draft an action that somebody answers for and somebody else measures."""
    return _write(action_id, lambda session, action: commands.adopt(session, action, bodies))


@blueprint.put("/actions/<uuid:action_id>/status")
@require(ROLE, or_grant=ADMINISTRATOR)
@blueprint.arguments(StatusSchema())
@blueprint.response(200, ACTION)
def move(status: dict[str, Any], action_id: UUID) -> Any:
    """Say that an action is under way, done or abandoned."""
    return _write(action_id, lambda session, action: commands.move(session, action, **status))


@blueprint.post("/actions/<uuid:action_id>/milestones")
@require(ROLE, or_grant=ADMINISTRATOR)
@blueprint.arguments(NewMilestoneSchema())
@blueprint.response(201, ACTION)
def add_milestone(new: dict[str, Any], action_id: UUID) -> Any:
    """Give an action something to reach by a day."""
    return _write(action_id, lambda session, action: commands.add_milestone(session, action, **new))


@blueprint.put("/milestones/<uuid:milestone_id>")
@require(ROLE, or_grant=ADMINISTRATOR)
@blueprint.arguments(ReachedSchema())
@blueprint.response(200, ACTION)
def reach_milestone(reached: dict[str, Any], milestone_id: UUID) -> Any:
    """Say on which day a milestone was reached."""
    with transaction() as session:
        milestone = queries.get_milestone(session, milestone_id)
        action = _coordinated(session, milestone.action_id)
        commands.reach_milestone(session, milestone, **reached)
        return queries.shown(session, [action], principal(), _now().date())[0]


@blueprint.post("/actions/<uuid:action_id>/indicators")
@require(ROLE, or_grant=ADMINISTRATOR)
@blueprint.arguments(NewIndicatorSchema())
@blueprint.response(201, ACTION)
def add_indicator(new: dict[str, Any], action_id: UUID) -> Any:
    """Give an action something to be measured by."""
    return _write(action_id, lambda session, action: commands.add_indicator(session, action, **new))


@blueprint.get("/indicators/<uuid:indicator_id>/measures")
@public
@blueprint.arguments(PageQuery(), location="query")
@blueprint.response(200, MEASURES)
def list_measures(query: dict[str, Any], indicator_id: UUID) -> Any:
    """All measures of an indicator, corrected ones too, the latest written first."""
    with transaction() as session:
        return queries.list_measures(session, indicator_id, **query)


@blueprint.post("/indicators/<uuid:indicator_id>/measures")
@account
@blueprint.arguments(NewMeasureSchema())
@blueprint.response(201, MEASURE)
def measure(new: commands.NewMeasure, indicator_id: UUID) -> Any:
    """Measure an indicator, or correct a measure with another."""
    with transaction() as session:
        return commands.measure(session, indicator_id, principal(), new, _now())


def _write(action_id: UUID, command: Callable[[Session, Action], None]) -> Any:
    """Run `command` on an action that the caller coordinates, and show what became of it."""
    with transaction() as session:
        action = _coordinated(session, action_id)
        command(session, action)
        return queries.shown(session, [action], principal(), _now().date())[0]


def _coordinated(session: Session, action_id: UUID) -> Action:
    action = queries.get_action(session, action_id, lock=True)
    check_coordinates(principal(), action.cause_id)
    return action


def _now() -> datetime:
    return datetime.now(UTC)
