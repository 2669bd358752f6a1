"""Who takes part, as far as a consultation knows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from libs.chassis.tokens import Principal

ParticipantClass = Literal["account", "visitor", "sheet", "import"]


@dataclass(frozen=True, slots=True)
class Identity:
    """What tells a participant of one consultation from another: a class and, within it, a subject.

    The subject of an account or of a browser is that of its token (a pairwise UUID); a sheet and an imported
    participant have numbers.
    """

    class_: ParticipantClass
    subject: str

    @classmethod
    def of(cls, caller: Principal) -> Identity:
        """The identity of the bearer of a token: a signed-in person, or a browser."""
        return cls(caller.kind, str(caller.subject))
