"""What the demo says: sixty proposals in good French, the texts around them, and the moderator's queue."""

import re
from collections import Counter

import pytest

from deploy.local.demo.proposals import (
    BODIES,
    KINDS,
    DemoProposal,
    PendingProposal,
    demo_proposals,
    pending_proposals,
)
from deploy.local.demo.texts import demo_texts

TEXTS = demo_texts()
PROPOSALS = [*demo_proposals(), *pending_proposals()]
FRENCH = {
    **{proposal.key: proposal.text for proposal in PROPOSALS},
    "mandate": TEXTS.cause.mandate["fr"],
    "question": TEXTS.consultation.question["fr"],
    "introduction": TEXTS.consultation.introduction["fr"],
    "consent": TEXTS.consent.text["fr"],
}
REASONS = {
    "incomprehensible", "off_topic", "partisan", "illegal", "advertising", "several_ideas", "wrong_language", "rude",
    "out_of_scope", "already_exists", "test", "other",
}  # fmt: skip


def test_there_are_sixty_proposals_with_their_own_key_text_and_author() -> None:
    assert len(demo_proposals()) == 60
    for field in ("key", "text", "author"):
        assert len({getattr(proposal, field) for proposal in PROPOSALS}) == len(PROPOSALS)


@pytest.mark.parametrize("proposal", PROPOSALS, ids=lambda proposal: proposal.key)
def test_a_proposal_is_one_short_sentence_that_begins_as_asked(
    proposal: DemoProposal | PendingProposal,
) -> None:
    text = proposal.text
    assert text.startswith("Il faut ")
    assert 12 <= len(text) <= 140
    assert text[-1] in ".!"
    assert "\n" not in text


@pytest.mark.parametrize("text", FRENCH.values(), ids=FRENCH)
def test_french_has_its_apostrophes_and_no_break_spaces(text: str) -> None:
    assert "'" not in text
    assert '"' not in text
    assert not re.search(r"(?<![\u00a0\u202f]) ?[;!?»]", text), "a no-break space before ; ! ? »"
    assert not re.search(r"[^\u00a0]:", text), "a no-break space before a colon"
    assert not re.search(r"«[^\u00a0]", text), "a no-break space after «"
    assert not re.search(r"  |\.\.\.| [,.]", text)
    assert not re.search(r"\d (?:km|ans|heures|%|mètres|kilomètres)", text), "a number keeps its unit"


def test_proposals_speak_of_many_things_and_to_every_kind_of_territory() -> None:
    assert len({proposal.theme for proposal in demo_proposals()}) >= 15
    kinds = Counter(proposal.kind for proposal in demo_proposals())
    assert set(kinds) == {*KINDS, "any"}
    assert min(kinds.values()) >= 4


def test_every_proposal_has_a_leaning_in_each_body_of_opinion() -> None:
    for proposal in demo_proposals():
        assert set(proposal.leanings) == set(BODIES)
        assert set(proposal.leanings.values()) <= {-2, -1, 0, 1, 2}


def test_the_queue_has_proposals_to_accept_and_proposals_to_refuse_for_known_reasons() -> None:
    reasons = [proposal.refuse_as for proposal in pending_proposals()]
    assert len(reasons) == 8
    assert reasons.count(None) == 3
    assert {reason for reason in reasons if reason} <= REASONS
    assert {"advertising", "several_ideas", "off_topic"} <= set(reasons)


def test_every_localised_text_is_there_in_french_and_english() -> None:
    consultation = TEXTS.consultation
    for text in (
        TEXTS.cause.title, TEXTS.cause.mandate, consultation.title, consultation.question, consultation.introduction,
        TEXTS.consent.text,
    ):  # fmt: skip
        assert set(text) == {"fr", "en"}
        assert all(version == version.strip() != "" for version in text.values())
    assert text["fr"].count("\n\n") == text["en"].count("\n\n")


def test_the_question_is_the_one_of_the_programme() -> None:
    assert TEXTS.consultation.slug == "territoires"
    asked = "Comment améliorer les conditions de vie dans votre territoire\u00a0?"
    assert TEXTS.consultation.question["fr"] == asked


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_consent_says_what_the_law_asks(language: str) -> None:
    consent = TEXTS.consent
    text = consent.text[language]
    said = [consent.data_protection_officer, consent.impact_assessment, str(consent.minimum_age), "CNIL"]
    said += {
        "fr": ["article\u00a09", "explicite", "opinions politiques", "Retirer mon consentement"],
        "en": ["article 9", "explicit", "political opinions", "Withdraw my consent"],
    }[language]
    said += [controller.removesuffix(" (organisation fictive)") for controller in consent.joint_controllers]
    assert [word for word in said if word not in text] == []
