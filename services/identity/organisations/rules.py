"""What an organisation may be, and the order names are listed in."""

from __future__ import annotations

import unicodedata

KINDS = ("association", "authority", "company", "media", "network", "public_body")
LONGEST_NAME = 120
LONGEST_URL = 300


def sort_key(name: str) -> str:
    """What `name` is sorted by: without accents or case, as French lists are (the database's own order is by byte)."""
    letters = unicodedata.normalize("NFKD", name.casefold().replace("œ", "oe").replace("æ", "ae"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
