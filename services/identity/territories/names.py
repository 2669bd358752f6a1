"""How names of places compare: what is the same when somebody seeks one, what comes first when they are listed. Pure.

A search key keeps letters and digits only, so accents, hyphens, apostrophes, spaces and case are all forgiven at once:
« L’Haÿ-les-Roses », « lhay les roses » and « L HAY LES ROSES » have the key `lhaylesroses`. Abbreviations are written
out first: St, Ste, s/ (sur); and ordinals lose their ending, so that « Lyon 3e » and « Lyon 3ème » begin alike.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from string import ascii_lowercase
from typing import Final

AFTER_ALL_KEYS: Final = "~"
"""Follows every character of a key, so `key` to `key + AFTER_ALL_KEYS` is the range of what begins with `key`."""

FORGIVEN: Final = range(5, 41)
"""With this many letters, one of them may be wrong. In shorter keys too much would be one letter away, and longer ones
would take long to try."""

_LIGATURES: Final = str.maketrans({"œ": "oe", "æ": "ae"})
_WRITTEN_OUT: Final = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
_ACCENTS: Final = re.compile(r"[\u0300-\u036f]")
_ON: Final = re.compile(r"\bs/")
_WORD: Final = re.compile(r"[a-z0-9]+")
_ORDINAL: Final = re.compile(r"(\d+)(?:er|ere|e|eme|ieme|re|nd|nde|d)$")
_ARTICLES: Final = frozenset({"le", "la", "les", "l", "los", "las", "aux"})
_SMALL_WORDS: Final = _ARTICLES | {"a", "au", "d", "de", "des", "du", "en", "et", "lez", "sous", "sur"}
_POSTAL_CODE: Final = re.compile(r"(?<!\d)(\d\d ?\d{3})(?!\d)")
_DIGITS: Final = re.compile(r"\d[\d ]*")
_COMMUNE_CODE: Final = re.compile(r"\d{5}|2[ab]\d{3}")
_IN_DEPARTEMENT: Final = re.compile(r"(.*[^\W\d].*?)[\s,]+(?:\((\w{2,3})\)|(\d{2,3}|2[abAB]))")


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to understand what was typed; every part that is given must fit.

    `keys` are search keys of which one must fit a name; `postal` is how a postal code begins; `departement` and
    `commune` are INSEE codes.
    """

    keys: tuple[str, ...] = ()
    postal: str | None = None
    departement: str | None = None
    commune: str | None = None


def words(name: str) -> list[str]:
    """The words of a name in lower case without accents, abbreviations written out."""
    return [_WRITTEN_OUT.get(word, word) for word in _plain_words(name)]


def search_key(name: str) -> str:
    """The key under which a name is found."""
    return "".join(words(name))


def sort_key(name: str) -> str:
    """The key by which French lists are sorted, compared by code point.

    An article at the beginning does not count (Le Havre is under H), accents and ligatures only between names that
    are otherwise the same.
    """
    parts = words(name)
    sorted_by = parts[1:] if len(parts) > 1 and parts[0] in _ARTICLES else parts
    return f"{' '.join(sorted_by)}\t{unicodedata.normalize('NFC', name).casefold()}"


def keys_of_name(name: str) -> list[tuple[str, bool]]:
    """The keys under which a name is found, and whether each is the whole name.

    A name is found by its beginning, with or without its article, and by the beginning of each word that means
    something: « Le Pré-Saint-Gervais » by `lepre…`, `pre…`, `saintgervais` and `gervais`.
    """
    parts = words(name)
    keys = {"".join(parts): True}
    for start, word in enumerate(parts[1:], 1):
        if word not in _SMALL_WORDS:
            only_article_before = start == 1 and parts[0] in _ARTICLES
            keys.setdefault("".join(parts[start:]), only_article_before)
    return list(keys.items())


def readings(text: str) -> list[Reading]:
    """What somebody who typed `text` may mean, the likeliest first; nothing where there is no letter or digit.

    A postal code or its beginning, an INSEE code, a name, a name beside a postal code, and a name with its département
    as our own lists write it, « Saint-Denis (93) ».
    """
    return list(dict.fromkeys(_readings(unicodedata.normalize("NFKC", text).strip())))


def mistyped(key: str) -> set[str]:
    """Every beginning of a key that may have been meant where `key` was typed and nothing begins with it.

    One letter was added, left out, changed, or swapped with its neighbour. (After Norvig, « How to write a spelling
    corrector », 2007.) The last letter is only left out: as beginnings, that holds what changing it would give.
    """
    splits = [(key[:at], key[at:]) for at in range(len(key))]
    shorter = {before + after[1:] for before, after in splits}
    swapped = {before + after[1] + after[0] + after[2:] for before, after in splits if len(after) > 1}
    changed = {before + letter + after[1:] for before, after in splits[:-1] for letter in ascii_lowercase}
    longer = {before + letter + after for before, after in splits for letter in ascii_lowercase}
    return (shorter | swapped | changed | longer) - {key}


def _plain_words(name: str) -> list[str]:
    text = name.casefold()
    if not text.isascii():
        text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
        text = _ACCENTS.sub("", text.translate(_LIGATURES))
    if "/" in text:
        text = _ON.sub("sur ", text)
    return [_ORDINAL.sub(r"\1", word) if word[0].isdigit() else word for word in _WORD.findall(text)]


def _readings(text: str) -> Iterator[Reading]:
    if _DIGITS.fullmatch(text):
        digits = text.replace(" ", "")
        yield Reading(postal=digits)
        text = digits
    if _COMMUNE_CODE.fullmatch(text.casefold()):
        yield Reading(commune=text.upper())
    if not _DIGITS.fullmatch(text):
        yield from _beside_postal_code(text)
        yield from _by_name(text)


def _beside_postal_code(text: str) -> Iterator[Reading]:
    found = _POSTAL_CODE.search(text)
    if found is None:
        return
    postal = found[1].replace(" ", "")
    if keys := _keys(text[: found.start()] + " " + text[found.end() :]):
        yield Reading(keys=keys, postal=postal)
    yield Reading(postal=postal)


def _by_name(text: str) -> Iterator[Reading]:
    """« Saint-Denis (93) » names its département; « Lyon 3 » rather an arrondissement, « Saint-Denis 93 » cannot."""
    plain = [Reading(keys=keys)] if (keys := _keys(text)) else []
    found = _IN_DEPARTEMENT.fullmatch(text)
    if found is None:
        yield from plain
        return
    within = Reading(keys=_keys(found[1]), departement=(found[2] or found[3]).upper())
    yield from [within, *plain] if found[2] else [*plain, within]


def _keys(text: str) -> tuple[str, ...]:
    """The keys of a name that may not be typed to its end: « St » may still become « Stains »."""
    plain = _plain_words(text)
    if not plain:
        return ()
    begun: Sequence[str] = [*(_WRITTEN_OUT.get(word, word) for word in plain[:-1]), plain[-1]]
    return tuple(dict.fromkeys(("".join(begun), search_key(text))))
