"""The kind of a commune, by figures and by density."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.territories.reclassing import Reclassed, in_words, summarise
from services.identity.territories.rules import (
    KINDS,
    Density,
    Figures,
    Grouping,
    kind_by_density,
    kind_by_figures,
)

METROPOLE = Grouping("METRO", 500_000, 200_000)
LYON = Grouping("MET69", 1_400_000, 520_000)
SMALL = Grouping("CC", 20_000, 6_000)
TOWN = Grouping("CA", 90_000, 45_000)


@pytest.mark.parametrize(
    ("people", "grouping", "largest", "kind"),
    [
        (50_000, None, False, "metropole"),
        (49_999, None, False, "petite_ville"),
        (8_000, METROPOLE, False, "metropole"),
        (7_999, METROPOLE, False, "pavillonnaire"),
        (8_000, SMALL, False, "petite_ville"),
        (2_000, SMALL, True, "petite_ville"),
        (2_000, SMALL, False, "rural"),
        (1_999, SMALL, True, "rural"),
        (3_000, TOWN, False, "pavillonnaire"),
        (2_999, TOWN, False, "rural"),
        (500, LYON, False, "pavillonnaire"),
        (499, LYON, False, "rural"),
        (200, None, False, "rural"),
        (0, SMALL, False, None),
        (None, None, False, None),
    ],
)
def test_the_kind_by_figures(people, grouping, largest, kind):
    assert kind_by_figures(Figures(people, grouping, largest)) == kind


@pytest.mark.parametrize(
    ("level", "people", "grouping", "largest", "kind"),
    [
        (Density.GREAT_URBAN_CENTRE, 9_000, SMALL, False, "metropole"),
        (Density.URBAN_CENTRE, 9_000, METROPOLE, False, "metropole"),
        (Density.URBAN_CENTRE, 9_000, LYON, False, "metropole"),
        (Density.URBAN_CENTRE, 9_000, TOWN, False, "petite_ville"),
        (Density.URBAN_CENTRE, 9_000, None, False, "petite_ville"),
        (Density.SMALL_TOWN, 9_000, METROPOLE, False, "petite_ville"),
        (Density.URBAN_BELT, 9_000, SMALL, True, "pavillonnaire"),
        (Density.RURAL_TOWN, 2_000, SMALL, True, "petite_ville"),
        (Density.RURAL_TOWN, 1_999, SMALL, True, "rural"),
        (Density.RURAL_TOWN, 2_000, SMALL, False, "rural"),
        (Density.RURAL_TOWN, 2_000, METROPOLE, False, "pavillonnaire"),
        (Density.RURAL_TOWN, 2_000, None, False, "rural"),
        (Density.SCATTERED, 9_000, METROPOLE, True, "rural"),
        (Density.VERY_SCATTERED, 9_000, METROPOLE, True, "rural"),
        (None, 9_000, METROPOLE, True, None),
    ],
)
def test_the_kind_by_density(level, people, grouping, largest, kind):
    assert kind_by_density(level, Figures(people, grouping, largest)) == kind


figures = st.builds(
    Figures,
    st.one_of(st.none(), st.integers(0, 3_000_000)),
    st.one_of(
        st.none(),
        st.builds(
            Grouping,
            st.sampled_from(["CC", "CA", "CU", "METRO", "MET69"]),
            st.integers(0, 7_000_000),
            st.integers(0, 3_000_000),
        ),
    ),
    st.booleans(),
)


@given(figures, st.sampled_from(Density))
def test_whoever_is_counted_has_a_kind(commune, level):
    assert (kind_by_figures(commune) in KINDS) == bool(commune.population)
    assert kind_by_density(level, commune) in KINDS


@given(figures, st.integers(1, 1_000_000))
def test_more_people_never_make_a_metropole_into_something_else(commune, more):
    if kind_by_figures(commune) == "metropole":
        assert commune.population is not None
        grown = Figures(commune.population + more, commune.grouping, commune.is_largest)
        assert kind_by_figures(grown) == "metropole"


@given(
    st.lists(
        st.builds(
            Reclassed,
            st.text(max_size=5),
            st.integers(0, 100),
            st.sampled_from([*KINDS, None]),
            st.sampled_from([*KINDS, None]),
        )
    )
)
def test_the_report_counts_everybody_once(communes):
    report = summarise(communes, [])
    for rule in ("by_figures", "by_density"):
        assert sum(each[rule]["people"] for each in report["kinds"]) == sum(each.people for each in communes)
        assert sum(each[rule]["communes"] for each in report["kinds"]) == len(communes)
    assert sum(each["people"] for each in report["changes"]) == report["changed"]["people"]
    assert sum(each["communes"] for each in report["changes"]) == report["changed"]["communes"]
    for each in report["kinds"]:
        gained = sum(move["people"] for move in report["changes"] if move["to"] == each["kind"])
        lost = sum(move["people"] for move in report["changes"] if move["from"] == each["kind"])
        assert each["by_density"]["people"] - each["by_figures"]["people"] == gained - lost


def test_the_report_for_people_names_what_it_counts():
    report = summarise(
        [Reclassed("01001", 860, "rural", "pavillonnaire"), Reclassed("98901", 0, None, None)], ["01126"]
    )
    said = in_words(report)
    assert "rural         → pavillonnaire" in said
    assert "non classée" in said
    assert "01126" in said
