"""A cause's page: where it stands, what it holds, and one thread from a proposal to a measure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.pages.causes.phases import phases
from tests.pages.house import House, Person
from tests.pages.programme import TEXTS, Programme, programme

TODAY = datetime.now(UTC).date()


def test_a_cause_says_what_it_is_for_and_that_nothing_came_yet(home: House, visitor: Person) -> None:
    bare = programme(home, "bare")
    page = visitor.read(f"/causes/{bare.slug}")
    assert "Grande Cause des Territoires" in page
    assert "Améliorer les conditions de vie dans tous les territoires" in page
    assert "Comment améliorer les conditions de vie" in page
    assert "Aucun atelier pour l’instant" in page
    assert "Aucune action pour l’instant" in page
    assert "Suivre un fil" not in page
    assert "Conduire cette cause" not in page


def test_a_thread_is_followed_from_a_proposal_to_a_measure(cause: Programme, visitor: Person) -> None:
    workshop = cause.convene()
    (action,) = cause.hold(workshop, "Dix véhicules partagés")
    cause.adopt(action)
    indicator = cause.indicator(action, first_due_on=TODAY)
    cause.measure(indicator, "4", TODAY)
    thread = visitor.read(f"/causes/{cause.slug}").partition("Suivre un fil")[2]
    knots = [TEXTS[0], f"/workshops/{workshop}", "Dix véhicules partagés", "4 communes", "cible : 10"]
    assert [knot for knot in knots if knot not in thread] == []
    assert [thread.index(knot) for knot in knots] == sorted(thread.index(knot) for knot in knots)


def test_what_is_late_is_said_on_the_causes_page(home: House, visitor: Person) -> None:
    tardy = programme(home, "tardy")
    (action,) = tardy.hold(tardy.convene(), "Retrouver les gares")
    tardy.adopt(action)
    assert "Une mesure est en retard" not in visitor.read(f"/causes/{tardy.slug}")
    tardy.indicator(action, first_due_on=TODAY - timedelta(days=1))
    assert "Une mesure est en retard" in visitor.read(f"/causes/{tardy.slug}")


def test_only_who_coordinates_is_shown_the_way_to_the_desk(home: House, cause: Programme) -> None:
    way = f"/coordination/{cause.slug}"
    assert way in home.citizen(grants=cause.coordinator).read(f"/causes/{cause.slug}")
    assert way in home.citizen(grants=(("administrator", "coalition"),)).read(f"/causes/{cause.slug}")
    assert way not in home.citizen().read(f"/causes/{cause.slug}")


def test_a_cause_is_read_in_english(home: House, cause: Programme) -> None:
    page = home.somebody("en").read(f"/causes/{cause.slug}")
    assert "The Great Cause of the Territories" in page
    assert "Where it stands" in page
    assert '<span lang="fr">Améliorer' in page


def test_there_is_no_page_of_an_unknown_cause(visitor: Person) -> None:
    assert visitor.get("/causes/inconnue").status_code == 404


def states(
    asked: tuple[str, ...] = (),
    convened: tuple[str, ...] = (),
    acted: tuple[str, ...] = (),
    *,
    status: str = "open",
) -> list[str]:
    def dated(**values: Any) -> dict[str, Any]:
        return {"opens_at": "1", "closes_at": "2", "starts_at": "3", "created_at": "4"} | values

    found = phases(
        dated(status=status),
        [dated(status=one) for one in asked],
        [dated(state=one) for one in convened],
        [dated(status=one) for one in acted],
    )
    return [phase.state for phase in found]


@pytest.mark.parametrize(
    ("holds", "expected"),
    [
        (((), (), ()), ["next", "next", "next"]),
        ((("upcoming",), (), ()), ["next", "next", "next"]),
        ((("open", "closed"), (), ()), ["now", "next", "next"]),
        ((("closed", "upcoming"), (), ()), ["now", "next", "next"]),
        ((("closed",), (), ()), ["done", "now", "next"]),
        ((("open",), ("scheduled",), ()), ["now", "now", "next"]),
        ((("closed",), ("held",), ("draft",)), ["done", "now", "next"]),
        ((("closed",), ("cancelled",), ("abandoned",)), ["done", "now", "next"]),
        ((("closed",), ("held",), ("under_way", "draft")), ["done", "done", "now"]),
        ((("closed",), ("held", "scheduled"), ("planned",)), ["done", "now", "now"]),
    ],
)
def test_each_phase_says_for_itself_where_it_stands(holds: Any, expected: list[str]) -> None:
    assert states(*holds) == expected


def test_actions_are_over_with_their_cause() -> None:
    assert states(("closed",), ("held",), ("done",), status="closed")[-1] == "done"
