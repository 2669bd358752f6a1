"""What stands on the page for a code."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import LazyString


@dataclass(frozen=True, slots=True)
class Label:
    """The words for a code. `icon` is a symbol of `static/icons.svg`."""

    text: LazyString | str
    icon: str
