"""Arguments for and against, on the page of the debate that they are for."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash
from flask_babel import gettext as _

from gateway.clients import meetings
from gateway.pages.defis.meetings import MEETING, shown
from gateway.pages.support import filled, go, refused, signed_in, typed

blueprint = Blueprint("debates", __name__)


@blueprint.post(f"{MEETING}/arguments")
@signed_in
def argue(operator: str, defi_id: UUID, meeting_id: UUID) -> Any:
    """Give an argument."""
    values = typed("side", "text")
    with refused(
        lambda problem: shown(operator, defi_id, meeting_id, 422, values=values, problem=problem)
    ) as outcome:
        meetings.argue(operator, defi_id, meeting_id, filled(values))
        flash(_("Your argument is on the page, without your name."))
    return outcome.answer or _to(operator, defi_id, meeting_id)


@blueprint.post(f"{MEETING}/arguments/<uuid:argument_id>/removal")
@signed_in
def remove(operator: str, defi_id: UUID, meeting_id: UUID, argument_id: UUID) -> Any:
    """Remove one's own; the core group and who accompanies the défi, any."""
    meetings.remove_argument(operator, defi_id, meeting_id, argument_id)
    flash(_("The argument is removed."))
    return _to(operator, defi_id, meeting_id)


def _to(operator: str, defi_id: UUID, meeting_id: UUID) -> Any:
    return go("meetings.show", operator=operator, defi_id=defi_id, meeting_id=meeting_id, _anchor="arguments")
