"""What Prometheus sees of votes that come in batches. A single vote is a request, and counted as such."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from prometheus_client import Counter

BATCHED = Counter(
    "maillage_batched_votes_total",
    "Votes that came in a batch, by what became of them: cast, or the code of the refusal.",
    ["service", "owner", "outcome"],
)
_CAST: Final = "cast"


class BatchedVotes:
    """Counts the votes that come to one owner's service in batches."""

    def __init__(self, service: str, owner: str) -> None:
        self._labels = (service, owner)
        BATCHED.labels(*self._labels, _CAST)  # from the start, so that the first refusal is seen as a rise

    def count(self, answers: Iterable[Mapping[str, Any]]) -> None:
        """Count each answer of a batch, as `BatchAnswerSchema` dumps it."""
        for answer in answers:
            outcome = answer["problem"]["code"] if "problem" in answer else _CAST
            BATCHED.labels(*self._labels, outcome).inc()
