"""Unsubscribing by the link of a mail: looking at it changes nothing, posting to it stops the mails.

The same address serves the site's page and mail clients, which post `List-Unsubscribe=One-Click` with no cookie (RFC
8058). Looking never acts, because scanners follow links.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import redirect, request
from sqlalchemy.orm import Session

from libs.chassis.i18n import language_of_request
from libs.chassis.web import Blueprint, extension, public, transaction
from services.notifications.post import Post
from services.notifications.unsubscribe import commands, queries
from services.notifications.unsubscribe.rules import LABELS, Link
from services.notifications.unsubscribe.schemas import UnsubscribeSchema
from services.notifications.wording import words_in

unsubscribe = Blueprint("unsubscribe", __name__, url_prefix="/v1/unsubscribe", description="Stopping mails")


@unsubscribe.get("/<token>")
@public
@unsubscribe.response(200, UnsubscribeSchema())
def show(token: str) -> Any:
    """What the link stops. A browser, which wants a page, is sent to the site's."""
    link = queries.read_link(_post().signer, token)
    if request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html":
        return redirect(_post().unsubscribe_page(token), 303)
    with transaction() as session:
        return _shown(session, link)


@unsubscribe.post("/<token>")
@public
@unsubscribe.response(200, UnsubscribeSchema())
def stop(token: str) -> dict[str, Any]:
    """Stop what the link stops, whatever the body says; once more changes nothing."""
    link = queries.read_link(_post().signer, token)
    with transaction() as session:
        commands.unsubscribe(session, link, datetime.now(UTC))
    with transaction() as session:
        return _shown(session, link)


def _shown(session: Session, link: Link) -> dict[str, Any]:
    state, words = queries.state_of(session, link), words_in(language_of_request())
    label = words.say(state.headline or LABELS[state.what])
    return {"what": state.what, "label": label, "follows": state.follows, "stopped": state.stopped}


def _post() -> Post:
    post = extension("notifications.post")
    assert isinstance(post, Post)
    return post
