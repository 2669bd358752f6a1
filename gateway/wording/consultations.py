"""Words for consultations, proposals, votes and results; and for notices and languages."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from gateway.wording.label import Label

CHOICES = {
    "agree": Label(_("Agree"), "thumbs-up"),
    "disagree": Label(_("Disagree"), "thumbs-down"),
    "neutral": Label(_("Neutral"), "equal"),
}

QUALIFIERS = {
    "agree": {
        "likeIt": Label(_("Love it"), "heart"),
        "doable": Label(_("Realistic"), "hammer"),
        "platitudeAgree": Label(_("Commonplace"), "quote"),
    },
    "disagree": {
        "noWay": Label(_("No way!"), "ban"),
        "impossible": Label(_("Unfeasible"), "mountain"),
        "platitudeDisagree": Label(_("Commonplace"), "quote"),
    },
    "neutral": {
        "doNotUnderstand": Label(_("Not clear"), "circle-question-mark"),
        "noOpinion": Label(_("No opinion"), "cloud"),
        "doNotCare": Label(_("Indifferent"), "wind"),
    },
}

STATUSES = {
    "upcoming": Label(_("Opens soon"), "clock"),
    "open": Label(_("Open"), "circle-check"),
    "closed": Label(_("Closed"), "lock"),
}

STATES = {
    "pending": Label(_("Awaiting moderation"), "clock"),
    "accepted": Label(_("Published"), "circle-check"),
    "refused": Label(_("Refused"), "circle-x"),
    "postponed": Label(_("Under review"), "clock"),
    "archived": Label(_("Archived"), "inbox"),
}

ZONES = {
    "consensus": Label(_("Consensus"), "hand-heart"),
    "controversy": Label(_("Controversy"), "equal"),
    "rejection": Label(_("Rejection"), "ban"),
    "limbo": Label(_("Undecided"), "cloud"),
}

REASONS = {
    "incomprehensible": _("It cannot be understood"),
    "off_topic": _("It does not answer the question"),
    "partisan": _("It promotes a party or a candidate"),
    "illegal": _("It is against the law"),
    "advertising": _("It is advertising"),
    "several_ideas": _("It holds several ideas"),
    "wrong_language": _("It is not in a language of the consultation"),
    "rude": _("It is rude or hurtful"),
    "out_of_scope": _("Public action can do nothing about it"),
    "already_exists": _("It exists already"),
    "test": _("It is a test"),
    "other": _("Another reason"),
}

ORDERS = {
    "top": _("Most supported"),
    "controversy": _("Most debated"),
    "rejection": _("Most rejected"),
    "neutral": _("Most undecided"),
    "votes": _("Most voted on"),
}

LEVELS = {"at_once": _("At once"), "daily": _("Once a day, at seven"), "none": _("Never")}
"""How often a kind of notice is mailed."""

LANGUAGES = {"fr": "Français", "en": "English"}
"""Each in its own words, never translated."""
