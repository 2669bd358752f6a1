"""What a défi says, as a form shows it and reads it: themes of the list and one's own, a title or none. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from gateway.services import Json
from gateway.wording import THEMES

LONGEST_CODE = 40


def own_themes(words: str) -> list[str]:
    """The codes of themes in people's own words, parted by commas: « Fêtes d’été, vélo » → `fetes-d-ete`, `velo`."""
    return [code for code in map(_code, words.split(",")) if code]


def fields_of(defi: Json) -> Json:
    """What the form is filled with: published themes to tick apart from one's own, the title only if it has one."""
    themes = defi["themes"]
    return {
        **defi,
        "title": own_title(defi),
        "themes": [code for code in themes if code in THEMES],
        "own_theme": _words(code for code in themes if code not in THEMES),
    }


def own_title(defi: Json) -> str | None:
    """The title that was given; None where the problem's first words, as the operator shows them, stand for it."""
    title: str = defi["title"]
    beginning = " ".join((defi["problem"] or "").split())
    return None if beginning.startswith(title.removesuffix(" …")) else title


def _code(words: str) -> str:
    # A curved apostrophe has no ASCII letter and would vanish, and join the words that it parts.
    decomposed = unicodedata.normalize("NFKD", words.replace("’", " "))
    plain = decomposed.encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_CODE].rstrip("-")


def _words(codes: Iterable[str]) -> str:
    return ", ".join(code.replace("-", " ") for code in codes)
