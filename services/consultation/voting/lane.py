"""The sound vote, read and answered without Flask and marshmallow (`libs/chassis/fast_lane.py`).

What a vote may be is written in `schemas.py` and `rules.py`, and there alone it is said what is wrong with one. Here a
plain vote is only recognised; what is not recognised may still be sound.
"""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from libs.chassis.tokens import Principal
from services.consultation.participants.rules import Identity
from services.consultation.scoring.rules import QUALIFIER_KEYS
from services.consultation.voting.ballot_box import BallotBox
from services.consultation.voting.commands import Ballot, CastVote
from services.consultation.voting.rules import CHOICES, MOST_QUALIFIERS

_FIELDS = frozenset({"choice", "qualifiers", "key"})


class SoundVotes:
    """Answers sound votes as `routes.py`, `cast_vote`, would."""

    def __init__(self, ballots: BallotBox) -> None:
        self._ballots = ballots

    def answer(self, caller: Principal, proposal_id: UUID, body: bytes) -> bytes | None:
        """The vote as it now stands, in JSON; None if `body` is not recognised. Raises what `BallotBox.cast` does."""
        ballot = recognise(proposal_id, body)
        return None if ballot is None else _dump(self._ballots.cast(Identity.of(caller), ballot))


def recognise(proposal_id: UUID, body: bytes) -> Ballot | None:
    """The ballot that `body` plainly is, or None. Whether its qualifiers go together is for `check_ballot` to say."""
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(sent, dict) or not sent.keys() <= _FIELDS or sent.get("key") is not None:
        return None
    choice, qualifiers = sent.get("choice"), sent.get("qualifiers", [])
    if choice not in CHOICES or not isinstance(qualifiers, list) or len(qualifiers) > MOST_QUALIFIERS:
        return None
    return Ballot(proposal_id, choice, tuple(qualifiers)) if _are_known(qualifiers) else None


def _are_known(qualifiers: list[Any]) -> bool:
    return all(qualifier in QUALIFIER_KEYS for qualifier in qualifiers)


def _dump(vote: CastVote) -> bytes:
    document = {
        "proposal": str(vote.proposal_id),
        "choice": vote.choice,
        "qualifiers": vote.qualifiers,
        "voted_at": vote.voted_at.isoformat(),
    }
    return json.dumps(document, separators=(",", ":")).encode() + b"\n"
