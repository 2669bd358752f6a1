"""What every table of the notifications service stands on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase

from libs.chassis.db import new_metadata

Facts = dict[str, Any]
"""What a notice says besides its sentence: codes, counts and times by name, as `kinds.rules.clean_facts` left them."""


class Base(DeclarativeBase):
    """Base of the service's tables."""

    metadata = new_metadata()
    type_annotation_map = {str: Text, datetime: DateTime(timezone=True), Facts: JSONB}
