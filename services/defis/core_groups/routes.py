"""The people of a défi over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from libs.chassis.web import Blueprint, account, extension, principal, transaction
from services.defis.core_groups import commands, queries
from services.defis.core_groups.rules import State
from services.defis.core_groups.schemas import (
    MEMBER,
    MEMBERS,
    AnsweredSchema,
    AnswerSchema,
    InvitationAnswerSchema,
    InvitationsSchema,
    InvitedSchema,
    MembersQuery,
    NewInvitationSchema,
    PresentationSchema,
    RequestSchema,
    RoleSchema,
)
from services.defis.standing import Role

blueprint = Blueprint("core_groups", __name__, url_prefix="/v1/defis", description="The people of a défi.")


@blueprint.get("/<uuid:defi_id>/members")
@account
@blueprint.arguments(MembersQuery(), location="query")
@blueprint.response(200, MEMBERS)
def list_members(query: dict[str, Any], defi_id: UUID) -> Any:
    """The members, to one another and to the operator's people; the requests that wait, to the core group."""
    state = State(query.pop("state"))
    with transaction() as session:
        return queries.list_members(session, defi_id, principal(), state, **query)


@blueprint.get("/<uuid:defi_id>/membership")
@account
@blueprint.response(200, MEMBER)
def show_own(defi_id: UUID) -> Any:
    """The caller's own part in the défi."""
    with transaction() as session:
        return queries.show_own(session, defi_id, principal())


@blueprint.post("/<uuid:defi_id>/membership")
@account
@blueprint.arguments(RequestSchema())
@blueprint.response(201, MEMBER)
def request_membership(who: commands.Presentation, defi_id: UUID) -> Any:
    """Ask to join; the core group is told, and answers."""
    with transaction() as session:
        commands.request_membership(session, defi_id, principal(), who, datetime.now(UTC))
        return queries.show_own(session, defi_id, principal())


@blueprint.patch("/<uuid:defi_id>/membership")
@account
@blueprint.arguments(PresentationSchema())
@blueprint.response(200, MEMBER)
def present(changes: dict[str, str | None], defi_id: UUID) -> Any:
    """Change one's own name or contact."""
    with transaction() as session:
        commands.present(session, defi_id, principal(), changes)
        return queries.show_own(session, defi_id, principal())


@blueprint.delete("/<uuid:defi_id>/membership")
@account
@blueprint.response(204)
def leave(defi_id: UUID) -> None:
    """Leave the défi, or take a request back."""
    with transaction() as session:
        commands.leave(session, defi_id, principal(), datetime.now(UTC))


@blueprint.post("/<uuid:defi_id>/members/<uuid:member_id>/answer")
@account
@blueprint.arguments(AnswerSchema())
@blueprint.response(200, MEMBER)
def answer_request(answer: dict[str, Any], defi_id: UUID, member_id: UUID) -> Any:
    """Accept or decline a request; who asked is told either way."""
    with transaction() as session:
        now = datetime.now(UTC)
        member = commands.answer_request(session, defi_id, member_id, principal(), now=now, **answer)
        return queries.seen(session, member, principal())


@blueprint.put("/<uuid:defi_id>/members/<uuid:member_id>/role")
@account
@blueprint.arguments(RoleSchema())
@blueprint.response(200, MEMBER)
def change_role(role: dict[str, str], defi_id: UUID, member_id: UUID) -> Any:
    """Take a member into the core group or out of it, or hand the défi over."""
    with transaction() as session:
        now = datetime.now(UTC)
        member = commands.change_role(session, defi_id, member_id, principal(), Role(role["role"]), now)
        return queries.seen(session, member, principal())


@blueprint.get("/<uuid:defi_id>/invitations")
@account
@blueprint.response(200, InvitationsSchema())
def open_invitations(defi_id: UUID) -> Any:
    """The invitations that wait for an answer."""
    with transaction() as session:
        return {"items": queries.open_invitations(session, defi_id, principal(), datetime.now(UTC))}


@blueprint.post("/<uuid:defi_id>/invitations")
@account
@blueprint.arguments(NewInvitationSchema())
@blueprint.response(201, InvitedSchema())
def invite(new: dict[str, str], defi_id: UUID) -> Any:
    """Make an invitation; its secret is shown this once."""
    life = extension("defis.settings").invitation_life
    with transaction() as session:
        now = datetime.now(UTC)
        made = commands.invite(session, defi_id, principal(), Role(new["role"]), now, life)
        return queries.shown_once(*made)


@blueprint.post("/<uuid:defi_id>/invitations/answer")
@account
@blueprint.arguments(InvitationAnswerSchema())
@blueprint.response(200, AnsweredSchema())
def answer_invitation(answer: dict[str, Any], defi_id: UUID) -> Any:
    """Accept or decline an invitation with its secret; whoever invited is told either way."""
    with transaction() as session:
        return commands.answer_invitation(session, defi_id, principal(), now=datetime.now(UTC), **answer)
