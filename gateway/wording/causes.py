"""Words for causes: their phases, workshops and actions."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from gateway.wording.label import Label

PHASES = {
    "consultation": Label(_("Consultation"), "megaphone"),
    "transformation": Label(_("Transformation"), "users"),
    "action": Label(_("Action"), "trending-up"),
}
"""The three phases of a cause, in their order."""

PHASE_PURPOSES = {
    "consultation": _("Everyone proposes and votes."),
    "transformation": _("In workshops, proposals become draft actions."),
    "action": _("Actions are carried out, and measured for two years."),
}

PHASE_STATES = {
    "done": Label(_("Over"), "circle-check"),
    "now": Label(_("Now"), "play"),
    "next": Label(_("To come"), "clock"),
}

CAUSE_STATUSES = {
    "upcoming": Label(_("To come"), "clock"),
    "open": Label(_("Under way"), "play"),
    "closed": Label(_("Ended"), "circle-check"),
}

WORKSHOP_STATES = {
    "scheduled": Label(_("To come"), "calendar-days"),
    "held": Label(_("It was held"), "circle-check"),
    "cancelled": Label(_("Called off"), "circle-x"),
}

ACTION_STATUSES = {
    "draft": Label(_("Draft"), "pencil"),
    "planned": Label(_("Planned"), "calendar-days"),
    "under_way": Label(_("Under way"), "play"),
    "done": Label(_("Carried out"), "circle-check"),
    "abandoned": Label(_("Abandoned"), "circle-x"),
}

ACTION_MOVES = {
    "planned": {"under_way": _("It is under way"), "abandoned": _("It is abandoned")},
    "under_way": {"done": _("It is carried out"), "abandoned": _("It is abandoned")},
    "draft": {"abandoned": _("It is abandoned")},
    "done": {},
    "abandoned": {},
}
"""Where an action of each status may go, in the words of who says so."""

RECORDED_AS = {
    "measurer": _("written down by the measurer"),
    "coordinator": _("written down by the coordinator"),
}
