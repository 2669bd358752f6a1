"""Meetings over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Response

from libs.chassis.paging import PageQuery
from libs.chassis.web import Blueprint, account, caller_or_none, extension, principal, public, transaction
from services.defis.challenges.models import Defi
from services.defis.challenges.rules import shown_title
from services.defis.meetings import commands, queries, registrations
from services.defis.meetings.calendar import CONTENT_TYPE, calendar
from services.defis.meetings.models import Meeting
from services.defis.meetings.schemas import (
    MEETING,
    MEETINGS,
    REGISTRANTS,
    CancellationSchema,
    MeetingFieldsSchema,
    NewMeetingSchema,
    NewRegistrationSchema,
    RegistrationSchema,
    ReportSchema,
)

blueprint = Blueprint("meetings", __name__, url_prefix="/v1/defis", description="Dates, and who comes.")

_MEETING = "/<uuid:defi_id>/meetings/<uuid:meeting_id>"


@blueprint.get("/<uuid:defi_id>/meetings")
@public
@blueprint.arguments(PageQuery(), location="query")
@blueprint.response(200, MEETINGS)
def list_meetings(query: dict[str, Any], defi_id: UUID) -> Any:
    """A défi's meetings, the latest first."""
    with transaction() as session:
        return queries.list_meetings(session, defi_id, caller_or_none(), **query)


@blueprint.post("/<uuid:defi_id>/meetings")
@account
@blueprint.arguments(NewMeetingSchema())
@blueprint.response(201, MEETING)
def schedule(fields: dict[str, Any], defi_id: UUID) -> Any:
    """Announce a meeting; the défi's people are told."""
    with transaction() as session:
        meeting = commands.schedule(session, defi_id, principal(), fields, datetime.now(UTC))
        return queries.show_meeting(session, defi_id, meeting.id, principal())


@blueprint.get(_MEETING)
@public
@blueprint.response(200, MEETING)
def show(defi_id: UUID, meeting_id: UUID) -> Any:
    """One meeting."""
    with transaction() as session:
        return queries.show_meeting(session, defi_id, meeting_id, caller_or_none())


@blueprint.patch(_MEETING)
@account
@blueprint.arguments(MeetingFieldsSchema())
@blueprint.response(200, MEETING)
def change(fields: dict[str, Any], defi_id: UUID, meeting_id: UUID) -> Any:
    """Change a meeting to come; who comes is told of another date or place."""
    with transaction() as session:
        commands.change(session, defi_id, meeting_id, principal(), fields, datetime.now(UTC))
        return queries.show_meeting(session, defi_id, meeting_id, principal())


@blueprint.post(f"{_MEETING}/cancellation")
@account
@blueprint.arguments(CancellationSchema())
@blueprint.response(200, MEETING)
def cancel(cancellation: dict[str, Any], defi_id: UUID, meeting_id: UUID) -> Any:
    """Cancel a meeting; who would have come is told."""
    with transaction() as session:
        commands.cancel(session, defi_id, meeting_id, principal(), cancellation["reason"], datetime.now(UTC))
        return queries.show_meeting(session, defi_id, meeting_id, principal())


@blueprint.put(f"{_MEETING}/report")
@account
@blueprint.arguments(ReportSchema())
@blueprint.response(200, MEETING)
def report(report: dict[str, Any], defi_id: UUID, meeting_id: UUID) -> Any:
    """Say how a meeting went."""
    with transaction() as session:
        commands.report(session, defi_id, meeting_id, principal(), now=datetime.now(UTC), **report)
        return queries.show_meeting(session, defi_id, meeting_id, principal())


@blueprint.get(f"{_MEETING}/registration")
@account
@blueprint.response(200, RegistrationSchema())
def show_registration(defi_id: UUID, meeting_id: UUID) -> Any:
    """The caller's place, or rank on the waiting list."""
    with transaction() as session:
        return queries.show_registration(session, defi_id, meeting_id, principal())


@blueprint.put(f"{_MEETING}/registration")
@account
@blueprint.arguments(NewRegistrationSchema())
@blueprint.response(200, RegistrationSchema())
def register(wanted: dict[str, str | None], defi_id: UUID, meeting_id: UUID) -> Any:
    """Take a place, or the next one on the waiting list."""
    with transaction() as session:
        now = datetime.now(UTC)
        registrations.register(session, defi_id, meeting_id, principal(), wanted["name"], now)
        return queries.show_registration(session, defi_id, meeting_id, principal())


@blueprint.delete(f"{_MEETING}/registration")
@account
@blueprint.response(204)
def withdraw(defi_id: UUID, meeting_id: UUID) -> None:
    """Give one's place back; the first who waits gets it."""
    with transaction() as session:
        registrations.withdraw(session, defi_id, meeting_id, principal(), datetime.now(UTC))


@blueprint.get(f"{_MEETING}/registrations")
@account
@blueprint.arguments(PageQuery(), location="query")
@blueprint.response(200, REGISTRANTS)
def list_registrations(query: dict[str, Any], defi_id: UUID, meeting_id: UUID) -> Any:
    """Who comes and who waits, in the order they asked, for the core group."""
    with transaction() as session:
        return queries.list_registrations(session, defi_id, meeting_id, principal(), **query)


@blueprint.get("/<uuid:defi_id>/calendar.ics")
@public
@blueprint.response(200, {"type": "string"}, content_type=CONTENT_TYPE)
def defi_calendar(defi_id: UUID) -> Response:
    """A défi's meetings as iCalendar, to subscribe to."""
    with transaction() as session:
        return _calendar(*queries.meetings_for_calendar(session, defi_id, caller_or_none()))


@blueprint.get(f"{_MEETING}/calendar.ics")
@public
@blueprint.response(200, {"type": "string"}, content_type=CONTENT_TYPE)
def meeting_calendar(defi_id: UUID, meeting_id: UUID) -> Response:
    """One meeting as iCalendar."""
    with transaction() as session:
        return _calendar(*queries.meeting_for_calendar(session, defi_id, meeting_id, caller_or_none()))


def _calendar(defi: Defi, meetings: list[Meeting]) -> Response:
    site = extension("defis.site")
    body = calendar(shown_title(defi.title, defi.problem), site.domain, site.page_of(defi.id), meetings)
    return Response(body, content_type=CONTENT_TYPE)
