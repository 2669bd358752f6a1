"""What an operator's défi service says to one person about meetings and pledges."""

from __future__ import annotations

from libs.chassis.messages import N_
from services.notifications.kinds.rules import Coded, Kind, Level, Timed

_MEETINGS, _PLEDGES = "meetings", "pledges"

STARTS = Timed("starts_at", N_("It begins on {starts_at}."))

MEETING_KINDS = {
    "debate": N_("It is a debate."),
    "gathering": N_("It is a gathering."),
    "working_session": N_("It is a working session."),
    "presentation": N_("It is a presentation."),
}

_MEETING = (STARTS, Coded("kind", MEETING_KINDS))

_OFFERS = {
    "time": N_("It is about time."),
    "skill": N_("It is about a skill."),
    "material": N_("It is about material."),
    "place": N_("It is about a place."),
    "money": N_("It is about money."),
}

_PLEDGE = (Coded("kind", _OFFERS),)

KINDS = (
    Kind(
        code="defi.meeting_scheduled",
        group=_MEETINGS,
        default=Level.AT_ONCE,
        headline=N_("A date to keep"),
        sentence=N_("A meeting is planned in a défi that you take part in."),
        details=_MEETING,
    ),
    Kind(
        code="defi.meeting_changed",
        group=_MEETINGS,
        default=Level.AT_ONCE,
        headline=N_("A meeting has changed"),
        sentence=N_("The time or the place of a meeting has changed."),
        details=_MEETING,
    ),
    Kind(
        code="defi.meeting_cancelled",
        group=_MEETINGS,
        default=Level.AT_ONCE,
        headline=N_("A meeting is cancelled"),
        sentence=N_("A meeting that you were to come to will not take place."),
        details=(Timed("starts_at", N_("It was to begin on {starts_at}.")),),
    ),
    Kind(
        code="defi.meeting_reminder",
        group=_MEETINGS,
        default=Level.AT_ONCE,
        headline=N_("A meeting is near"),
        sentence=N_("You are expected soon at a meeting of a défi."),
        details=_MEETING,
    ),
    Kind(
        code="defi.meeting_place_freed",
        group=_MEETINGS,
        default=Level.AT_ONCE,
        headline=N_("There is a place for you"),
        sentence=N_("You were on the waiting list of a meeting: a place has become free and is yours."),
        details=_MEETING,
    ),
    Kind(
        code="defi.pledge_offered",
        group=_PLEDGES,
        default=Level.DAILY,
        headline=N_("Somebody offers help"),
        sentence=N_("Somebody offers help to your défi, and waits for your answer."),
        details=_PLEDGE,
    ),
    Kind(
        code="defi.pledge_accepted",
        group=_PLEDGES,
        default=Level.AT_ONCE,
        headline=N_("Your offer is accepted"),
        sentence=N_("The group gladly accepts the help that you offered."),
        details=_PLEDGE,
    ),
    Kind(
        code="defi.pledge_fulfilled",
        group=_PLEDGES,
        default=Level.DAILY,
        headline=N_("A promise is kept"),
        sentence=N_("Help that was promised has been given. Thank you!"),
        details=_PLEDGE,
    ),
    Kind(
        code="defi.pledge_lapsed",
        group=_PLEDGES,
        default=Level.DAILY,
        headline=N_("An offer has lapsed"),
        sentence=N_("Help that was offered can no longer be counted on."),
        details=_PLEDGE,
    ),
    Kind(
        code="defi.pledge_withdrawn",
        group=_PLEDGES,
        default=Level.DAILY,
        headline=N_("An offer is withdrawn"),
        sentence=N_("Somebody has withdrawn the help that they offered."),
        details=_PLEDGE,
    ),
)
