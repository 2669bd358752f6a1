"""What a text must be to become a proposal: pure rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.chassis.errors import Invalid
from services.consultation.proposals.rules import (
    TextRules,
    check_language,
    checked_text,
    same_words,
    without_prefix,
)

RULES = TextRules(prefix="Il faut", shortest=12, longest=140)


def refusal(text: str, rules: TextRules = RULES) -> Invalid:
    with pytest.raises(Invalid) as caught:
        checked_text(text, rules)
    assert [error.field for error in caught.value.errors] == ["text"]
    return caught.value


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Il faut planter des arbres.", "Il faut planter des arbres."),
        ("il faut  planter\u00a0 des arbres", "Il faut planter des arbres"),
        ("IL FAUT qu’on plante", "Il faut qu’on plante"),
        ("Il faut\u00a0: planter !", "Il faut\u00a0: planter !"),
        ("  Il faut plan\u200bter des arbres\u00ad  ", "Il faut planter des arbres"),
    ],
)
def test_the_prefix_is_written_as_the_consultation_writes_it_and_spaces_are_tidied(
    typed: str, kept: str
) -> None:
    assert checked_text(typed, RULES) == kept


@pytest.mark.parametrize("text", ["Planter des arbres", "Il fautdrait planter", "Il  fau planter des arbres"])
def test_a_text_without_the_prefix_is_refused_with_the_prefix_named(text: str) -> None:
    problem = refusal(text)
    assert problem.code == "proposal.prefix_missing"
    assert str(problem.sentence) == "A proposal begins with “Il faut”."


@pytest.mark.parametrize("text", ["Il faut", "il faut …", "Il faut !!!!!!!!!!!!!!"])
def test_the_prefix_alone_is_no_proposal(text: str) -> None:
    assert refusal(text).code == "proposal.prefix_only"


@pytest.mark.parametrize(("length", "accepted"), [(11, False), (12, True), (140, True), (141, False)])
def test_the_length_counts_the_prefix_and_both_ends_are_allowed(length: int, accepted: bool) -> None:
    text = "Il faut " + "a" * (length - 8)
    if accepted:
        assert checked_text(text, RULES) == text
    else:
        problem = refusal(text)
        assert problem.code == ("proposal.too_short" if length < 12 else "proposal.too_long")
        assert f"this one has {length}" in str(problem.sentence)


def test_characters_that_nobody_sees_do_not_make_a_text_long_enough() -> None:
    assert refusal("Il faut a" + "\u200b" * 20).code == "proposal.too_short"


def test_an_apostrophe_of_either_shape_begins_a_proposal() -> None:
    rules = TextRules(prefix="J’aimerais", shortest=5, longest=50)
    assert checked_text("j'aimerais du calme", rules) == "J’aimerais du calme"


def test_a_prefix_that_ends_with_an_apostrophe_is_followed_at_once() -> None:
    rules = TextRules(prefix="Il faut qu’", shortest=5, longest=50)
    assert checked_text("il faut qu'on plante", rules) == "Il faut qu’on plante"


def test_without_a_prefix_any_beginning_will_do() -> None:
    rules = TextRules(prefix="", shortest=5, longest=50)
    assert checked_text("Plantons des arbres", rules) == "Plantons des arbres"


@given(st.text(max_size=40).map(lambda rest: "Il faut " + rest))
def test_what_was_accepted_once_is_accepted_again_unchanged(text: str) -> None:
    try:
        kept = checked_text(text, RULES)
    except Invalid:
        return
    assert checked_text(kept, RULES) == kept
    assert 12 <= len(kept) <= 140
    assert kept.startswith("Il faut")


def test_the_language_is_one_of_the_consultation() -> None:
    check_language("fr", ["fr", "en"])
    with pytest.raises(Invalid) as caught:
        check_language("de", ["fr", "en"])
    (error,) = caught.value.errors
    assert (error.field, str(error.sentence)) == ("language", "Must be one of: fr, en.")


def test_texts_that_differ_by_case_spaces_and_punctuation_have_the_same_words() -> None:
    assert same_words("Il faut  planter des arbres !") == same_words("IL FAUT planter, des arbres.")
    assert same_words("Il faut planter des arbres") != same_words("Il faut planter un arbre")
    assert same_words("L’été") == same_words("l'été")


def test_what_follows_the_prefix() -> None:
    assert without_prefix("il faut planter", "Il faut") == "planter"
    assert without_prefix("Planter", "Il faut") == "Planter"
    assert without_prefix("Planter", "") == "Planter"
