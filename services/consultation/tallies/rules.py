"""Adding up votes that the database has counted by kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from services.consultation.scoring.rules import QUALIFIER_KEYS, VOTE_KEYS, Counter, Key, QualifierKey
from services.consultation.voting.rules import IN_SEQUENCE, choice_of, qualifiers_of


class CountedVotes(NamedTuple):
    """How many votes on one proposal are alike in everything that is counted."""

    proposal_id: UUID
    choice: int
    qualifiers: int
    provenance: int
    verified: bool
    votes: int


@dataclass(frozen=True, slots=True)
class Tally:
    """What a proposal received. `counters` has what was chosen at least once; the properties know zero as well."""

    counters: Mapping[Key, Counter] = field(default_factory=dict)

    def count(self, key: Key) -> int:
        """How often `key` was chosen."""
        return self.counters[key].count if key in self.counters else 0

    @property
    def agree(self) -> int:
        """Votes for."""
        return self.count("agree")

    @property
    def disagree(self) -> int:
        """Votes against."""
        return self.count("disagree")

    @property
    def neutral(self) -> int:
        """Votes that are neither."""
        return self.count("neutral")

    @property
    def total(self) -> int:
        """All votes."""
        return sum(self.count(key) for key in VOTE_KEYS)

    @property
    def qualifiers(self) -> dict[QualifierKey, int]:
        """Every qualifier with how often it was given."""
        return {key: self.count(key) for key in QUALIFIER_KEYS}


NO_VOTES = Tally()


def add_up(rows: Iterable[CountedVotes]) -> dict[UUID, Tally]:
    """The tally of each proposal that has a vote."""
    totals: dict[UUID, dict[Key, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0, 0]))
    keys: dict[tuple[int, int], tuple[Key, ...]] = {}
    for row in rows:
        kind = (row.choice, row.qualifiers)
        if kind not in keys:
            keys[kind] = (choice_of(row.choice), *qualifiers_of(row.qualifiers))
        of_proposal = totals[row.proposal_id]
        for key in keys[kind]:
            total = of_proposal[key]
            total[0] += row.votes
            total[1] += row.votes * row.verified
            total[2] += row.votes * (row.provenance in IN_SEQUENCE)
    return {
        proposal: Tally({key: Counter(*total) for key, total in of_proposal.items()})
        for proposal, of_proposal in totals.items()
    }
