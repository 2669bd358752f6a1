"""Templates compiled for each language: each reader their own, and markup stays markup."""

from __future__ import annotations

from pathlib import Path

import flask
import pytest
from jinja2 import nodes

from gateway.compiling import ByLanguage
from libs.chassis.i18n import LANGUAGES

TEMPLATES = Path(__file__).parents[2] / "gateway/templates"


def test_what_is_known_of_a_language_is_text_once_compiled(app):
    source = "{{ _('Find') }}{{ icon('search') }}{{ url_for('defi_list.index', stage='creaction') }}"
    for language, words in (("fr", "Chercher"), ("en", "Find")):
        compiled = compiled_for(app, language).compile(source, "page.html", raw=True)
        assert words in compiled
        assert "#search" in compiled
        assert "/defis?stage=creaction" in compiled
        assert "context.call" not in compiled


def test_what_a_reader_brings_is_filled_in_for_each_and_escaped(app):
    source = "{{ _('Communes found for “%(typed)s”', typed=typed) }}"
    french, english = (compiled_for(app, language).from_string(source) for language in LANGUAGES)
    assert french.render(typed="<b>") == "Communes trouvées pour «\N{NBSP}&lt;b&gt;\N{NBSP}»"
    assert french.render(typed="Épinal") == "Communes trouvées pour «\N{NBSP}Épinal\N{NBSP}»"
    assert english.render(typed="<b>") == "Communes found for “&lt;b&gt;”"


def test_an_address_with_an_unknown_part_or_an_anchor_waits_for_its_reader(app):
    source = "{{ url_for('place.show', code=code) }} {{ url_for('place.search', _anchor='found') }}"
    with app.test_request_context():
        assert compiled_for(app, "fr").from_string(source).render(code="88160") == "/ici/88160 /ici#found"


@pytest.mark.parametrize(
    ("endpoint", "values"),
    [
        ("defi_list.index", {}),
        ("defi_list.index", {"stage": "creaction", "cursor": None}),
        ("defi_list.index", {"cursor": 1}),
        ("defi_list.index", {"cursor": True}),
        ("defi_list.index", {"theme": ["eau", "arbres & co"]}),
        ("place.show", {"code": "2A004"}),
        ("place.search", {"q": "Saint-Dié « là »", "_anchor": "found"}),
        ("results.overview", {"slug": "territoires"}),
    ],
)
def test_a_link_is_what_flask_makes_of_it_the_second_time_too(app, endpoint, values):
    link = compiled_for(app, "fr").globals["url_for"]
    with app.test_request_context():
        assert [link(endpoint, **values), link(endpoint, **values)] == [flask.url_for(endpoint, **values)] * 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_template_puts_markup_together_of_known_pieces_alone(app, language):
    """Jinja would work it out as it compiles, forget that it is markup, and escape it: `{% set %}` is for that."""
    environment = compiled_for(app, language)
    for path in TEMPLATES.rglob("*.html"):
        settled = environment._settling.visit(environment.parse(path.read_text()))
        for together in settled.find_all(nodes.Concat):
            assert not all(known(part) for part in together.nodes), f"{path.name}:{together.lineno}"


def compiled_for(app, language: str) -> ByLanguage:
    return app.jinja_env._in(language)


def known(node: nodes.Expr) -> bool:
    try:
        node.as_const()
    except nodes.Impossible:
        return False
    return True
