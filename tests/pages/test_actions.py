"""Actions: who answers for one, who measures it, every measure with its corrections, and what is late."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from gateway import curves
from libs.chassis.ids import uuid7
from services.consultation.observatory.models import ObservedDefi
from tests.pages.house import House, Person
from tests.pages.programme import TEXTS, Programme

TODAY = datetime.now(UTC).date()


def under_way(cause: Programme, title: str = "Dix véhicules partagés", measurer: UUID | None = None) -> UUID:
    (action,) = cause.hold(cause.convene(), title)
    cause.adopt(action, measurer)
    return action


def test_an_action_says_who_answers_for_it_and_who_measures_it(cause: Programme, visitor: Person) -> None:
    page = visitor.read(f"/actions/{under_way(cause)}")
    assert "Portée par Fédération des mobilités rurales, qui en répond" in page
    assert "Mesurée par Université de Lorraine, un autre organisme" in page
    assert TEXTS[0] in page
    assert "Se déplacer sans voiture à soi" in page
    assert "/defis/launch?action=" in page


def test_a_draft_is_shown_as_one_that_nobody_answers_for(cause: Programme, visitor: Person) -> None:
    (draft,) = cause.hold(cause.convene(), "Un brouillon")
    page = visitor.read(f"/actions/{draft}")
    assert "personne n’en répond encore" in page
    assert "Ce qui est mesuré" not in page
    assert "/defis/launch" not in page


def test_a_correction_replaces_nothing_in_silence(cause: Programme, visitor: Person) -> None:
    action = under_way(cause)
    indicator = cause.indicator(action, first_due_on=TODAY)
    wrong = cause.measure(indicator, "41.5", TODAY)
    cause.measure(indicator, "4.15", TODAY, corrects=wrong, reason="Une virgule mal placée.")
    page = visitor.read(f"/actions/{action}")
    assert "<del>41,5</del>" in page
    assert "Corrigée le" in page
    assert "Correction : Une virgule mal placée." in page.replace("\xa0", " ")
    assert "4,15" in page
    assert page.count("<circle") == 1


def test_a_late_measure_and_a_late_milestone_are_said_plainly(cause: Programme, visitor: Person) -> None:
    action = under_way(cause)
    cause.indicator(action, first_due_on=TODAY - timedelta(days=3))
    cause.milestone(action, "Dix communes volontaires", TODAY - timedelta(days=1))
    page = visitor.read(f"/actions/{action}")
    assert "Une mesure était attendue le" in page
    assert "En retard" in page


def test_defis_are_counted_even_where_their_operator_does_not_answer(
    home: House, cause: Programme, visitor: Person
) -> None:
    action = under_way(cause)
    page = visitor.read(f"/actions/{action}")
    assert "Aucun défi ne la porte encore." in page
    with home.databases["consultation"].transaction() as session:
        session.add(
            ObservedDefi(
                operator="op9",
                id=uuid7(),
                stage="creaction",
                themes=[],
                origin_kind="action",
                origin_owner="coalition",
                origin_id=action,
                sequence=1,
                news_at=datetime.now(UTC),
            )
        )
    page = visitor.read(f"/actions/{action}")
    assert "1 défi chez l’opérateur op9. Il ne répond pas pour l’instant" in page
    assert "Aucun défi ne la porte encore." not in page


def test_all_actions_are_listed_with_their_cause_and_latest_figure(cause: Programme, visitor: Person) -> None:
    action = under_way(cause, "Une action parmi d’autres")
    cause.measure(cause.indicator(action, first_due_on=TODAY), "7", TODAY)
    page = visitor.read("/actions")
    assert "Une action parmi d’autres" in page
    assert "Grande Cause des Territoires" in page
    assert "7 communes" in page


def test_an_action_is_read_in_english(home: House, cause: Programme) -> None:
    action = under_way(cause)
    cause.measure(cause.indicator(action, first_due_on=TODAY), "2.5", TODAY)
    page = home.somebody("en").read(f"/actions/{action}")
    assert "Communes that share a vehicle" in page
    assert "target: 10" in page
    assert "2.5" in page


def test_there_is_no_page_of_an_unknown_action(visitor: Person) -> None:
    assert visitor.get("/actions/01890000-0000-7000-8000-000000000000").status_code == 404


def measured(id: str, day: date, value: str, kind: str | None = None, corrects: str | None = None) -> Any:
    return {"id": id, "measured_on": day.isoformat(), "value": value, "kind": kind, "corrects": corrects}


JANUARY, JUNE = date(2026, 1, 1), date(2026, 6, 1)
UPWARDS: dict[str, Any] = {"baseline": "0.000000", "target": "10.000000"}


def test_a_curve_goes_up_towards_its_target() -> None:
    drawn = curves.curve(UPWARDS, [measured("b", JUNE, "6"), measured("a", JANUARY, "2")])
    assert drawn is not None
    (line,) = drawn.lines
    assert line.points[0].x < line.points[1].x
    assert drawn.target < line.points[1].y < line.points[0].y < drawn.baseline
    assert (drawn.first, drawn.last) == (JANUARY, JUNE)


def test_what_was_corrected_is_not_drawn() -> None:
    drawn = curves.curve(
        UPWARDS,
        [measured("a", JUNE, "60"), measured("b", JUNE, "6", corrects="a"), measured("c", JANUARY, "1")],
    )
    assert drawn is not None
    assert [len(line.points) for line in drawn.lines] == [2]


def test_each_kind_has_its_line_only_where_nothing_was_measured_for_all() -> None:
    rural, town = measured("a", JUNE, "1", "rural"), measured("b", JUNE, "2", "petite_ville")
    apart = curves.curve(UPWARDS, [rural, town])
    together = curves.curve(UPWARDS, [rural, town, measured("c", JUNE, "3")])
    assert apart is not None
    assert [line.kind for line in apart.lines] == ["rural", "petite_ville"]
    assert together is not None
    assert [line.kind for line in together.lines] == [None]


def test_nothing_measured_draws_nothing_and_equal_figures_can_be_drawn() -> None:
    assert curves.curve(UPWARDS, []) is None
    flat = curves.curve({"baseline": "3", "target": "3"}, [measured("a", JUNE, "3")])
    assert flat is not None
    assert flat.baseline == flat.target


@pytest.mark.parametrize(
    ("baseline", "target", "value", "percent"),
    [
        ("0", "10", "4", 40),
        ("100", "50", "75", 50),
        ("0", "10", "12", 100),
        ("0", "10", "-3", 0),
        ("5", "5", "5", 100),
    ],
)
def test_how_far_a_figure_has_come(baseline: str, target: str, value: str, percent: int) -> None:
    assert curves.progress({"baseline": baseline, "target": target}, value) == percent
