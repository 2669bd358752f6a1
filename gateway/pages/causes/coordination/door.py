"""Who is let in at the desk. Services refuse what one may not do; this spares filling in a form that they refuse."""

from __future__ import annotations

from flask import abort

from gateway.clients import causes
from gateway.services import Json


def coordinated(slug: str) -> Json:
    """The cause, for who coordinates it; the page « not open to you » for anybody else."""
    return let_in(causes.cause(slug))


def let_in(shown: Json) -> Json:
    """A cause, workshop or action, for who coordinates it."""
    if not shown["coordinated"]:
        abort(403)
    return shown
