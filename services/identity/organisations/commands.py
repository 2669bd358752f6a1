"""Making organisations known."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from libs.chassis.errors import Conflict
from libs.chassis.ids import uuid7
from libs.chassis.messages import N_
from services.identity.organisations.models import Organisation
from services.identity.organisations.rules import sort_key


def add_organisation(
    session: Session, *, name: str, kind: str, url: str | None, now: datetime
) -> Organisation:
    """A new organisation. Raises `Conflict` when one has that name, whatever its accents and capitals."""
    added = session.execute(
        insert(Organisation)
        .values(id=uuid7(), name=name, sort_key=sort_key(name), kind=kind, url=url, created_at=now)
        .on_conflict_do_nothing(index_elements=[Organisation.sort_key])
        .returning(Organisation)
    ).scalar_one_or_none()
    if added is None:
        raise Conflict("organisation.exists", N_("An organisation already has this name."))
    return added
