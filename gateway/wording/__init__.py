"""The names that people read for the codes that services use, with the icon that goes with each.

Templates know this package as `wording`.
"""

from gateway.wording.consultations import (
    CHOICES,
    LANGUAGES,
    LEVELS,
    ORDERS,
    QUALIFIERS,
    REASONS,
    STATES,
    STATUSES,
    ZONES,
)
from gateway.wording.defis import (
    CONDITIONS,
    DECISIONS,
    DEFI_REFUSALS,
    DEFI_STATES,
    MEETING_KINDS,
    MOVES,
    ORIGINS,
    PLEDGE_KINDS,
    ROLES,
    STAGE_PURPOSES,
    STAGES,
    THEMES,
    TIMELINE,
    theme,
)
from gateway.wording.follows import TOPICS
from gateway.wording.label import Label
from gateway.wording.meetings import (
    ACCESSIBILITY,
    GATE_DECISIONS,
    GATE_REASONS,
    GATE_STATES,
    MEETING_STATES,
    SIDES,
)
from gateway.wording.territories import KINDS

__all__ = [
    "ACCESSIBILITY",
    "CHOICES",
    "CONDITIONS",
    "DECISIONS",
    "DEFI_REFUSALS",
    "DEFI_STATES",
    "GATE_DECISIONS",
    "GATE_REASONS",
    "GATE_STATES",
    "KINDS",
    "LANGUAGES",
    "LEVELS",
    "MEETING_KINDS",
    "MEETING_STATES",
    "MOVES",
    "ORDERS",
    "ORIGINS",
    "PLEDGE_KINDS",
    "QUALIFIERS",
    "REASONS",
    "ROLES",
    "SIDES",
    "STAGES",
    "STAGE_PURPOSES",
    "STATES",
    "STATUSES",
    "THEMES",
    "TIMELINE",
    "TOPICS",
    "ZONES",
    "Label",
    "theme",
]
