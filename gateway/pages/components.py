"""Every component of the design system on one page, to look at and to test."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Final

from flask import Blueprint
from flask_babel import gettext as _

from gateway.pages.support import page
from gateway.services import ServiceProblem
from libs.chassis.access import public

blueprint = Blueprint("components", __name__)

_TALLY: Final = {
    "agree": 412,
    "neutral": 96,
    "disagree": 143,
    "total": 651,
    "qualifiers": {"likeIt": 120, "doable": 88},
}
_NOBODY: Final = {"agree": 0, "neutral": 0, "disagree": 0, "total": 0}
_DEFI: Final = {"stage": "creaction", "state": "published", "role": None, "accompanies": False}
_OUTLOOK: Final = {
    "stage": "activaction",
    "undecided": None,
    "conditions": [
        {"code": "charter", "have": 1, "need": 1, "met": True},
        {"code": "experiment", "have": 0, "need": 1, "met": False},
        {"code": "task", "have": 0, "need": 1, "met": False},
    ],
}
_COUNTS: Final = {"88": 5, "35": 6, "29": 2, "75": 12, "974": 1}
_ACTION: Final = {
    "title": {"fr": "À l’école à pied ou à vélo"},
    "status": "under_way",
    "late": True,
    "workshop": None,
}
_LATEST: Final = SimpleNamespace(
    indicator={"title": {"fr": "Enfants qui viennent à pied"}, "unit": "%", "baseline": "27", "target": "45"},
    measure={"value": "36.8", "kind": None, "measured_on": "2026-09-13"},
    percent=54,
)


@blueprint.get("/components")
@public
def gallery() -> Any:
    """The gallery; its examples are of one vote that nobody cast, one défi and one action that nobody runs."""
    wrong = str(_("Something went wrong."))
    return page(
        "components.html",
        tally=_TALLY,
        nobody=_NOBODY,
        refused=ServiceProblem(422, "", wrong, {"c_line": wrong, "c_kind": wrong}),
        defi=_DEFI,
        outlook=_OUTLOOK,
        counts=_COUNTS,
        thread=SimpleNamespace(action=_ACTION, proposal=None, latest=_LATEST),
    )
