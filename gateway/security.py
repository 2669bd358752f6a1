"""What every page promises the browser: nothing from elsewhere, nothing inline, nowhere else to go."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, request
from flask_wtf import CSRFProtect

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # Forms are checked against their own origin, which needs the referrer within the site.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HSTS = "max-age=31536000"


def configure_security(app: Flask) -> None:
    """Headers on every answer, and a form token on every request that changes something."""
    # The token lives as long as the session: a page left open over lunch still works.
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    CSRFProtect(app)

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if request.is_secure:
            response.headers.setdefault("Strict-Transport-Security", HSTS)
        if "Cache-Control" not in response.headers:
            # Pages differ by reader: nothing between the two may keep them.
            response.headers["Cache-Control"] = "no-store"
            response.vary.update(("Cookie", "Accept-Language", "HX-Request"))
        return response


def here() -> str:
    """The page the reader is on, to come back to: this one, or for a form that was sent the one that it stood on."""
    if request.method == "GET":
        return local_path(request.full_path.rstrip("?"))
    came_from = urlsplit(request.referrer or "")
    if came_from.netloc != request.host:
        return "/"
    return local_path(came_from.path + (f"?{came_from.query}" if came_from.query else ""))


def local_path(target: str | None, default: str = "/") -> str:
    """`target` if it is a path of this site, else `default`: nobody is sent elsewhere by a link made elsewhere.

    Browsers read a backslash as a slash and drop tabs and line ends, so `/\\evil.example` is no path of ours.
    """
    if not target or not target.startswith("/") or target.startswith("//"):
        return default
    if "\\" in target or any(ord(character) <= 32 or ord(character) == 127 for character in target):
        return default
    parts = urlsplit(target)
    return default if parts.scheme or parts.netloc else target
