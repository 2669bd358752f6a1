"""`docs/security.md` names tests that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", PAGE)))


@pytest.mark.parametrize(("path", "name"), NAMED, ids=lambda part: str(part))
def test_a_test_that_the_page_names_is_there(path: str, name: str) -> None:
    source = (ROOT / path).read_text(encoding="utf-8")
    assert re.search(rf"^def {name}\(", source, re.MULTILINE)


def test_a_row_without_a_test_says_why() -> None:
    rows = re.findall(r"^\|(.+)\| \|$", PAGE, re.MULTILINE)
    assert [row for row in rows if not re.search(r"not covered|not built|neither exists", row)] == []
    assert len(NAMED) > 80
