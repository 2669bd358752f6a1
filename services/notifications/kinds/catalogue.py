"""Every kind of notice there is. One that is not known here, from a newer publisher, is told as `OTHER`."""

from __future__ import annotations

from libs.chassis.messages import N_
from services.notifications.kinds import consultation, dates, defis, followed, roles
from services.notifications.kinds.rules import Kind, Level

OTHER = Kind(
    code="other",
    group="other",
    default=Level.DAILY,
    headline=N_("Something new for you"),
    sentence=N_("There is something new in what you take part in."),
)

KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (*consultation.KINDS, *defis.KINDS, *dates.KINDS, *followed.KINDS, *roles.KINDS, OTHER)
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
    "roles": N_("My roles"),
    "other": N_("Everything else"),
}
"""The headings under which preferences are shown."""


_TOLD_HERE = frozenset(kind.code for kind in (*followed.KINDS, *roles.KINDS))


def kind_of(code: str) -> Kind:
    """The kind of a code."""
    return KINDS.get(code, OTHER)


def kind_published(code: str) -> Kind:
    """The kind under which a publisher's notice is told: never one that is said here, of facts, and of nothing else.

    So no operator can tell somebody that they became an administrator.
    """
    return OTHER if code in _TOLD_HERE else kind_of(code)
