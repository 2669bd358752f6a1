"""What is said to those who follow a commune, a défi, a proposal or a consultation: public facts, and nothing else."""

from __future__ import annotations

from libs.chassis.messages import N_
from services.notifications.kinds.dates import MEETING_KINDS, STARTS
from services.notifications.kinds.defis import STAGES
from services.notifications.kinds.rules import Coded, Kind, Level, Timed

GROUP = "follows"

RESULTS = {
    "provisional": N_("They are provisional: the consultation is still open."),
    "final": N_("They are final."),
    "corrected": N_("They correct an earlier version, which stays readable."),
}

_MEASURES = {"corrected": N_("This measure corrects an earlier one, which stays readable.")}

_OUTCOMES = {
    "completed": N_("It has reached its goal."),
    "abandoned": N_("It is given up."),
}

KINDS = (
    Kind(
        code="followed.defi_published",
        group=GROUP,
        default=Level.DAILY,
        headline=N_("A new défi"),
        sentence=N_("A défi starts in a commune that you follow."),
        details=(Coded("stage", STAGES),),
    ),
    Kind(
        code="followed.stage_changed",
        group=GROUP,
        default=Level.DAILY,
        headline=N_("A défi moves on"),
        sentence=N_("A défi that you follow, or in a commune that you follow, has passed a stage."),
        details=(Coded("stage", STAGES),),
    ),
    Kind(
        code="followed.meeting_scheduled",
        group=GROUP,
        default=Level.DAILY,
        headline=N_("A meeting open to all"),
        sentence=N_(
            "A défi that you follow, or in a commune that you follow, invites everybody to a meeting."
        ),
        details=(STARTS, Coded("kind", MEETING_KINDS)),
    ),
    Kind(
        code="followed.defi_closed",
        group=GROUP,
        default=Level.DAILY,
        headline=N_("A défi has ended"),
        sentence=N_("A défi that you follow, or in a commune that you follow, has come to its end."),
        details=(Coded("outcome", _OUTCOMES),),
    ),
    Kind(
        code="followed.consultation_opened",
        group=GROUP,
        default=Level.AT_ONCE,
        headline=N_("A consultation opens"),
        sentence=N_("The consultation that you follow is open."),
        details=(Timed("closes_at", N_("It closes on {closes_at}.")),),
    ),
    Kind(
        code="followed.consultation_closed",
        group=GROUP,
        default=Level.DAILY,
        headline=N_("A consultation has closed"),
        sentence=N_("A consultation that you follow, or one of its proposals, is closed: see its results."),
    ),
    Kind(
        code="followed.results_published",
        group=GROUP,
        default=Level.DAILY,
        headline=N_("Results are published"),
        sentence=N_(
            "Results are published of a consultation that you follow, or of which you follow a proposal."
        ),
        details=(Coded("version", RESULTS),),
    ),
    Kind(
        code="followed.action_measured",
        group=GROUP,
        default=Level.DAILY,
        headline=N_("A result is measured"),
        sentence=N_(
            "An action that comes from a proposal that you follow, or from a consultation that you follow, "
            "has been measured."
        ),
        details=(Coded("measure", _MEASURES),),
    ),
)
