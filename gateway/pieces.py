"""Pieces of pages that depend on figures or choices alone, and not on who reads: rendered once for the same ones.

A page of results has twenty bars, the map a hundred shapes, the list of défis a hundred and fifty choices: these were
half of what their pages cost.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from functools import lru_cache, partial
from typing import Final

from flask import Flask
from flask_babel import get_locale
from markupsafe import Markup

from gateway.figures import CHOICES

BAR: Final = "components/_bar.html"
MAP: Final = "territories/_map.html"
FILTERS: Final = "territories/_filters.html"

MOST_KEPT: Final = {BAR: 1024, MAP: 32, FILTERS: 64}
"""Of each piece, by its template: a bar takes 1 kB, the filters 10 kB, a map 50 kB."""


class Pieces:
    """The pieces of one site. A template draws them with `bar_of`, `map_of` and `filters_of`."""

    def __init__(self, app: Flask) -> None:
        """`app` has the templates, which have nothing but the values that they are drawn of."""
        self._app = app
        self._drawn = {
            template: lru_cache(maxsize=most)(partial(self._draw, template))
            for template, most in MOST_KEPT.items()
        }

    def bar_of(self, tally: Mapping[str, int], legend: bool) -> Markup:
        """The bar of a tally, with its words under it where `legend` says so."""
        counts = {name: tally[name] for name in (*CHOICES, "total")}
        return self._in_language(BAR, **counts, legend=legend)

    def map_of(
        self, counts: Mapping[str, int], chosen: str | None, narrowed: Mapping[str, str | None]
    ) -> Markup:
        """The map of counts by code of département, `chosen` being looked at; its links keep what is `narrowed`."""
        figures = {"counts": tuple(counts.items()), "narrowed": tuple(narrowed.items())}
        return self._in_language(MAP, **figures, chosen=chosen)

    def filters_of(self, filters: Mapping[str, str | None], themes: Iterable[str]) -> Markup:
        """The fields that narrow the list of défis, as `filters` has them; `themes` are the codes to choose from."""
        return self._in_language(FILTERS, filters=tuple(filters.items()), themes=tuple(themes))

    def _in_language(self, template: str, **values: Hashable) -> Markup:
        return self._drawn[template](get_locale().language, **values)

    def _draw(self, template: str, _language: str, **values: Hashable) -> Markup:
        # Without the context of a page: a piece that asked who reads would get no answer.
        return Markup(self._app.jinja_env.get_or_select_template(template).render(values))  # noqa: S704 - escaped
