"""The life of a défi: its states, its stages, what it takes to launch one.

    draft → submitted → published ⇄ paused → completed | abandoned | archived
            submitted → refused (with a reason)

The porteur submits, pauses, resumes, completes and abandons; the operator's people publish, refuse and archive, and may
pause and resume. What has ended stays as it ended. A stage is left through a gate only (`gates/rules.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

from libs.chassis.errors import Conflict, FieldError, Forbidden, Invalid, Sentence
from libs.chassis.messages import N_
from services.defis.standing import Standing, departement_of

LONGEST_TITLE: Final = 120
LONGEST_TEXT: Final = 4000
MOST_THEMES: Final = 5
LONGEST_THEME: Final = 40
MOST_PER_DAY: Final = 10


class State(StrEnum):
    """Where a défi is in its life."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    REFUSED = "refused"
    PUBLISHED = "published"
    PAUSED = "paused"
    COMPLETED = "completed"
    ABANDONED = "abandoned"
    ARCHIVED = "archived"


class Action(StrEnum):
    """What moves it on."""

    SUBMIT = "submit"
    PUBLISH = "publish"
    REFUSE = "refuse"
    PAUSE = "pause"
    RESUME = "resume"
    COMPLETE = "complete"
    ABANDON = "abandon"
    ARCHIVE = "archive"


class Stage(StrEnum):
    """Debate, experiment, deploy."""

    INFORMACTION = "informaction"
    CREACTION = "creaction"
    ACTIVACTION = "activaction"


class Kind(StrEnum):
    """The four kinds of territory."""

    RURAL = "rural"
    PAVILLONNAIRE = "pavillonnaire"
    PETITE_VILLE = "petite_ville"
    METROPOLE = "metropole"


class Origin(StrEnum):
    """Where a défi came from. A défi that replicates another names it as `defi`."""

    NONE = "none"
    PROPOSAL = "proposal"
    ACTION = "action"
    DEFI = "defi"


class Refusal(StrEnum):
    """Why a défi is refused."""

    INCOMPLETE = "incomplete"
    OFF_TOPIC = "off_topic"
    ONE_BENEFICIARY = "one_beneficiary"
    PARTISAN = "partisan"
    ILLEGAL = "illegal"
    ADVERTISING = "advertising"
    ALREADY_EXISTS = "already_exists"
    OUT_OF_TERRITORY = "out_of_territory"
    TEST = "test"
    OTHER = "other"


THEMES: Final = (
    "lien-social", "alimentation", "sante", "environnement", "energie", "habitat", "mobilite", "culture", "sport",
    "education", "numerique", "economie-locale", "solidarite", "citoyennete", "nature", "dechets",
)  # fmt: skip
"""The published list. A défi may also have a theme in people's own words; to other services that one is `other`."""

PUBLIC_STATES: Final = (State.PUBLISHED, State.PAUSED, State.COMPLETED, State.ABANDONED, State.ARCHIVED)
"""In these everybody may read it."""

LISTED_STATES: Final = (State.PUBLISHED, State.PAUSED, State.COMPLETED)
"""What lists show unless they are asked for a state."""

UNPUBLISHED: Final = (State.DRAFT, State.SUBMITTED, State.REFUSED)
RUNNING: Final = (State.PUBLISHED, State.PAUSED)
ENDS: Final = (State.COMPLETED, State.ABANDONED, State.ARCHIVED)

TRANSITIONS: Final[Mapping[tuple[State, Action], State]] = {
    (State.DRAFT, Action.SUBMIT): State.SUBMITTED,
    (State.SUBMITTED, Action.PUBLISH): State.PUBLISHED,
    (State.SUBMITTED, Action.REFUSE): State.REFUSED,
    (State.PUBLISHED, Action.PAUSE): State.PAUSED,
    (State.PAUSED, Action.RESUME): State.PUBLISHED,
    **{(state, Action.COMPLETE): State.COMPLETED for state in RUNNING},
    **{(state, Action.ABANDON): State.ABANDONED for state in RUNNING},
    **{(state, Action.ARCHIVE): State.ARCHIVED for state in RUNNING},
}

BY_THE_PORTEUR: Final = frozenset(
    {Action.SUBMIT, Action.PAUSE, Action.RESUME, Action.COMPLETE, Action.ABANDON}
)
BY_THE_OPERATOR: Final = frozenset(
    {Action.PUBLISH, Action.REFUSE, Action.PAUSE, Action.RESUME, Action.ARCHIVE}
)

_EDITABLE: Final[Mapping[State, frozenset[str]]] = {
    State.DRAFT: frozenset(
        {
            "title", "problem", "beneficiaries", "commune", "kind", "themes", "first_date", "origin",
            "entry_stage", "entry_evidence",
        }
    ),
    # People joined what they read: its place and its origin stay, its words may become clearer.
    State.PUBLISHED: frozenset({"title", "problem", "beneficiaries", "kind", "themes"}),
}  # fmt: skip

_NOT_NOW: Final[Mapping[State, str]] = {
    State.DRAFT: N_("This défi is still a draft."),
    State.SUBMITTED: N_("This défi waits for the operator’s decision."),
    State.REFUSED: N_("This défi was refused: that stands."),
    State.PUBLISHED: N_("This défi is published already."),
    State.PAUSED: N_("This défi is paused."),
    State.COMPLETED: N_("This défi is completed."),
    State.ABANDONED: N_("This défi was abandoned."),
    State.ARCHIVED: N_("This défi is archived."),
}


def after(state: State, action: Action) -> State:
    """The state that follows. Raises `Conflict` where this cannot be done in that state."""
    try:
        return TRANSITIONS[state, action]
    except KeyError:
        raise _not_now(state) from None


def check_actor(action: Action, standing: Standing) -> None:
    """Raise `Forbidden` unless that is theirs to do. Whoever has a part in the défi does not judge it."""
    if action in BY_THE_PORTEUR and standing.carries:
        return None
    if action in BY_THE_OPERATOR:
        return standing.require_judge()
    return standing.require_porteur()


def missing_to_launch(launch: Mapping[str, Any]) -> list[FieldError]:
    """What a défi still lacks before it can be submitted: a problem, a commune and a first date suffice."""
    questions = {
        "problem": N_("Say which problem you take up."),
        "commune": N_("Say in which commune."),
        "first_date": N_("Give a first date."),
    }
    missing = [
        FieldError(name, Sentence(question)) for name, question in questions.items() if not launch[name]
    ]
    if launch["entry_stage"] != Stage.INFORMACTION and not launch["entry_evidence"]:
        missing.append(
            FieldError(
                "entry_evidence",
                Sentence(N_("Say what was done already, so that the EBV can confirm this stage.")),
            )
        )
    return missing


def check_launch(launch: Mapping[str, Any]) -> None:
    """Raise `Invalid`, naming each missing field."""
    missing = missing_to_launch(launch)
    if missing:
        raise Invalid(
            "defi.incomplete", N_("Some things are missing before this défi can be sent."), errors=missing
        )


def check_served(commune: str, served: Collection[str]) -> None:
    """Raise `Invalid` on a commune outside what the operator serves; `served` holds codes, or nothing for everywhere.

    Grants over a territory are the same in the tokens of every operator: this is what keeps an EBV of elsewhere from
    reaching défis here.
    """
    if served and commune not in served and departement_of(commune) not in served:
        raise _invalid("commune", "defi.not_served", N_("This operator does not serve this commune."))


def next_stage(stage: Stage) -> Stage | None:
    """The stage after, or None after the last."""
    order = list(Stage)
    place = order.index(stage) + 1
    return order[place] if place < len(order) else None


def entered(claimed: Stage, confirmed: Stage | None) -> Stage:
    """The stage at which a défi is published: the claimed one, or an earlier one, as the EBV confirms.

    Raises `Invalid` on the field `stage` when an existing initiative's stage is not confirmed in so many words, or
    when more is confirmed than was claimed.
    """
    if confirmed is None:
        if claimed is not Stage.INFORMACTION:
            raise _invalid(
                "stage", "decision.stage_missing", N_("Confirm the stage at which this initiative enters.")
            )
        return Stage.INFORMACTION
    order = list(Stage)
    if order.index(confirmed) > order.index(claimed):
        raise _invalid("stage", "decision.stage_beyond", N_("The défi did not ask to enter at that stage."))
    return confirmed


def check_reason(action: Action, reason: Refusal | None) -> None:
    """Raise `Invalid` on the field `reason` unless a refusal, and nothing else, has one."""
    if action is Action.REFUSE and reason is None:
        raise _invalid(
            "reason", "decision.reason_missing", N_("A refusal needs a reason: the porteur will read it.")
        )
    if action is not Action.REFUSE and reason is not None:
        raise _invalid("reason", "decision.reason_unexpected", N_("Only a refusal has a reason."))


def check_editable(state: State, fields: Collection[str]) -> None:
    """Raise `Conflict` when the défi is past changing, `Forbidden` naming the fields that stay as they are."""
    allowed = _EDITABLE.get(state)
    if allowed is None:
        raise _not_now(state)
    fixed = sorted(set(fields) - allowed)
    if fixed:
        sentence = Sentence(N_("This no longer changes once the défi was sent."))
        raise Forbidden(
            "defi.field_fixed",
            N_("Some of this no longer changes."),
            errors=[FieldError(field, sentence) for field in fixed],
        )


def check_running(state: State) -> None:
    """Raise `Conflict` unless the défi is published and not paused: nobody joins or offers otherwise."""
    if state is not State.PUBLISHED:
        raise _not_now(state)


def shown_title(title: str | None, problem: str | None) -> str:
    """What a défi is called: its title, or the first words of its problem while it has none."""
    if title:
        return title
    words = (problem or "").split()
    shown = ""
    for word in words:
        if len(shown) + len(word) > 79:
            return f"{shown} …"
        shown = f"{shown} {word}".strip()
    return shown


def theme_codes(themes: Sequence[str]) -> list[str]:
    """Themes as other services may know them: codes of the published list, and `other` once for all the rest."""
    known = [theme for theme in themes if theme in THEMES]
    return known + ["other"] * (len(known) < len(themes))


def _not_now(state: State) -> Conflict:
    return Conflict(f"defi.{state}", _NOT_NOW[state])


def _invalid(field: str, code: str, message: str) -> Invalid:
    return Invalid(code, message, errors=(FieldError(field, Sentence(message)),))
