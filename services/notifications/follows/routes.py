"""Following something, with an account or by e-mail without one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from libs.chassis.errors import NotFound
from libs.chassis.i18n import language_of_request
from libs.chassis.messages import N_
from libs.chassis.web import Blueprint, account, extension, principal, public, transaction
from services.notifications.follows import commands, queries
from services.notifications.follows.queries import FollowView
from services.notifications.follows.schemas import (
    AskedSchema,
    AskSchema,
    ConfirmSchema,
    CountQuery,
    CountSchema,
    FollowSchema,
    FollowsSchema,
    NewFollowSchema,
)
from services.notifications.people.commands import ensure_account
from services.notifications.people.queries import hold_recipient

follows = Blueprint("follows", __name__, url_prefix="/v1/follows", description="Following things")


@follows.post("/by-email")
@public
@follows.arguments(AskSchema())
@follows.response(202, AskedSchema())
def ask(asked: dict[str, Any]) -> dict[str, datetime]:
    """Have a confirmation link mailed. Nothing tells whether the address follows anything."""
    wanted = commands.Asked(
        email=asked["email"], topic=asked["topic"], language=asked["language"] or language_of_request()
    )
    with transaction() as session:
        expires_at = commands.ask_to_follow(
            session, extension("notifications.post"), wanted, datetime.now(UTC)
        )
    return {"expires_at": expires_at}


@follows.get("/count")
@public
@follows.arguments(CountQuery(), location="query")
@follows.response(200, CountSchema())
def count(asked: dict[str, Any]) -> dict[str, int | None]:
    """How many follow something; no number where they are few."""
    with transaction() as session:
        return {"followers": queries.count_followers(session, asked["topic"])}


@follows.post("/confirm")
@public
@follows.arguments(ConfirmSchema())
@follows.response(200, FollowSchema())
def confirm(given: dict[str, str]) -> FollowView:
    """Follow what a confirmation link names; the link is used up."""
    with transaction() as session:
        followed = commands.confirm(
            session, extension("notifications.post"), given["token"], datetime.now(UTC)
        )
        return queries.view(session, followed)


@follows.get("")
@account
@follows.response(200, FollowsSchema())
def list_follows() -> dict[str, list[FollowView]]:
    """What the caller follows with their account."""
    with transaction() as session:
        return {"items": queries.follows_of(session, principal().subject)}


@follows.post("")
@account
@follows.arguments(NewFollowSchema())
@follows.response(201, FollowSchema())
def follow(given: dict[str, Any]) -> FollowView:
    """Follow something with one's account; following again changes nothing."""
    now = datetime.now(UTC)
    with transaction() as session:
        recipient = ensure_account(session, principal().subject, language_of_request(), now)
        return queries.view(session, commands.follow(session, recipient, given["topic"], now))


@follows.delete("/<uuid:follow_id>")
@account
@follows.response(204)
def unfollow(follow_id: UUID) -> None:
    """Cease to follow something with one's account."""
    with transaction() as session:
        recipient = hold_recipient(session, principal().subject)
        if recipient is None or not commands.stop_following(session, recipient, [follow_id]):
            raise NotFound("follow.unknown", N_("You do not follow that."))
