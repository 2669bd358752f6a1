"""A défi's page: what it is about, where it stands, who is in it, what happened; and what may be done to its state."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request
from flask_babel import gettext as _

from gateway.clients import defis
from gateway.pages.defis.ancestry import descendants_of, origin_of
from gateway.pages.defis.happenings import agenda_of, gathered
from gateway.pages.support import filled, go, page, refused, signed_in, typed
from libs.chassis.access import public

blueprint = Blueprint("defis", __name__)


@blueprint.get("/defis/<slug:operator>/<uuid:defi_id>")
@public
def show(operator: str, defi_id: UUID) -> Any:
    """The défi; one that is not published, to those only who may know of it."""
    return _shown(operator, defi_id)


@blueprint.get("/defis/<slug:operator>/<uuid:defi_id>/timeline")
@public
def timeline(operator: str, defi_id: UUID) -> Any:
    """All that happened, a page at a time."""
    happened = defis.timeline(operator, defi_id, request.args.get("cursor"))
    return page(
        "defis/timeline.html",
        defi=defis.defi(operator, defi_id),
        happened=gathered(happened["items"]),
        next=happened["next"],
    )


@blueprint.post("/defis/<slug:operator>/<uuid:defi_id>/state")
@signed_in
def move(operator: str, defi_id: UUID) -> Any:
    """Pause, resume, complete, abandon or archive it."""
    values = typed("action", "reason")
    with refused(lambda problem: _shown(operator, defi_id, 422, values=values, problem=problem)) as outcome:
        defis.move(operator, defi_id, values["action"], values["reason"] or None)
        flash(_("It is done, and whoever counts on this défi is told."))
    return outcome.answer or go("defis.show", operator=operator, defi_id=defi_id)


@blueprint.post("/defis/<slug:operator>/<uuid:defi_id>/decision")
@signed_in
def decide(operator: str, defi_id: UUID) -> Any:
    """Publish what was submitted, or refuse it with a reason: its EBV or the operator's staff."""
    values = typed("decision", "reason", "note", "stage")
    sent = filled(values)
    # The reason stands beside the choice of publishing too: there, it means nothing.
    sent.pop("reason" if values["decision"] == "publish" else "stage", None)
    with refused(lambda problem: _shown(operator, defi_id, 422, values=values, problem=problem)) as outcome:
        defis.decide(operator, defi_id, sent)
        flash(_("Your decision is kept, and the porteur is told."))
    return outcome.answer or go("defis.show", operator=operator, defi_id=defi_id)


def _shown(operator: str, defi_id: UUID, status: int = 200, **form: Any) -> Any:
    """The page, with the form that was refused where one was. Two calls at most."""
    seen = defis.overview(operator, defi_id)
    defi, happened = seen["defi"], seen["timeline"]
    return page(
        "defis/show.html",
        status,
        **({"values": {}, "problem": None} | form),
        defi=defi,
        origin=origin_of(defi),
        outlook=seen["outlook"],
        descendants=descendants_of(defi),
        agenda=agenda_of(seen["meetings"]["items"], datetime.now(UTC)),
        happened=gathered(happened["items"]),
        more=bool(happened["next"]),
    )
