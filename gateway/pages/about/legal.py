"""Who publishes the site, what it does with personal data, and how far everybody can use it.

These are texts, not sentences: each language has its own template.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, current_app
from flask_babel import get_locale

from gateway.clients import operators
from gateway.pages.support import page
from libs.chassis.access import public

blueprint = Blueprint("legal", __name__)

TEXTS = ("notice", "privacy", "terms")


@blueprint.get("/legal/<slug:text>")
@public
def show(text: str) -> Any:
    """One of the legal texts."""
    if text not in TEXTS:
        abort(404)
    return _text(text, operators=operators.known() if text == "privacy" else ())


@blueprint.get("/accessibility")
@public
def accessibility() -> Any:
    """The accessibility statement."""
    return _text("accessibility")


def _text(name: str, **values: Any) -> Any:
    template = f"about/{get_locale()}/{name}.html"
    return page(template, settings=current_app.extensions["maillage.settings"], **values)
