"""Pieces of pages that are drawn once for the same figures: the same for everybody, and each language its own."""

from __future__ import annotations

import pytest
from flask_babel import force_locale
from jinja2 import meta, nodes

from gateway.pieces import BAR, FILTERS, MAP, Pieces

OF_READERS = {"csrf_token", "g", "get_flashed_messages", "request", "session"}
VALUES = {
    BAR: {"agree", "neutral", "disagree", "total", "legend"},
    MAP: {"counts", "chosen", "narrowed"},
    FILTERS: {"filters", "themes"},
}
TALLY = {"agree": 3, "neutral": 1, "disagree": 1, "total": 5, "qualifiers": {}}


@pytest.fixture
def pieces(app):
    with app.test_request_context("/defis"):
        yield Pieces(app)


def test_the_same_figures_are_drawn_once_in_each_language_and_others_apart(pieces):
    assert pieces.bar_of(TALLY, True) is pieces.bar_of(dict(TALLY), True)
    assert "60 % d’accord" in words(pieces.bar_of(TALLY, True))
    assert "d’accord" not in pieces.bar_of(TALLY, False)
    with force_locale("en"):
        assert "60% agree" in words(pieces.bar_of(TALLY, True))
    assert "100 % d’accord" in words(pieces.bar_of({**TALLY, "neutral": 0, "disagree": 0, "total": 3}, True))


def test_a_map_keeps_its_filters_its_figures_and_what_is_looked_at_apart(pieces):
    plain = pieces.map_of({"88": 4}, None, {})
    assert plain is pieces.map_of({"88": 4}, None, {})
    assert 'href="/defis?departement=88"' in plain
    assert "Vosges : 4 défis" in words(plain)
    assert 'href="/defis?stage=creaction&amp;departement=88"' in pieces.map_of(
        {"88": 4}, None, {"stage": "creaction", "departement": "54"}
    )
    assert "Vosges : 5 défis" in words(pieces.map_of({"88": 5}, None, {}))
    assert 'aria-current="true"' not in plain
    assert 'aria-current="true"' in pieces.map_of({"88": 4}, "88", {})


def test_filters_keep_each_choice_and_each_set_of_themes_apart(pieces):
    nothing = dict.fromkeys(("stage", "theme", "departement", "kind"), None) | {"state": "running"}
    plain = pieces.filters_of(nothing, ["mobilite"])
    assert plain is pieces.filters_of(dict(nothing), ["mobilite"])
    assert plain.count(" selected") == 1
    assert '<option value="88">88 – Vosges</option>' in plain
    assert '<option value="88" selected>' in pieces.filters_of(nothing | {"departement": "88"}, ["mobilite"])
    assert 'value="fete"' in pieces.filters_of(nothing, ["mobilite", "fete"])
    with force_locale("en"):
        assert "Kind of territory" in pieces.filters_of(nothing, ["mobilite"])


@pytest.mark.parametrize("template", [BAR, MAP, FILTERS])
def test_a_piece_knows_nothing_of_its_reader(app, template):
    environment = app.jinja_env
    tree = environment.parse(environment.loader.get_source(environment, template)[0])
    assert meta.find_undeclared_variables(tree) == VALUES[template]
    assert not OF_READERS & {name.name for name in tree.find_all(nodes.Name)}


def words(markup: str) -> str:
    return " ".join(
        markup.replace("\N{NBSP}", " ")
        .replace("\N{NARROW NO-BREAK SPACE}", " ")
        .replace("</strong>", "")
        .split()
    )
