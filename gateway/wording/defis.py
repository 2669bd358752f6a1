"""Words for défis: their stages, states, themes, and what happens in them."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from gateway.wording.label import Label

STAGES = {
    "informaction": Label(_("Inform’action"), "messages-square"),
    "creaction": Label(_("Cré’action"), "flask-conical"),
    "activaction": Label(_("Activ’action"), "sprout"),
}
"""The three stages, in their order."""

DEFI_STATES = {
    "draft": Label(_("Draft"), "pencil"),
    "submitted": Label(_("Waiting for an answer"), "hourglass"),
    "refused": Label(_("Not published"), "circle-x"),
    "published": Label(_("Under way"), "play"),
    "paused": Label(_("Paused"), "pause"),
    "completed": Label(_("Completed"), "circle-check"),
    "abandoned": Label(_("Given up"), "circle-x"),
    "archived": Label(_("Archived"), "archive"),
}

THEMES = {
    "lien-social": Label(_("Living together"), "users"),
    "alimentation": Label(_("Food"), "apple"),
    "sante": Label(_("Health"), "heart-pulse"),
    "environnement": Label(_("Environment"), "leaf"),
    "energie": Label(_("Energy"), "zap"),
    "habitat": Label(_("Housing"), "house"),
    "mobilite": Label(_("Getting around"), "bike"),
    "culture": Label(_("Culture"), "palette"),
    "sport": Label(_("Sport"), "dumbbell"),
    "education": Label(_("Education"), "graduation-cap"),
    "numerique": Label(_("Digital life"), "monitor"),
    "economie-locale": Label(_("Local economy"), "store"),
    "solidarite": Label(_("Solidarity"), "hand-heart"),
    "citoyennete": Label(_("Citizenship"), "megaphone"),
    "nature": Label(_("Nature"), "trees"),
    "dechets": Label(_("Waste"), "recycle"),
}
"""The published themes. A défi may have others, in people's own words."""

PLEDGE_KINDS = {
    "time": Label(_("Time"), "clock"),
    "skill": Label(_("A skill"), "wrench"),
    "material": Label(_("Equipment"), "gift"),
    "place": Label(_("A place"), "map-pin"),
    "money": Label(_("Money"), "coins"),
}

MEETING_KINDS = {
    "debate": Label(_("Debate"), "messages-square"),
    "gathering": Label(_("Get-together"), "users"),
    "working_session": Label(_("Working session"), "hammer"),
    "presentation": Label(_("Presentation"), "megaphone"),
}

_OTHER_THEME = _("Another theme")


def theme(code: str) -> Label:
    """The label of a theme: the published one's, else the people's own words as they stand."""
    if code == "other":
        return Label(_OTHER_THEME, "leaf")
    return THEMES.get(code) or Label(code.replace("-", " ").capitalize(), "leaf")
