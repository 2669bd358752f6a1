"""Words for what is held of people, by service and kind."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from gateway.wording.label import Label

SERVICES = {
    "identity": Label(_("Your account"), "user-round"),
    "consultation": Label(_("Consultations and causes"), "megaphone"),
    "notifications": Label(_("Notifications"), "bell"),
    "defis": Label(_("Défis"), "sprout"),
}

HELD = {
    "account": _("Address, name and language"),
    "known_by": _("Owners that know you, each by an id of its own"),
    "roles": _("Roles"),
    "roles_given": _("Roles that you gave"),
    "sessions": _("Open sessions"),
    "sign_ins": _("Sign-ins under way"),
    "consents": _("Consents"),
    "votes": _("Votes"),
    "proposals": _("Proposals"),
    "workshop_places": _("Places in workshops"),
    "decisions": _("Decisions on proposals"),
    "proposals_in_hand": _("Proposals that you are reading as a moderator"),
    "actions_measured": _("Actions that you measure"),
    "contact": _("Where to write to you"),
    "preferences": _("Choices of mails"),
    "follows": _("What you follow"),
    "notices": _("Notifications received"),
    "mailed_at": _("Mails sent to you"),
    "moderations": _("What you moderate, or moderated lately"),
    "memberships": _("Défis that you are in, or asked to join"),
    "invitations_made": _("Invitations that you made"),
    "registrations": _("Registrations for meetings"),
    "arguments": _("Arguments in debates"),
    "pledges": _("Pledges"),
    "gates_asked": _("Stages that you asked to pass"),
    "gates_decided": _("Stages that you decided on"),
    "appeals_decided": _("Appeals that you decided on"),
    "defis": _("Défis that you carry"),
    "timeline": _("Traces in the history of défis"),
}
"""What a service calls what it holds."""
