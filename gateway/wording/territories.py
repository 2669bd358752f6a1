"""Words for territories."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from gateway.wording.label import Label

KINDS = {
    "rural": Label(_("Rural"), "trees"),
    "pavillonnaire": Label(_("Suburban"), "house"),
    "petite_ville": Label(_("Small town"), "landmark"),
    "metropole": Label(_("Metropolis"), "building-2"),
}
"""The four kinds of territory, in the order to show."""

UNCLASSED = _("Not classed")
"""The kind of a commune of which nothing is known."""


@dataclass(frozen=True, slots=True)
class KindPage:
    """What the page of a kind of territory says of it."""

    title: LazyString
    meaning: LazyString
    life: LazyString


KIND_PAGES = {
    "rural": KindPage(
        _("Rural territories"),
        _("Villages and market towns among fields and forests, away from the belt of a city."),
        _(
            "Distances are long, everybody knows somebody, and a room at the town hall is seldom refused: a défi "
            "often begins with what has closed."
        ),
    ),
    "pavillonnaire": KindPage(
        _("Suburban territories"),
        _("Communes of houses with gardens around a city or a town, from which many leave in the morning."),
        _(
            "People sleep here and live elsewhere: a défi often begins with neighbours who want to meet, move "
            "without a car, or share what each has bought alone."
        ),
    ),
    "petite_ville": KindPage(
        _("Small towns"),
        _("Towns that the villages around them rely on, for school, market, doctor and station."),
        _(
            "Everything is within a walk, and much depends on whether it stays: a défi often begins in an empty "
            "shop or a schoolyard."
        ),
    ),
    "metropole": KindPage(
        _("Metropolises"),
        _("Large cities and the dense communes that touch them."),
        _(
            "There are many people and few places: a défi often begins at the foot of one building, and needs to "
            "find those who do the same three streets away."
        ),
    ),
}

KIND_SOURCES = {
    "rule": _(
        "This kind is worked out by a rule, from the population of the commune and of its intercommunality: it agrees "
        "with INSEE’s density grid for 82 of 100 people. The operator may correct it."
    ),
    "insee-2024": _("This kind follows INSEE’s communal density grid of 2024. The operator may correct it."),
}
"""What the kind of a commune rests on, said plainly."""

OTHER_NAMES = {
    "delegated": _("commune déléguée"),
    "associated": _("commune associée"),
    "district": _("municipal district"),
    "former": _("former commune"),
}
"""What the other name of a commune is the name of."""

DEFIS_SHOWN = {"running": _("Under way"), "completed": _("Completed")}
"""Which défis a list shows."""
