"""What moves a défi on, from the first draft to its end."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from libs.chassis.db import database_of
from libs.chassis.errors import Conflict, FieldError, Invalid, Sentence
from libs.chassis.ids import uuid7
from libs.chassis.limits import count_against_limit
from libs.chassis.messages import N_
from libs.chassis.outbox import record
from libs.chassis.tokens import Principal
from libs.contracts.defis import DefiClosed, DefiPublished
from services.defis.base import rows_changed
from services.defis.challenges.models import Defi
from services.defis.challenges.rules import (
    ENDS,
    MOST_PER_DAY,
    UNPUBLISHED,
    Action,
    Origin,
    Refusal,
    Stage,
    State,
    after,
    check_actor,
    check_editable,
    check_launch,
    check_reason,
    check_served,
    entered,
    theme_codes,
)
from services.defis.core_groups.models import Member
from services.defis.meetings.commands import cancel_upcoming
from services.defis.notices import Addressed, Notice, all_concerned_by, notify, people_of, send
from services.defis.standing import Role, Standing, departement_of
from services.defis.timeline.commands import keep
from services.defis.timeline.rules import Kind
from services.defis.visibility import find_defi, readable_by

_KEPT_AS: Final[Mapping[Action, Kind]] = {
    Action.PAUSE: Kind.PAUSED,
    Action.RESUME: Kind.RESUMED,
    Action.COMPLETE: Kind.COMPLETED,
    Action.ABANDON: Kind.ABANDONED,
    Action.ARCHIVE: Kind.ARCHIVED,
}


def create_draft(session: Session, caller: Principal, fields: Mapping[str, Any], now: datetime) -> Defi:
    """Begin a défi, which only the caller sees, as its porteur.

    `fields` are those of `set_fields`; any may still be missing. Raises `TooMany` beyond ten a day, `Invalid` when it
    replicates what cannot be replicated.
    """
    count_against_limit(
        session, "defis", str(caller.subject), most=MOST_PER_DAY, per=timedelta(days=1), now=now
    )
    defi = Defi(
        id=uuid7(),
        themes=[],
        origin_kind=Origin.NONE,
        entry_stage=Stage.INFORMACTION,
        state=State.DRAFT,
        stage=Stage.INFORMACTION,
        created_at=now,
        changed_at=now,
    )
    set_fields(session, defi, caller, fields)
    session.add(defi)
    session.flush()
    session.add(
        Member(
            id=uuid7(),
            defi_id=defi.id,
            subject=caller.subject,
            role=Role.PORTEUR,
            state="active",
            asked_at=now,
            joined_at=now,
        )
    )
    keep(session, defi, Kind.CREATED, Standing(caller.subject, Role.PORTEUR), now)
    return defi


def set_fields(session: Session, defi: Defi, caller: Principal, fields: Mapping[str, Any]) -> None:
    """Write `fields` into `defi`: its columns by name, `commune` as (code, name), `origin` as (kind, owner, id)."""
    for name, value in fields.items():
        if name == "commune":
            defi.commune_code, defi.commune_name = value or (None, None)
            defi.departement = departement_of(defi.commune_code) if defi.commune_code else None
        elif name == "origin":
            _check_origin(session, caller, *value)
            defi.origin_kind, defi.origin_owner, defi.origin_id = value
        else:
            setattr(defi, name, value)


def change(
    session: Session, defi_id: UUID, caller: Principal, fields: Mapping[str, Any], now: datetime
) -> Defi:
    """Change what a défi says. Raises `NotFound`, `Forbidden`, `Conflict` when it is past changing."""
    defi, standing = find_defi(session, defi_id, caller, lock=True)
    standing.require_porteur()
    state = State(defi.state)
    check_editable(state, fields)
    set_fields(session, defi, caller, fields)
    if state is not State.DRAFT:
        check_launch(launch_of(defi))
    keep(session, defi, Kind.CHANGED, standing, now, fields=sorted(fields))
    return defi


def delete_draft(session: Session, defi_id: UUID, caller: Principal) -> None:
    """Forget a draft. Raises `NotFound`, `Forbidden`, or `Conflict` once it was sent."""
    defi, standing = find_defi(session, defi_id, caller, lock=True)
    standing.require_porteur()
    if defi.state != State.DRAFT:
        raise Conflict(
            "defi.not_a_draft", N_("Only a draft can be deleted; a published défi can be abandoned.")
        )
    session.delete(defi)


def submit(
    session: Session, defi_id: UUID, caller: Principal, now: datetime, served: Collection[str] = ()
) -> Defi:
    """Send a draft to the operator, which serves the territories whose codes are `served` (none: everywhere).

    Raises `NotFound`, `Forbidden`, `Conflict`, or `Invalid` naming each thing that is missing.
    """
    defi, standing = find_defi(session, defi_id, caller, lock=True)
    check_actor(Action.SUBMIT, standing)
    state = after(State(defi.state), Action.SUBMIT)
    check_launch(launch_of(defi))
    check_served(defi.commune_code or "", served)
    defi.state, defi.submitted_at = state, now
    keep(session, defi, Kind.SUBMITTED, standing, now, entry_stage=defi.entry_stage)
    return defi


def decide(
    session: Session,
    defi_id: UUID,
    caller: Principal,
    *,
    decision: Action,
    reason: Refusal | None,
    note: str | None,
    stage: Stage | None,
    now: datetime,
) -> Defi:
    """Publish a submitted défi at the stage that the EBV confirms, or refuse it with a reason.

    Raises `NotFound`, `Forbidden` (a stranger to it, or one who is part of it), `Conflict` when it is not waiting,
    `Invalid` on a reason or stage that does not fit.
    """
    defi, standing = find_defi(session, defi_id, caller, lock=True)
    check_actor(decision, standing)
    state = after(State(defi.state), decision)
    check_reason(decision, reason)
    if decision is Action.REFUSE:
        defi.state, defi.refusal, defi.refusal_note = state, reason, note
        keep(session, defi, Kind.REFUSED, standing, now, reason=note, refusal=reason)
        notify(session, people_of(session, defi, Role.PORTEUR), Notice.REFUSED, defi, reason=reason)
        return defi
    defi.stage = entered(Stage(defi.entry_stage), stage)
    defi.state, defi.published_at = state, now
    keep(session, defi, Kind.PUBLISHED, standing, now, reason=note, stage=defi.stage)
    record(session, _published(defi))
    notify(session, people_of(session, defi, Role.PORTEUR), Notice.PUBLISHED, defi, stage=defi.stage)
    return defi


def move(
    session: Session, defi_id: UUID, caller: Principal, *, action: Action, reason: str | None, now: datetime
) -> Defi:
    """Pause, resume, complete, abandon or archive a défi; whoever counts on it is told.

    A défi that ends cancels its meetings to come, and whoever would have come is told.

    Raises `NotFound`, `Forbidden`, or `Conflict` where its state does not allow it.
    """
    defi, standing = find_defi(session, defi_id, caller, lock=True)
    check_actor(action, standing)
    defi.state = after(State(defi.state), action)
    keep(session, defi, _KEPT_AS[action], standing, now, reason=reason)
    facts = {"state": defi.state}
    told = set(all_concerned_by(session, defi)) - {caller.subject}
    notices = [Addressed(who, Notice.STATE_CHANGED, facts) for who in told]
    if defi.state in ENDS:
        defi.closed_at = now
        notices += cancel_upcoming(session, defi, standing, now)
        record(
            session,
            DefiClosed(
                defi_id=defi.id,
                outcome=defi.state,
                stage=defi.stage,
                commune=defi.commune_code or "",
                kind=defi.kind,
                themes=theme_codes(defi.themes),
            ),
        )
    send(session, defi, notices)
    return defi


def forget_porteur(session: Session, subject: UUID, now: datetime) -> dict[str, int]:
    """What becomes of the défis that somebody carries who is erased.

    Those never published go with them. A published one is paused until it has another porteur, and whoever counts on
    it is told.
    """
    carried = select(Member.defi_id).where(
        Member.subject == subject, Member.role == Role.PORTEUR, Member.state == "active"
    )
    deleted = delete(Defi).where(Defi.id.in_(carried), Defi.state.in_(UNPUBLISHED))
    done = {"defis_deleted": rows_changed(session, deleted)}
    left = select(Defi).where(Defi.id.in_(carried), Defi.state == State.PUBLISHED).order_by(Defi.id)
    paused = session.scalars(left).all()
    for defi in paused:
        defi.state = State.PAUSED
        keep(session, defi, Kind.PAUSED, None, now, cause="no_porteur")
        told = all_concerned_by(session, defi)
        notify(session, told, Notice.STATE_CHANGED, defi, but=subject, state=defi.state, cause="no_porteur")
    return done | {"defis_paused": len(paused)}


def launch_of(defi: Defi) -> dict[str, Any]:
    """What `rules.missing_to_launch` looks at."""
    return {
        "problem": defi.problem,
        "commune": defi.commune_code,
        "first_date": defi.first_date,
        "entry_stage": Stage(defi.entry_stage),
        "entry_evidence": defi.entry_evidence,
    }


def _published(defi: Defi) -> DefiPublished:
    return DefiPublished(
        defi_id=defi.id,
        stage=defi.stage,
        commune=defi.commune_code or "",
        kind=defi.kind,
        themes=theme_codes(defi.themes),
        origin_kind=defi.origin_kind,
        origin_owner=defi.origin_owner,
        origin_id=defi.origin_id,
    )


def _check_origin(
    session: Session, caller: Principal, kind: Origin, owner: str | None, origin_id: UUID | None
) -> None:
    """A défi of this operator that is replicated must be one that the caller knows and that was completed."""
    here = database_of(session).owner
    if kind is not Origin.DEFI or owner != here:
        return
    known = select(Defi.id).where(
        Defi.id == origin_id, Defi.state == State.COMPLETED, readable_by(caller, here)
    )
    if session.scalar(known) is None:
        message = N_("Only a completed défi can be replicated, and there is none with this id.")
        raise Invalid("defi.origin", message, errors=(FieldError("origin.id", Sentence(message)),))
