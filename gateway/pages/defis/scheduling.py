"""What the core group does about meetings: announcing, changing, cancelling, saying how one went."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash
from flask_babel import gettext as _

from gateway.clients import meetings
from gateway.pages.defis.meeting_form import TYPED, changes_of, fields_of, placed, values_of, whole
from gateway.pages.defis.meetings import BASE, MEETING, of_the_core_group
from gateway.pages.support import filled, go, page, refused, signed_in, typed
from gateway.services import ServiceProblem

blueprint = Blueprint("scheduling", __name__)


@blueprint.get(f"{BASE}/new")
@signed_in
def announce(operator: str, defi_id: UUID) -> Any:
    """The form of a new meeting."""
    return _form(operator, defi_id, values={"kind": "debate"})


@blueprint.post(f"{BASE}/new")
@signed_in
def schedule(operator: str, defi_id: UUID) -> Any:
    """Announce it; the défi's people are told."""
    values = typed(*TYPED, several=("accessibility",))

    def again(problem: ServiceProblem) -> Any:
        return _form(operator, defi_id, 422, values=values, problem=placed(problem, values))

    with refused(again) as outcome:
        made = meetings.schedule(operator, defi_id, filled(fields_of(values) | {"kind": values["kind"]}))
        flash(_("The meeting is announced, and the défi’s people are told."))
    return outcome.answer or _to(operator, defi_id, made["id"])


@blueprint.get(f"{MEETING}/edit")
@signed_in
def edit(operator: str, defi_id: UUID, meeting_id: UUID) -> Any:
    """The form of a meeting to come."""
    meeting = meetings.meeting(operator, defi_id, meeting_id)
    return _form(operator, defi_id, meeting=meeting, values=values_of(meeting))


@blueprint.post(f"{MEETING}/edit")
@signed_in
def change(operator: str, defi_id: UUID, meeting_id: UUID) -> Any:
    """Change it; who comes is told of another date or place."""
    values = typed(*TYPED, several=("accessibility",))
    meeting = meetings.meeting(operator, defi_id, meeting_id)

    def again(problem: ServiceProblem) -> Any:
        return _form(operator, defi_id, 422, meeting=meeting, values=values, problem=placed(problem, values))

    with refused(again) as outcome:
        meetings.change(operator, defi_id, meeting_id, changes_of(values, meeting))
        flash(_("The meeting is changed. Who comes is told where the date or the place is another."))
    return outcome.answer or _to(operator, defi_id, meeting_id)


@blueprint.get(f"{MEETING}/cancel")
@signed_in
def ask_to_cancel(operator: str, defi_id: UUID, meeting_id: UUID) -> Any:
    """What cancelling means, and why one does."""
    return _about(operator, defi_id, meeting_id, "meetings/cancel.html")


@blueprint.post(f"{MEETING}/cancel")
@signed_in
def cancel(operator: str, defi_id: UUID, meeting_id: UUID) -> Any:
    """Cancel it; who would have come is told."""
    values = typed("reason")

    def again(problem: ServiceProblem) -> Any:
        form = {"values": values, "problem": problem}
        return _about(operator, defi_id, meeting_id, "meetings/cancel.html", 422, **form)

    with refused(again) as outcome:
        meetings.cancel(operator, defi_id, meeting_id, values["reason"] or None)
        flash(_("The meeting is cancelled. Whoever would have come is told."))
    return outcome.answer or _to(operator, defi_id, meeting_id)


@blueprint.get(f"{MEETING}/report")
@signed_in
def ask_to_report(operator: str, defi_id: UUID, meeting_id: UUID) -> Any:
    """The form of the report, with what it says where it was written already."""
    return _about(operator, defi_id, meeting_id, "meetings/report.html")


@blueprint.post(f"{MEETING}/report")
@signed_in
def report(operator: str, defi_id: UUID, meeting_id: UUID) -> Any:
    """Say how it went, or correct it."""
    values = typed("minutes", "attendance")

    def again(problem: ServiceProblem) -> Any:
        form = {"values": values, "problem": problem}
        return _about(operator, defi_id, meeting_id, "meetings/report.html", 422, **form)

    with refused(again) as outcome:
        told = filled({"minutes": values["minutes"], "attendance": whole(values["attendance"])})
        meetings.report(operator, defi_id, meeting_id, told)
        flash(_("The report is published: everybody can read it."))
    return outcome.answer or _to(operator, defi_id, meeting_id)


def _form(operator: str, defi_id: UUID, status: int = 200, **form: Any) -> Any:
    defi = of_the_core_group(operator, defi_id)
    return page("meetings/form.html", status, defi=defi, **({"meeting": None, "problem": None} | form))


def _about(
    operator: str, defi_id: UUID, meeting_id: UUID, template: str, status: int = 200, **form: Any
) -> Any:
    defi = of_the_core_group(operator, defi_id)
    meeting = meetings.meeting(operator, defi_id, meeting_id)
    return page(template, status, defi=defi, meeting=meeting, **({"values": meeting, "problem": None} | form))


def _to(operator: str, defi_id: UUID, meeting_id: UUID | str) -> Any:
    return go("meetings.show", operator=operator, defi_id=defi_id, meeting_id=meeting_id)
