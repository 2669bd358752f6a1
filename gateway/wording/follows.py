"""Words for what can be followed."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import LazyString
from flask_babel import lazy_gettext as _


@dataclass(frozen=True, slots=True)
class Topic:
    """A sort of thing to follow: its name, the words of its button, and what news there will be."""

    name: LazyString
    follow: LazyString
    news: LazyString


TOPICS = {
    "commune": Topic(
        _("A commune"),
        _("Follow this commune"),
        _("You are told when a défi starts in this commune, passes a stage, gives a date or ends."),
    ),
    "defi": Topic(
        _("A défi"),
        _("Follow this défi"),
        _("You are told when this défi gives a date, passes a stage or ends."),
    ),
    "proposal": Topic(
        _("A proposal"),
        _("Follow this proposal"),
        _("You are told what becomes of this proposal. Following says nothing of how you voted."),
    ),
    "consultation": Topic(
        _("A consultation"),
        _("Follow this consultation"),
        _(
            "You are told when this consultation opens or closes, when its results are published, and when an "
            "action that comes from it is measured."
        ),
    ),
}
"""By the word that begins a topic."""
