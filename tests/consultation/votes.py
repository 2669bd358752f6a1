"""The votes that stand in the database, and the tally that everybody reads."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import func, select

from libs.chassis.db import Database
from services.consultation.voting.models import Vote

PATH = "/api/consultation/v1/proposals"


def votes(database: Database) -> int:
    """How many votes stand."""
    with database.transaction() as session:
        return session.scalar(select(func.count()).select_from(Vote)) or 0


def tally(client: FlaskClient, proposal: UUID) -> Any:
    """The tally of a proposal."""
    shown = client.get(f"{PATH}/{proposal}").json
    assert shown is not None
    return shown["tally"]
