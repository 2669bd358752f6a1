"""What is kept of a défi's life, and which of it everybody reads.

A public entry says what happened, when and in what part somebody acted; never who, and never in whose words. The group
and those who accompany it read everything, under random ids.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What happened."""

    CREATED = "created"
    CHANGED = "changed"
    SUBMITTED = "submitted"
    PUBLISHED = "published"
    REFUSED = "refused"
    PAUSED = "paused"
    RESUMED = "resumed"
    COMPLETED = "completed"
    ABANDONED = "abandoned"
    ARCHIVED = "archived"
    MEMBERSHIP_REQUESTED = "membership_requested"
    MEMBERSHIP_DECLINED = "membership_declined"
    INVITED = "invited"
    INVITATION_DECLINED = "invitation_declined"
    MEMBER_JOINED = "member_joined"
    MEMBER_LEFT = "member_left"
    ROLE_CHANGED = "role_changed"
    MEETING_SCHEDULED = "meeting_scheduled"
    MEETING_CHANGED = "meeting_changed"
    MEETING_CANCELLED = "meeting_cancelled"
    MEETING_HELD = "meeting_held"
    ARGUMENT_REMOVED = "argument_removed"
    PLEDGE_OFFERED = "pledge_offered"
    PLEDGE_ACCEPTED = "pledge_accepted"
    PLEDGE_FULFILLED = "pledge_fulfilled"
    PLEDGE_LAPSED = "pledge_lapsed"
    PLEDGE_WITHDRAWN = "pledge_withdrawn"
    GATE_ASKED = "gate_asked"
    GATE_CONFIRMED = "gate_confirmed"
    GATE_REFUSED = "gate_refused"
    GATE_APPEALED = "gate_appealed"
    GATE_UPHELD = "gate_upheld"


PUBLIC: Final = frozenset(
    {
        Kind.PUBLISHED,
        Kind.PAUSED,
        Kind.RESUMED,
        Kind.COMPLETED,
        Kind.ABANDONED,
        Kind.ARCHIVED,
        Kind.MEMBER_JOINED,
        Kind.MEETING_SCHEDULED,
        Kind.MEETING_CHANGED,
        Kind.MEETING_CANCELLED,
        Kind.MEETING_HELD,
        Kind.PLEDGE_OFFERED,
        Kind.PLEDGE_FULFILLED,
        Kind.GATE_ASKED,
        Kind.GATE_CONFIRMED,
    }
)
"""What everybody reads. A refusal, a departure, a withdrawn pledge are the group's own business."""

CLOCK: Final = "clock"
"""The part in which the service itself acts, when a date passes."""
