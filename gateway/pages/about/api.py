"""The API as its services describe it: to read, and to take away."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, json

from gateway import openapi
from gateway.clients.descriptions import whole_api
from gateway.pages.support import page
from libs.chassis.access import public

blueprint = Blueprint("api", __name__)


@blueprint.get("/docs")
@public
def show() -> Any:
    """Everything that can be asked, by service."""
    listed = openapi.described(openapi.operations(whole_api()))
    return page("about/api.html", services=listed)


@blueprint.get("/docs/openapi.json")
@public
def download() -> Response:
    """The same as one OpenAPI document."""
    document = json.dumps(whole_api(), ensure_ascii=False)
    return Response(document, mimetype="application/json", headers={"Cache-Control": "public, max-age=300"})
