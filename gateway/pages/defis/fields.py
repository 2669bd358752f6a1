"""What a défi says, as a form shows it and reads it: themes of the list and one's own, a title or none. Pure."""

from __future__ import annotations

from gateway.services import Json
from gateway.wording import THEMES


def own_themes(words: str) -> list[str]:
    """Themes in people's own words, parted by commas: « Fêtes  d’été, vélo » → `Fêtes d’été`, `vélo`."""
    return [theme for theme in (" ".join(part.split()) for part in words.split(",")) if theme]


def fields_of(defi: Json) -> Json:
    """What the form is filled with: published themes to tick apart from one's own, the title only if it has one."""
    themes = defi["themes"]
    return {
        **defi,
        "title": own_title(defi),
        "themes": [code for code in themes if code in THEMES],
        "own_theme": ", ".join(theme for theme in themes if theme not in THEMES),
    }


def field_of(name: str) -> str:
    """The form's field that the service means by `name`: of a list, only one's own words are wrong one by one."""
    return "own_theme" if name.startswith("themes.") else name.partition(".")[0]


def own_title(defi: Json) -> str | None:
    """The title that was given; None where the problem's first words, as the operator shows them, stand for it."""
    title: str = defi["title"]
    beginning = " ".join((defi["problem"] or "").split())
    return None if beginning.startswith(title.removesuffix(" …")) else title
