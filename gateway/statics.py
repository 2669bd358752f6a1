"""Static files, named by their content: a changed file has another address, so browsers keep one for a year.

The folder is small and read once; text is compressed once, rather than at every request.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app, request
from markupsafe import Markup

from libs.chassis.access import public

FOLDER = Path(__file__).parent / "static"
PREFIX = "/static/"
SERVED = {".css", ".js", ".svg"}
YEAR_S = 365 * 24 * 3600
HOUR_S = 3600

blueprint = Blueprint("static", __name__)


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file as it is sent. `digest` is the part of its SHA-256 that stands in its address."""

    body: bytes
    compressed: bytes
    digest: str
    mimetype: str


def read_folder(folder: Path) -> dict[str, StaticFile]:
    """Every served file below `folder`, by its path there."""
    files = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix in SERVED:
            body = path.read_bytes()
            mimetype = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            files[path.relative_to(folder).as_posix()] = StaticFile(
                body, gzip.compress(body, 9, mtime=0), hashlib.sha256(body).hexdigest()[:12], mimetype
            )
    return files


def configure_static(app: Flask) -> None:
    """Serve the folder at `/static/` and give templates `static_url` and `icon`."""
    files = read_folder(FOLDER)
    # Built once: a page names some twenty.
    urls = {name: f"{PREFIX}{name}?v={file.digest}" for name, file in files.items()}
    app.extensions["maillage.static"] = files
    app.jinja_env.globals.update(static_url=urls.__getitem__, icon=icons(urls["icons.svg"]))
    app.register_blueprint(blueprint)


def icons(sprite: str) -> Callable[[str], Markup]:
    """Draws the icons of the sprite at that address, by name. They never speak: the words beside them do."""

    @cache
    def icon(name: str) -> Markup:
        return Markup(
            '<svg class="icon" width="24" height="24" aria-hidden="true" focusable="false">'
            '<use href="{}#{}"/></svg>'
        ).format(sprite, name)

    return icon


@blueprint.get(f"{PREFIX}<path:name>")
@public
def send(name: str) -> Response:
    """One file; for a year where the address names its content, for an hour where it does not."""
    file: StaticFile | None = current_app.extensions["maillage.static"].get(name)
    if file is None:
        abort(404)
    squeeze = request.accept_encodings.quality("gzip") > 0
    response = Response(file.compressed if squeeze else file.body, mimetype=file.mimetype)
    if squeeze:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    named = request.args.get("v") == file.digest
    response.headers["Cache-Control"] = (
        f"public, max-age={YEAR_S}, immutable" if named else f"public, max-age={HOUR_S}"
    )
    response.set_etag(file.digest)
    response.make_conditional(request)
    return response
