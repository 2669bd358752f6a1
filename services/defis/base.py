"""What every table of the défi service stands on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase

from libs.chassis.db import new_metadata

Document = dict[str, Any]
"""A JSON object that its feature's rules and schemas give a shape to."""


class Base(DeclarativeBase):
    """Base of the service's tables."""

    metadata = new_metadata()
    type_annotation_map = {
        str: Text,
        datetime: DateTime(timezone=True),
        Document: JSONB,
        list[str]: JSONB,
    }
