"""The meetings of a défi: when and where, who has a place and who waits, what was said."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request
from flask_babel import gettext as _

from gateway.clients import defis, meetings
from gateway.pages.support import go, page, refused, signed_in, typed
from gateway.services import Json, ServiceProblem
from libs.chassis.access import public
from libs.chassis.messages import N_

blueprint = Blueprint("meetings", __name__)

BASE = "/defis/<slug:operator>/<uuid:defi_id>/meetings"
MEETING = f"{BASE}/<uuid:meeting_id>"
CORE = ("porteur", "core")


@blueprint.get(BASE)
@public
def listed(operator: str, defi_id: UUID) -> Any:
    """What is to come, the next first; and what was, the latest first."""
    defi = defis.defi(operator, defi_id)
    found = meetings.meetings(operator, defi_id, request.args.get("cursor"))
    coming = [meeting for meeting in found["items"] if is_coming(meeting)]
    past = [meeting for meeting in found["items"] if not is_coming(meeting)]
    return page(
        "meetings/list.html",
        defi=defi,
        coming=coming[::-1],
        past=past,
        next=found["next"],
        announces=defi["role"] in CORE and defi["state"] == "published",
    )


@blueprint.get(MEETING)
@public
def show(operator: str, defi_id: UUID, meeting_id: UUID) -> Any:
    """One meeting, and one's place in it."""
    return shown(operator, defi_id, meeting_id)


@blueprint.post(f"{MEETING}/registration")
@signed_in
def register(operator: str, defi_id: UUID, meeting_id: UUID) -> Any:
    """Take a place, or the next one on the waiting list."""
    values = typed("name")
    with refused(
        lambda problem: shown(operator, defi_id, meeting_id, 422, values=values, problem=problem)
    ) as outcome:
        place = meetings.register(operator, defi_id, meeting_id, values["name"] or None)
        flash(_place_in_words(place))
    return outcome.answer or _to(operator, defi_id, meeting_id)


@blueprint.post(f"{MEETING}/registration/leave")
@signed_in
def leave(operator: str, defi_id: UUID, meeting_id: UUID) -> Any:
    """Give one's place back."""
    with refused(lambda problem: shown(operator, defi_id, meeting_id, 422, problem=problem)) as outcome:
        meetings.leave(operator, defi_id, meeting_id)
        flash(_("Your place is free again. Thank you for saying so."))
    return outcome.answer or _to(operator, defi_id, meeting_id)


@blueprint.get(f"{MEETING}/people")
@signed_in
def people(operator: str, defi_id: UUID, meeting_id: UUID) -> Any:
    """Who comes and who waits, for the core group: to read, or to print for the door."""
    defi = defis.defi(operator, defi_id)
    registered = meetings.registrations(operator, defi_id, meeting_id, request.args.get("cursor"))
    meeting = meetings.meeting(operator, defi_id, meeting_id)
    return page("meetings/people.html", defi=defi, meeting=meeting, registered=registered)


def shown(operator: str, defi_id: UUID, meeting_id: UUID, status: int = 200, **form: Any) -> Any:
    """A meeting's page, with the form that was refused where one was. Four calls at most."""
    defi = defis.defi(operator, defi_id)
    meeting = meetings.meeting(operator, defi_id, meeting_id)
    debate = meeting["kind"] == "debate"
    return page(
        "meetings/show.html",
        status,
        **({"values": {}, "problem": None} | form),
        defi=defi,
        meeting=meeting,
        core=defi["role"] in CORE,
        running=defi["state"] == "published",
        coming=is_coming(meeting),
        begun=datetime.fromisoformat(meeting["starts_at"]) <= datetime.now(UTC),
        place=meetings.my_place(operator, defi_id, meeting_id) if meeting["mine"] == "waiting" else None,
        arguments=_arguments(operator, defi_id, meeting_id) if debate else None,
    )


def of_the_core_group(operator: str, defi_id: UUID) -> Json:
    """The défi, to one of its core group: nobody else is shown a form that would be refused in the end."""
    defi = defis.defi(operator, defi_id)
    if defi["role"] not in CORE:
        raise ServiceProblem(
            403, "access.core_group", N_("Only the core group of this défi can open this page.")
        )
    return defi


def is_coming(meeting: Json) -> bool:
    """Whether one can still come: it is neither over, nor reported, nor cancelled."""
    return meeting["state"] == "scheduled" and datetime.fromisoformat(meeting["ends_at"]) > datetime.now(UTC)


def _arguments(operator: str, defi_id: UUID, meeting_id: UUID) -> Json:
    return meetings.arguments(operator, defi_id, meeting_id, request.args.get("cursor"))


def _place_in_words(place: Json) -> str:
    if place["state"] == "registered":
        return str(_("You have a place: see you there."))
    return str(
        _(
            "You are number %(rank)s on the waiting list. You will be told as soon as a place is free.",
            rank=place["rank"],
        )
    )


def _to(operator: str, defi_id: UUID, meeting_id: UUID) -> Any:
    return go("meetings.show", operator=operator, defi_id=defi_id, meeting_id=meeting_id)
