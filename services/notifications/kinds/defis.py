"""What an operator's défi service says to one person about a défi itself: its life, its stages, its people."""

from __future__ import annotations

from libs.chassis.messages import N_
from services.notifications.kinds.rules import Coded, Kind, Level

_LIFE, _PEOPLE, _GATES = "defis", "members", "gates"

STAGES = {
    "informaction": N_("It is at the stage Inform’action, the time of debate."),
    "creaction": N_("It is at the stage Cré’action, the time of experiment."),
    "activaction": N_("It is at the stage Activ’action, the time of development."),
}

_STATES = {
    "published": N_("It is under way."),
    "paused": N_("It is paused."),
    "completed": N_("It is completed."),
    "abandoned": N_("It is given up."),
    "archived": N_("It is archived."),
}

_CAUSES = {"no_porteur": N_("Nobody carries it any more: you, perhaps?")}

_REFUSALS = {
    "incomplete": N_("Something needed to understand it is missing."),
    "off_topic": N_("It is not a défi."),
    "one_beneficiary": N_("It must be of use to several people, not to one."),
    "partisan": N_("It promotes a party or a candidate."),
    "illegal": N_("It is against the law."),
    "advertising": N_("It is advertising."),
    "already_exists": N_("A défi close by does it already: join it."),
    "out_of_territory": N_("It lies outside this operator’s territory."),
    "test": N_("It looks like a test."),
    "other": N_("Another reason was given: read it on the page of the défi."),
}

_GATE_REFUSALS = {
    "debate_not_open": N_("The debate was not open to all."),
    "report_too_thin": N_("The report of the debate says too little."),
    "commitments_unclear": N_("It is not clear who commits to what."),
    "beneficiaries_unclear": N_("It is not clear who benefits."),
    "evidence_insufficient": N_("What is stated is not shown well enough."),
    "safety": N_("A question of safety must be settled first."),
    "other": N_("Another reason was given: read it on the page of the défi."),
}

_ROLES = {
    "porteur": N_("You now carry the défi."),
    "core": N_("You are now in its core group."),
    "member": N_("You are now a member."),
}

KINDS = (
    Kind(
        code="defi.published",
        group=_LIFE,
        default=Level.AT_ONCE,
        headline=N_("Your défi is published"),
        sentence=N_("Your défi has been accepted: everybody can now read it and join it."),
        details=(Coded("stage", STAGES),),
    ),
    Kind(
        code="defi.refused",
        group=_LIFE,
        default=Level.AT_ONCE,
        headline=N_("Your défi was not accepted"),
        sentence=N_(
            "Your défi has not been accepted as it is. You can begin another that takes the reason into account."
        ),
        details=(Coded("reason", _REFUSALS),),
    ),
    Kind(
        code="defi.state_changed",
        group=_LIFE,
        default=Level.DAILY,
        headline=N_("News of a défi of yours"),
        sentence=N_("A défi that you take part in has changed."),
        details=(Coded("state", _STATES), Coded("cause", _CAUSES)),
    ),
    Kind(
        code="defi.gate_confirmed",
        group=_GATES,
        default=Level.AT_ONCE,
        headline=N_("A stage is passed"),
        sentence=N_("The passage to the next stage is confirmed. Well done, all of you!"),
        details=(Coded("stage", STAGES),),
    ),
    Kind(
        code="defi.gate_refused",
        group=_GATES,
        default=Level.AT_ONCE,
        headline=N_("The next stage must wait"),
        sentence=N_(
            "The passage to the next stage is not confirmed yet. The défi’s page says what is missing."
        ),
        details=(Coded("reasons", _GATE_REFUSALS),),
    ),
    Kind(
        code="defi.gate_upheld",
        group=_GATES,
        default=Level.AT_ONCE,
        headline=N_("The answer to your appeal"),
        sentence=N_("The operator has looked at the passage again: for now the refusal stands."),
        details=(Coded("reasons", _GATE_REFUSALS),),
    ),
    Kind(
        code="defi.membership_requested",
        group=_PEOPLE,
        default=Level.AT_ONCE,
        headline=N_("Somebody asks to join"),
        sentence=N_("Somebody asks to join your défi, and waits for your answer."),
    ),
    Kind(
        code="defi.membership_accepted",
        group=_PEOPLE,
        default=Level.AT_ONCE,
        headline=N_("Welcome to the group"),
        sentence=N_("Your request to join has been accepted."),
    ),
    Kind(
        code="defi.membership_declined",
        group=_PEOPLE,
        default=Level.AT_ONCE,
        headline=N_("About your request to join"),
        sentence=N_("Your request to join was not accepted. Other défis near you may be glad of your help."),
    ),
    Kind(
        code="defi.invitation_accepted",
        group=_PEOPLE,
        default=Level.DAILY,
        headline=N_("An invitation is accepted"),
        sentence=N_("Somebody has accepted the invitation to join your défi."),
    ),
    Kind(
        code="defi.invitation_declined",
        group=_PEOPLE,
        default=Level.DAILY,
        headline=N_("An invitation is declined"),
        sentence=N_("Somebody has declined the invitation to join your défi."),
    ),
    Kind(
        code="defi.member_left",
        group=_PEOPLE,
        default=Level.DAILY,
        headline=N_("Somebody has left"),
        sentence=N_("Somebody has left your défi."),
    ),
    Kind(
        code="defi.role_changed",
        group=_PEOPLE,
        default=Level.AT_ONCE,
        headline=N_("Your part in a défi has changed"),
        sentence=N_("You have another role in a défi."),
        details=(Coded("role", _ROLES),),
    ),
)
