"""When an operator is left alone for a while. Pure: instants are passed in, in seconds of any steady clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

FAILURES_TO_OPEN: Final = 5
"""So many calls in a row without an answer, and the circuit opens."""

REST_S: Final = 10.0
"""For so long nothing is asked of an operator whose circuit is open; then one call tries."""


@dataclass(frozen=True, slots=True)
class Circuit:
    """What is known of an operator: `failures` in a row, and when it may be asked again (`opens_until`)."""

    failures: int = 0
    opens_until: float = 0.0

    def lets_through(self, now: float) -> bool:
        """Whether a call may be tried."""
        return self.failures < FAILURES_TO_OPEN or now >= self.opens_until

    def trying(self, now: float) -> Circuit:
        """A call is about to be tried; where the circuit was open, it is the only one until it is answered."""
        return self if self.failures < FAILURES_TO_OPEN else Circuit(self.failures, now + REST_S)

    def answered(self) -> Circuit:
        """The operator answered, whatever it said."""
        return Circuit()

    def failed(self, now: float) -> Circuit:
        """It did not answer in time, or not in a way that can be read."""
        return Circuit(self.failures + 1, now + REST_S)
