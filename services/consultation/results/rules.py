"""Putting scored proposals in order, summing up where they stand, and what makes a version fit to be published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from random import Random
from typing import Final, Literal, get_args
from uuid import UUID

from libs.chassis.errors import Conflict, FieldError, Invalid, Sentence
from libs.chassis.messages import N_
from libs.chassis.tokens import Principal
from services.consultation.causes.rules import COALITION, coordinates
from services.consultation.scoring.rules import ProposalScores, Zone, score_proposal
from services.consultation.tallies.rules import Tally

Order = Literal["top", "controversy", "rejection", "neutral", "votes"]
ORDERS: Final[tuple[Order, ...]] = get_args(Order)

LONGEST_NOTE: Final = 2000
LONGEST_EMBARGO: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a proposal stands: its votes and what the scorer makes of them."""

    id: UUID
    tally: Tally
    scores: ProposalScores

    @property
    def zone(self) -> Zone:
        """What its votes say, as one word."""
        return self.scores.zone


# By the low end of the interval, not the score itself: two enthusiastic votes must not outrank two hundred.
_RANKS: Mapping[Order, Callable[[Standing], float]] = {
    "top": lambda standing: standing.scores.top.lower,
    "controversy": lambda standing: standing.scores.controversy.lower,
    "rejection": lambda standing: standing.scores.rejection.lower,
    "neutral": lambda standing: standing.scores.neutral.lower,
    "votes": lambda standing: standing.tally.total,
}


def standings_of(tallies: Mapping[UUID, Tally]) -> list[Standing]:
    """Score each proposal. No result depends on the samples that the scorer draws, so any seed will do."""
    random = Random(0)  # noqa: S311
    return [Standing(id, tally, score_proposal(tally.counters, random)) for id, tally in tallies.items()]


def rank(standing: Standing, order: Order) -> tuple[float, str]:
    """What `ordered` sorts by: the smaller, the earlier. The id parts equals."""
    return -_RANKS[order](standing), str(standing.id)


def ordered(standings: Iterable[Standing], order: Order) -> list[Standing]:
    """The standings, the strongest in `order` first."""
    return sorted(standings, key=lambda standing: rank(standing, order))


def leaders(ranking: Iterable[Standing], zone: Zone | None, most: int) -> list[Standing]:
    """The first of a ranking that somebody voted on; with `zone`, of those that stand in it."""
    return list(islice((s for s in ranking if s.tally.total and zone in (None, s.zone)), most))


def zone_counts(standings: Iterable[Standing]) -> dict[Zone, int]:
    """How many of the proposals that somebody voted on stand in each zone."""
    found = Counter(standing.zone for standing in standings if standing.tally.total)
    return {zone: found[zone] for zone in Zone}


def may_publish(caller: Principal | None, cause_id: UUID | None) -> bool:
    """Whether `caller` publishes the results of a consultation of this cause, and so reads them under embargo."""
    if caller is None or cause_id is None:
        return False
    return coordinates(caller, cause_id) or caller.has("administrator", COALITION)


def check_counted(opens_at: datetime, now: datetime) -> None:
    """Raise `Conflict` before there is anything to publish."""
    if now < opens_at:
        raise Conflict("results.not_open_yet", N_("This consultation is not open yet: it has no results."))


def check_embargo(embargo_until: datetime | None, now: datetime) -> None:
    """Raise `Invalid` on an embargo that ends in the past, or after more than ninety days."""
    if embargo_until is None:
        return
    if embargo_until <= now:
        raise _invalid("embargo_until", N_("An embargo ends in the future."))
    if embargo_until > now + LONGEST_EMBARGO:
        raise _invalid("embargo_until", N_("An embargo lasts ninety days at most."))


def check_note(corrects: int | None, note: object | None) -> None:
    """Raise `Invalid` on a correction that does not say why."""
    if corrects is not None and note is None:
        raise _invalid("note", N_("A correction says why."))


def check_corrected(public_at: datetime | None, correction_public_at: datetime) -> None:
    """Raise `Invalid` unless there is a version to correct (it has a `public_at`), public before its correction."""
    if public_at is None:
        raise _invalid("corrects", N_("There is no such version to correct."))
    if correction_public_at < public_at:
        raise _invalid("embargo_until", N_("A correction is not public before the version that it corrects."))


def check_uncorrected(corrected_by: int | None) -> None:
    """Raise `Conflict` on a second correction of one version: the correction is what to correct."""
    if corrected_by is not None:
        raise Conflict(
            "results.corrected",
            N_("This version was corrected already, by version {number}: correct that one."),
            number=corrected_by,
        )


def _invalid(field: str, message: str) -> Invalid:
    return Invalid(
        "results.version",
        N_("These results cannot be published like this."),
        errors=(FieldError(field, Sentence(message)),),
    )
