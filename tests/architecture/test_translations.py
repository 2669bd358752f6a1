"""Every sentence marked for translation is in French, and the French is typeset as French is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
OWNERS = [ROOT / "libs/chassis", *sorted(path.parent for path in ROOT.glob("services/*/app.py"))]


def marked(folder: Path) -> set[str]:
    found = extract_from_dir(folder, method_map=[("**.py", "python")], keywords={"N_": None})
    return {str(message) for _file, _line, message, _comments, _context in found}


def translated(folder: Path) -> dict[str, Message]:
    with (folder / "translations/fr/LC_MESSAGES/messages.po").open("rb") as file:
        return {str(message.id): message for message in read_po(file, locale="fr") if message.id}


@pytest.mark.parametrize("folder", OWNERS, ids=lambda path: path.name)
def test_every_marked_sentence_is_in_french_and_no_other(folder: Path) -> None:
    french = translated(folder)
    assert set(french) == marked(folder)
    assert [text for text, message in french.items() if not message.string or message.fuzzy] == []


@pytest.mark.parametrize("folder", OWNERS, ids=lambda path: path.name)
def test_the_places_of_a_sentence_are_those_of_its_translation(folder: Path) -> None:
    for text, message in translated(folder).items():
        assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", str(message.string)))


@pytest.mark.parametrize("folder", OWNERS, ids=lambda path: path.name)
def test_french_is_typeset_as_french(folder: Path) -> None:
    for message in translated(folder).values():
        french = str(message.string)
        assert "'" not in french, f"a straight apostrophe: {french}"
        assert not re.search(r"(?<![\u00a0\u202f])[;!?»]|«(?![\u00a0\u202f])", french), french
        # An HTTP header is quoted as it is written.
        assert not re.search(r"(?<!\u00a0)(?<!Content-Type):(\s|$)", french), french
