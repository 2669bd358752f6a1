"""The demo's closed consultation (``past.toml``): its texts, its proposals, and how its results were published."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from deploy.local.demo.proposals import DemoProposal
from deploy.local.demo.texts import ConsultationText, Localised, trimmed

SOURCE = Path(__file__).with_name("past.toml")


@dataclass(frozen=True, slots=True)
class PastConsultation:
    """What was asked, what was proposed, and the note that its results were published with."""

    text: ConsultationText
    proposals: tuple[DemoProposal, ...]
    note: Localised


@cache
def past_consultation() -> PastConsultation:
    """The closed consultation."""
    read: dict[str, Any] = trimmed(tomllib.loads(SOURCE.read_text(encoding="utf-8")))
    return PastConsultation(
        ConsultationText(**read["consultation"]),
        tuple(DemoProposal(**entry) for entry in read["proposal"]),
        read["results"]["note"],
    )
