"""Every kind of notice there is. One that is not known here, from a newer publisher, is told as `OTHER`."""

from __future__ import annotations

from libs.chassis.messages import N_
from services.notifications.kinds import consultation, dates, defis, followed
from services.notifications.kinds.rules import Kind, Level

OTHER = Kind(
    code="other",
    group="other",
    default=Level.DAILY,
    headline=N_("Something new for you"),
    sentence=N_("There is something new in what you take part in."),
)

KINDS: dict[str, Kind] = {
    kind.code: kind for kind in (*consultation.KINDS, *defis.KINDS, *dates.KINDS, *followed.KINDS, OTHER)
}
"""By code, in the order in which preferences are shown."""

GROUPS: dict[str, str] = {
    "proposals": N_("My proposals"),
    "defis": N_("My défis"),
    "gates": N_("Stages of my défis"),
    "members": N_("Groups and members"),
    "meetings": N_("Meetings"),
    "pledges": N_("Offers of help"),
    "follows": N_("What I follow"),
    "other": N_("Everything else"),
}
"""The headings under which preferences are shown."""


def kind_of(code: str) -> Kind:
    """The kind of a code."""
    return KINDS.get(code, OTHER)
