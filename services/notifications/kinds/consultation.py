"""What the consultation service says to one person: what became of what they proposed, and of their places."""

from __future__ import annotations

from libs.chassis.messages import N_
from services.notifications.kinds.dates import STARTS
from services.notifications.kinds.followed import RESULTS
from services.notifications.kinds.rules import Coded, Kind, Level

_GROUP, _WORKSHOPS = "proposals", "meetings"

_REFUSALS = Coded(
    "reason",
    {
        "incomprehensible": N_("It could not be understood as it is written."),
        "off_topic": N_("It does not answer the question asked."),
        "partisan": N_("It promotes a party or a candidate."),
        "illegal": N_("It is against the law."),
        "advertising": N_("It is advertising."),
        "several_ideas": N_("It holds several ideas: propose each on its own."),
        "wrong_language": N_("It is not in a language of the consultation."),
        "rude": N_("It is rude or hurtful."),
        "out_of_scope": N_("Public action can do nothing about it."),
        "already_exists": N_("It is proposed already, and can be voted on."),
        "test": N_("It looks like a test."),
        "other": N_("The moderator gave another reason: read it with your proposal."),
    },
)

KINDS = (
    Kind(
        code="proposal.accepted",
        group=_GROUP,
        default=Level.AT_ONCE,
        headline=N_("Your proposal is published"),
        sentence=N_("A moderator has accepted your proposal: everybody can now read it and vote on it."),
        title_in_subject=False,
    ),
    Kind(
        code="proposal.refused",
        group=_GROUP,
        default=Level.AT_ONCE,
        headline=N_("Your proposal was not accepted"),
        sentence=N_("A moderator has not accepted your proposal. You may propose again, worded otherwise."),
        details=(_REFUSALS,),
        title_in_subject=False,
    ),
    Kind(
        code="proposal.postponed",
        group=_GROUP,
        default=Level.DAILY,
        headline=N_("Your proposal is set aside for now"),
        sentence=N_("A moderator has set your proposal aside; it will be decided on later."),
        title_in_subject=False,
    ),
    Kind(
        code="proposal.results",
        group=_GROUP,
        default=Level.DAILY,
        headline=N_("What became of your proposal"),
        sentence=N_("The results of a consultation in which you made a proposal are published."),
        details=(Coded("version", RESULTS),),
    ),
    Kind(
        code="workshop.place_freed",
        group=_WORKSHOPS,
        default=Level.AT_ONCE,
        headline=N_("There is a place for you"),
        sentence=N_("You were on the waiting list of a workshop: a place has become free and is yours."),
        details=(STARTS,),
    ),
    Kind(
        code="workshop.cancelled",
        group=_WORKSHOPS,
        default=Level.AT_ONCE,
        headline=N_("A workshop is cancelled"),
        sentence=N_("A workshop that you wanted to come to will not take place."),
        details=(STARTS,),
    ),
)
