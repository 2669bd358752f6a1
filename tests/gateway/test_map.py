"""The map of the départements: complete, named as INSEE does, light; and its shades."""

from __future__ import annotations

import gzip
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.map.compile import PARIS_INSET, area, bounds, fitted, path_of, simplified, straightened
from gateway.map.outlines import SHIPPED, departement_of, departements
from gateway.map.shades import STEPS, legend, rank_of, upper_bounds
from services.identity.territories.gazetteer import read_gazetteer

SQUARE = [(0.0, 0.0), (0.0, 10.0), (10.0, 10.0), (10.0, 0.0), (0.0, 0.0)]


def test_every_departement_is_drawn_and_named_as_insee_names_it():
    listed = {one.code: one.name for one in read_gazetteer().departements}
    drawn = {code: outline.name for code, outline in departements().departements.items()}
    collectivities = {"975", "977", "978", "984", "986", "987", "988", "989"}
    assert {code: name for code, name in listed.items() if code not in collectivities} == drawn
    assert len(drawn) == 101


def test_each_outline_is_a_path_that_stays_on_the_drawing():
    drawing = departements()
    for outline in drawing.departements.values():
        for path in filter(None, (outline.path, outline.larger)):
            assert re.fullmatch(r"(M\d+ \d+l[-\d ]+z)+", path), outline.code
            assert within(path, (0, 0, drawing.width, drawing.height)), outline.code


def within(path, box):
    for ring in re.findall(r"M(\d+) (\d+)l([^z]+)", path):
        x, y = int(ring[0]), int(ring[1])
        steps = [int(step) for step in re.findall(r"-?\d+", ring[2])]
        for dx, dy in zip(steps[::2], steps[1::2], strict=True):
            x, y = x + dx, y + dy
            if not (box[0] <= x <= box[2] and box[1] <= y <= box[3]):
                return False
    return True


def test_paris_and_its_neighbours_are_drawn_again_larger():
    larger = {code: one.larger for code, one in departements().departements.items() if one.larger}
    assert set(larger) == {"75", "92", "93", "94"}
    assert all(within(path, PARIS_INSET) for path in larger.values())


def test_the_map_is_light():
    assert len(gzip.compress(SHIPPED.read_bytes())) < 15_000


def test_a_line_keeps_its_ends_and_only_the_corners_that_matter():
    line = [(0.0, 0.0), (5.0, 0.4), (10.0, 0.0), (10.0, 10.0)]
    assert straightened(line, 1.0) == [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)]
    assert straightened(line, 0.1) == line


def test_specks_are_left_out_unless_there_is_nothing_else():
    speck = [(50.0, 50.0), (56.0, 50.0), (53.0, 53.0), (50.0, 50.0)]
    assert simplified([speck, SQUARE]) == [SQUARE]
    assert simplified([speck]) == [speck]
    assert area(SQUARE) == 100


def test_a_shape_is_fitted_in_the_middle_without_being_stretched():
    (ring,) = fitted([SQUARE], bounds([SQUARE]), (0, 0, 40, 20))
    assert bounds([ring]) == (10, 0, 30, 20)
    assert path_of([ring]) == "M10 0l0 20 20 0 0-20-20 0z"


@pytest.mark.parametrize(
    ("most", "steps"),
    [
        (0, [(0, 0)]),
        (1, [(0, 0), (1, 1)]),
        (3, [(0, 0), (1, 1), (2, 2), (3, 3)]),
        (9, [(0, 0), (1, 3), (4, 5), (6, 7), (8, 9)]),
    ],
)
def test_the_legend_has_no_more_shades_than_there_are_counts(most, steps):
    assert [(step.least, step.most) for step in legend(most)] == steps


@given(st.integers(1, 10_000), st.data())
def test_each_count_has_the_shade_that_the_legend_says(most, data):
    count = data.draw(st.integers(0, most))
    (step,) = (step for step in legend(most) if step.least <= count <= step.most)
    assert rank_of(count, upper_bounds(most)) == step.rank <= STEPS


@pytest.mark.parametrize(
    ("commune", "departement"), [("88160", "88"), ("2A004", "2A"), ("97411", "974"), ("98818", "988")]
)
def test_the_departement_of_a_commune_is_in_its_code(commune, departement):
    assert departement_of(commune) == departement
