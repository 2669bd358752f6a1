"""What the demo's citizen follows: two proposals of the closed consultation, from the vote to the measured result."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from deploy.local.demo.accounts import COALITION
from services.notifications.follows.commands import follow, keep_topic
from services.notifications.follows.rules import Reference, TopicKind
from services.notifications.people.commands import ensure_account

FOLLOWED: Final = ("ecole-a-pied", "aires-de-covoiturage")
"""The proposals, by their keys. An action came from each: both were measured, and a measure of one was corrected."""


def follow_proposals(
    session: Session, citizen: UUID, consultation: UUID, proposals: Iterable[UUID], now: datetime
) -> None:
    """Let the citizen follow accepted proposals, before anything is told of what came of them.

    The service may not have heard yet that they were accepted: it is told here what it will hear.
    """
    recipient = ensure_account(session, citizen, "fr", now)
    for proposal in proposals:
        topic = Reference(TopicKind.PROPOSAL, str(proposal))
        keep_topic(session, topic, COALITION, parent_key=str(consultation))
        follow(session, recipient, topic, now)
