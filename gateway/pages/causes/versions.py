"""A published version of results: figures that never change, and where to read on when they were corrected."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from gateway.clients import consultation, results
from gateway.pages.support import page
from libs.chassis.access import public

blueprint = Blueprint("versions", __name__, url_prefix="/consultations/<slug:slug>/results/versions")


@blueprint.get("")
@public
def every(slug: str) -> Any:
    """The versions of a consultation's results, the newest first."""
    return page(
        "results/versions.html",
        consultation=consultation.consultation(slug),
        versions=results.versions(slug),
    )


@blueprint.get("/<int:number>")
@public
def show(slug: str, number: int) -> Any:
    """One version, as it was frozen."""
    found = results.version(slug, number)
    return page("results/version.html", consultation=consultation.consultation(slug), version=found)
