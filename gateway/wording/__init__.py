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
    DEFI_STATES,
    MEETING_KINDS,
    PLEDGE_KINDS,
    STAGES,
    THEMES,
    theme,
)
from gateway.wording.follows import TOPICS
from gateway.wording.label import Label
from gateway.wording.territories import KINDS

__all__ = [
    "CHOICES",
    "DEFI_STATES",
    "KINDS",
    "LANGUAGES",
    "LEVELS",
    "MEETING_KINDS",
    "ORDERS",
    "PLEDGE_KINDS",
    "QUALIFIERS",
    "REASONS",
    "STAGES",
    "STATES",
    "STATUSES",
    "THEMES",
    "TOPICS",
    "ZONES",
    "Label",
    "theme",
]
