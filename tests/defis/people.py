"""People and a published défi, without HTTP: for tests that go through the commands."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from libs.chassis.db import Database
from libs.chassis.ids import uuid7
from libs.chassis.tokens import Grant, Principal
from services.defis.challenges import commands as challenges
from services.defis.challenges.rules import Action, Stage
from services.defis.core_groups import commands as core_groups
from services.defis.core_groups.commands import Presentation
from services.defis.core_groups.rules import Answer
from services.defis.meetings import commands as meetings
from services.defis.standing import Role

FIELDS = {
    "problem": "Le dernier café du village a fermé.",
    "commune": ("26362", "Valence"),
    "first_date": date(2027, 1, 15),
}


def account(*grants: tuple[str, str]) -> Principal:
    """Somebody signed in."""
    return Principal(uuid7(), "account", frozenset(Grant(role, scope) for role, scope in grants))


EBV = ("ebv", "territory:26362")
STAFF = ("operator_staff", "operator:op1")


def publish(database: Database, porteur: Principal, now: datetime | None = None, **fields: Any) -> UUID:
    """A published défi that `porteur` carries."""
    now = now or datetime.now(UTC)
    with database.transaction() as session:
        defi = challenges.create_draft(session, porteur, FIELDS | fields, now)
        session.flush()
        challenges.submit(session, defi.id, porteur, now)
        challenges.decide(
            session,
            defi.id,
            account(EBV),
            decision=Action.PUBLISH,
            reason=None,
            note=None,
            stage=Stage(fields["entry_stage"]) if "entry_stage" in fields else None,
            now=now,
        )
        return defi.id


def join(
    database: Database,
    defi_id: UUID,
    porteur: Principal,
    people: Sequence[Principal],
    role: Role = Role.MEMBER,
) -> None:
    """Make `people` members of the défi."""
    now = datetime.now(UTC)
    for who in people:
        with database.transaction() as session:
            member = core_groups.request_membership(session, defi_id, who, Presentation("Zoé"), now)
            core_groups.answer_request(
                session, defi_id, member.id, porteur, answer=Answer.ACCEPT, note=None, now=now
            )
            if role is not Role.MEMBER:
                core_groups.change_role(session, defi_id, member.id, porteur, role, now)


def meet(
    database: Database, defi_id: UUID, porteur: Principal, capacity: int | None = None, **fields: Any
) -> UUID:
    """A meeting of the défi in a week."""
    now = datetime.now(UTC)
    given = {
        "kind": "debate",
        "title": "Un café au village ?",
        "starts_at": now + timedelta(days=7),
        "ends_at": now + timedelta(days=7, hours=2),
        "place": "Salle des fêtes",
        "online_url": None,
        "accessibility": [],
        "capacity": capacity,
    } | fields
    with database.transaction() as session:
        return meetings.schedule(session, defi_id, porteur, given, now).id
