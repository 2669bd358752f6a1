"""Templates, compiled once for each language: whatever a template says alike to all readers of a language is worked out
as it is compiled, and is text from then on.

A page has a hundred such pieces, its sentences, icons and links of the site, and looking them up again for every reader
was a third of what a page costs. What depends on a name, a number or the reader is left to the moment of showing.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from functools import lru_cache
from typing import Any, Final, cast

import flask
from babel.support import NullTranslations
from flask.sansio.app import App
from flask.templating import Environment
from flask_babel import get_locale
from jinja2 import Template, nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup
from werkzeug.routing import BuildError

from libs.chassis.i18n import LANGUAGES, Catalogues

Known = Mapping[str, Callable[..., str]]
"""Functions of templates whose answer depends on their arguments alone, by the names that templates know them by."""


MOST_COUNTED: Final = 2048
"""Sentences that are kept in the form that a count asks for."""
MOST_LINKS: Final = 4096
"""Links within the site that are kept, some 200 bytes each."""


class ByLanguage(Environment):
    """The environment of the templates. It hands each one out in the reader's language."""

    def __init__(self, app: App, **options: Any) -> None:
        super().__init__(app, **options)
        self._languages: dict[str, ByLanguage] = {}
        self._settling: Settling | None = None

    def get_or_select_template(self, *args: Any, **options: Any) -> Template:
        """The template, compiled for the reader's language; and with it those that it is made of."""
        if self._settling is None:
            return self._in(str(get_locale() or LANGUAGES[0])).get_or_select_template(*args, **options)
        return super().get_or_select_template(*args, **options)

    def _in(self, language: str) -> ByLanguage:
        # Made at the first page, when the app is complete. Two threads may make one each: they are alike.
        if language not in self._languages:
            made = self.overlay()
            translations = cast(Catalogues, self.app.extensions["maillage.catalogues"]).in_language(language)
            made._settling = Settling(translations, _known(self.app))
            made.globals = {
                **self.globals,
                "ngettext": _counting(translations),
                "url_for": _linking(self.app),
            }
            self._languages[language] = made
        return self._languages[language]

    def _generate(self, source: nodes.Template, *args: Any, **options: Any) -> str:
        if self._settling is not None:
            source = self._settling.visit(source)
        return super()._generate(source, *args, **options)


class Settling(NodeTransformer):
    """Puts the words themselves in the place of calls whose words are known."""

    def __init__(self, translations: NullTranslations, known: Known) -> None:
        self._translations = translations
        self._known = known

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - as Jinja calls it
        """A sentence in its language, with places for what is not known yet; or what a known function answers."""
        self.generic_visit(node)
        if not isinstance(node.node, nodes.Name) or node.dyn_args or node.dyn_kwargs:
            return node
        if node.node.name == "_":
            return self._sentence(node)
        if node.node.name in self._known:
            return self._answer(node, self._known[node.node.name])
        return node

    def _sentence(self, node: nodes.Call) -> nodes.Node:
        (sentence,) = node.args
        if not isinstance(sentence, nodes.Const):
            return node
        words = str(self._translations.ugettext(sentence.value))
        if not node.kwargs:
            # Also where nothing is filled in, two percent signs are one.
            return _at(node, nodes.TemplateData(words % {}))
        places = [nodes.Pair(nodes.Const(place.key), place.value) for place in node.kwargs]
        return _at(node, nodes.Mod(nodes.TemplateData(words), nodes.Dict(places)))

    def _answer(self, node: nodes.Call, answer: Callable[..., str]) -> nodes.Node:
        if any(option.key.startswith("_") for option in node.kwargs):
            return node  # Flask's own options of addresses
        try:
            args = [arg.as_const() for arg in node.args]
            found = answer(*args, **{option.key: option.value.as_const() for option in node.kwargs})
        except (nodes.Impossible, BuildError):
            return node
        return _at(node, (nodes.TemplateData if isinstance(found, Markup) else nodes.Const)(found))


def _counting(translations: NullTranslations) -> Callable[..., Markup]:
    """`ngettext` of one language: Flask-Babel's asks again, for each sentence, which that is."""

    @lru_cache(maxsize=MOST_COUNTED)
    def words(singular: str, plural: str, count: int) -> Markup:
        return Markup(translations.ungettext(singular, plural, count))  # noqa: S704 - our own sentence

    def ngettext(singular: str, plural: str, count: int, /, **places: Any) -> Markup:
        return words(singular, plural, count) % {"num": count, **places}

    return ngettext


def _linking(app: App) -> Callable[..., str]:
    """`url_for` that keeps the links within the site: a list has one or two in each of its rows."""
    build = _links_of(app)

    @lru_cache(maxsize=MOST_LINKS, typed=True)
    def kept(endpoint: str, names: tuple[str, ...], *values: Hashable) -> str:
        return build(endpoint, **dict(zip(names, values, strict=True)))

    def link(endpoint: str, /, **values: Any) -> str:
        if endpoint.startswith(".") or any(name.startswith("_") for name in values):
            return flask.url_for(endpoint, **values)  # of the page at hand, or with Flask's own options
        if all(isinstance(value, Hashable) for value in values.values()):
            return kept(endpoint, tuple(values), *values.values())
        return build(endpoint, **values)

    return link


def _links_of(app: App) -> Callable[..., str]:
    # The site stands at the root of its host.
    site = app.url_map.bind("", "/")
    return lambda endpoint, **values: site.build(endpoint, values)


def _at(place: nodes.Node, node: nodes.Node) -> nodes.Node:
    """`node`, made to stand where `place` stood."""
    return node.set_environment(cast(Environment, place.environment)).set_lineno(place.lineno)


def _known(app: App) -> Known:
    return {
        "url_for": _links_of(app),
        **{name: cast(Callable[..., str], app.jinja_env.globals[name]) for name in ("icon", "static_url")},
    }
