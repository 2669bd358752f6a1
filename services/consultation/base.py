"""What every table of the consultation service stands on."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, DateTime, Executable, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Session

from libs.chassis.db import new_metadata

Localised = dict[str, str]
"""A text by language, `{"fr": "…", "en": "…"}`; French is always there."""

Document = dict[str, Any]
"""A JSON object that its feature's rules and schemas give a shape to."""


class Base(DeclarativeBase):
    """Base of the service's tables."""

    metadata = new_metadata()
    type_annotation_map = {
        str: Text,
        datetime: DateTime(timezone=True),
        Localised: JSONB,
        Document: JSONB,
        list[str]: JSONB,
    }


def rows_changed(session: Session, statement: Executable) -> int:
    """Run an UPDATE or a DELETE; how many rows it met."""
    return cast("CursorResult[Any]", session.execute(statement)).rowcount
