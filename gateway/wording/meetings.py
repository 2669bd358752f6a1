"""Words for meetings, debates and gates."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from gateway.wording.label import Label

MEETING_STATES = {
    "scheduled": Label(_("To come"), "calendar-days"),
    "held": Label(_("Held"), "circle-check"),
    "cancelled": Label(_("Cancelled"), "circle-x"),
}

ACCESSIBILITY = {
    "step_free": _("No step, from the street to the room"),
    "hearing_loop": _("A hearing loop"),
    "sign_language": _("Interpreted in French Sign Language"),
    "large_print": _("Papers in large print"),
    "public_transport": _("Reached by public transport"),
    "childcare": _("Children are looked after"),
    "quiet_room": _("A quiet room"),
    "online_captions": _("Captions for those who join online"),
}
"""What makes a meeting one that people can come to."""

SIDES = {
    "for": Label(_("For"), "thumbs-up"),
    "against": Label(_("Against"), "thumbs-down"),
}

GATE_STATES = {
    "asked": Label(_("Waiting for the decision"), "hourglass"),
    "confirmed": Label(_("Confirmed"), "circle-check"),
    "refused": Label(_("Not yet"), "circle-x"),
    "appealed": Label(_("Appeal under way"), "scale"),
    "upheld": Label(_("Refusal upheld on appeal"), "circle-x"),
}

GATE_REASONS = {
    "debate_not_open": _("The debate was not open to everybody"),
    "report_too_thin": _("The report says too little of what was debated"),
    "commitments_unclear": _("It is not clear who committed to what"),
    "beneficiaries_unclear": _("It is not clear who benefits"),
    "evidence_insufficient": _("What is stated does not show enough"),
    "safety": _("Somebody could be hurt"),
    "other": _("Another reason, said in the note"),
}
"""Why a gate is refused, though what can be counted is there."""

GATE_DECISIONS = {
    "confirm": Label(_("Confirm the stage"), "circle-check"),
    "refuse": Label(_("Not yet"), "circle-x"),
    "uphold": Label(_("Uphold the refusal"), "circle-x"),
}
"""What may be decided of a gate; an appeal is upheld or confirmed."""
