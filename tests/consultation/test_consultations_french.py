"""Every sentence that the service says can be read in French."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

from babel.messages.pofile import read_po

import services.consultation
from libs.chassis.app import TRANSLATIONS as CHASSIS
from services.consultation.app import TRANSLATIONS

SOURCES = Path(services.consultation.__file__).parent


def marked_sentences() -> Iterator[str]:
    """What stands in `N_(…)` in the service's code."""
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "N_":
                (argument,) = node.args
                sentence = ast.literal_eval(argument)
                assert isinstance(sentence, str), f"{path}:{node.lineno}"
                yield sentence


def catalogue() -> dict[str, str]:
    found: dict[str, str] = {}
    for folder in (CHASSIS, TRANSLATIONS):
        with (folder / "fr" / "LC_MESSAGES" / "messages.po").open("rb") as file:
            found |= {str(m.id): str(m.string) for m in read_po(file, locale="fr") if m.id}
    return found


def places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_every_sentence_is_in_the_french_catalogue() -> None:
    sentences = set(marked_sentences())
    assert len(sentences) > 30
    french = catalogue()
    assert {sentence for sentence in sentences if not french.get(sentence)} == set()


def test_the_french_sentences_have_the_same_places() -> None:
    french = catalogue()
    for sentence in set(marked_sentences()):
        assert places(french[sentence]) == places(sentence), sentence


def test_french_punctuation_has_its_no_break_spaces() -> None:
    breaking = re.compile(r" [:;!?»]|« |\w[;!?»]|«\w")
    assert [sentence for sentence in catalogue().values() if breaking.search(sentence)] == []
