"""What is said to whoever is given or loses a role, and to moderators for whom proposals wait."""

from __future__ import annotations

from libs.chassis.messages import N_
from services.notifications.kinds.rules import Coded, Kind, Level, Named

GROUP = "roles"

_GIVEN = {
    "administrator": N_(
        "Administration is entrusted to you: you decide who holds which role, and start causes."
    ),
    "coordinator": N_("Coordination is entrusted to you: you run consultations, workshops and actions."),
    "moderator": N_("Moderation is entrusted to you: you decide on the proposals that wait."),
    "ebv": N_("You are now an Entrepreneur du Bien Vivre: you accompany défis, and confirm their stages."),
    "operator_staff": N_("You now work for an operator: you administer its défis."),
    "porteur": N_("You now carry the défi."),
}

_TAKEN = {
    "administrator": N_("Administration is no longer entrusted to you."),
    "coordinator": N_("Coordination is no longer entrusted to you."),
    "moderator": N_("Moderation is no longer entrusted to you."),
    "ebv": N_("You are no longer an Entrepreneur du Bien Vivre."),
    "operator_staff": N_("You no longer work for an operator."),
    "porteur": N_("You no longer carry the défi."),
}

_HOLDS = (
    Coded(
        "scope",
        {
            "coalition": N_("It holds within the whole coalition."),
            "cause": N_("It holds within one cause."),
            "defi": N_("It holds within one défi."),
        },
    ),
    Named("operator", N_("It holds at the operator {operator}.")),
    Named("territory", N_("It holds in the territory {territory}.")),
)

_HELD = (
    Coded(
        "scope",
        {
            "coalition": N_("It held within the whole coalition."),
            "cause": N_("It held within one cause."),
            "defi": N_("It held within one défi."),
        },
    ),
    Named("operator", N_("It held at the operator {operator}.")),
    Named("territory", N_("It held in the territory {territory}.")),
)

KINDS = (
    Kind(
        code="account.role_granted",
        group=GROUP,
        default=Level.AT_ONCE,
        headline=N_("A role is entrusted to you"),
        sentence=N_(
            "A role is entrusted to you on this site; it takes effect within ten minutes. If you did not expect it, "
            "tell the coordinators."
        ),
        details=(Coded("role", _GIVEN), *_HOLDS),
    ),
    Kind(
        code="account.role_revoked",
        group=GROUP,
        default=Level.AT_ONCE,
        headline=N_("A role has ended"),
        sentence=N_(
            "A role that you held on this site was taken back. Thank you for what you did in it. If you did not "
            "expect this, ask the coordinators."
        ),
        details=(Coded("role", _TAKEN), *_HELD),
    ),
    Kind(
        code="moderation.waiting",
        group=GROUP,
        default=Level.DAILY,
        headline=N_("Proposals wait"),
        sentence=N_(
            "Proposals have come in to a consultation that you moderate, and their authors wait for a decision."
        ),
    ),
)
