"""Consent, cards, votes, qualifiers, undo, skip, series: without scripts, and the pieces that htmx asks for."""

from __future__ import annotations

import html
import re
import uuid

import pytest

HTMX = {"HX-Request": "true"}
HOME = "/consultations/territoires"
FIRST = f"{HOME}/cards/{uuid.UUID(int=1)}"
SECOND = f"{HOME}/cards/{uuid.UUID(int=2)}"


def text(response) -> str:
    return html.unescape(response.get_data(as_text=True))


def test_consent_is_asked_before_the_first_card(browser):
    page = text(browser.get(HOME))
    assert "Vos votes disent vos opinions." in page
    assert "choice" not in page


def test_reading_makes_no_visitor(browser, backend):
    browser.get("/")
    browser.get(HOME)
    browser.get(f"{HOME}/results")
    assert backend.visitors == 0


def test_consenting_makes_a_visitor_and_opens_the_first_card(browser, backend):
    browser.consent()
    answer = browser.get(HOME)
    assert answer.headers["Location"] == FIRST
    assert backend.visitors == 1
    assert backend.consents == {"visitor-1"}
    assert "1 sur 12" in text(browser.get(FIRST))


def test_consent_is_asked_again_when_its_text_has_changed(browser, backend):
    browser.consent()
    backend.consent_version = 2
    assert "Vos votes disent vos opinions." in text(browser.get(HOME))


def test_a_consent_without_its_version_is_refused(browser, backend):
    assert browser.post(f"{HOME}/consent", {"version": "x"}).status_code == 400
    assert backend.visitors == 0


def test_what_others_said_is_only_shown_after_voting(browser):
    browser.consent()
    browser.get(HOME)
    assert "tally" not in text(browser.get(FIRST))
    answer = browser.post(f"{FIRST}/vote", {"choice": "agree"})
    assert answer.headers["Location"] == f"{FIRST}#others"
    page = text(browser.get(FIRST))
    assert re.search(r"62\s%", page)
    assert "Coup de cœur" in page
    assert "Surtout pas" not in page


def test_a_qualifier_is_added_then_taken_away(browser, backend):
    browser.consent()
    browser.get(HOME)
    browser.post(f"{FIRST}/vote", {"choice": "agree"})
    browser.post(f"{FIRST}/qualifiers", {"qualifier": "likeIt"})
    browser.post(f"{FIRST}/qualifiers", {"qualifier": "doable"})
    (vote,) = backend.votes.values()
    assert vote["qualifiers"] == ["likeIt", "doable"]
    browser.post(f"{FIRST}/qualifiers", {"qualifier": "likeIt"})
    (vote,) = backend.votes.values()
    assert vote["qualifiers"] == ["doable"]


def test_a_qualifier_of_another_side_is_not_sent(browser, backend):
    browser.consent()
    browser.get(HOME)
    browser.post(f"{FIRST}/vote", {"choice": "agree"})
    browser.post(f"{FIRST}/qualifiers", {"qualifier": "noWay"})
    (vote,) = backend.votes.values()
    assert vote["qualifiers"] == []


def test_changing_a_vote_drops_its_qualifiers(browser, backend):
    browser.consent()
    browser.get(HOME)
    browser.post(f"{FIRST}/vote", {"choice": "agree"})
    browser.post(f"{FIRST}/qualifiers", {"qualifier": "likeIt"})
    browser.post(f"{FIRST}/vote", {"choice": "disagree"})
    (vote,) = backend.votes.values()
    assert (vote["choice"], vote["qualifiers"]) == ("disagree", [])


def test_a_vote_taken_back_is_gone_and_its_card_comes_again(browser, backend):
    browser.consent()
    browser.get(HOME)
    browser.post(f"{FIRST}/vote", {"choice": "agree"})
    assert browser.get(HOME).headers["Location"] == SECOND
    browser.post(f"{FIRST}/undo")
    assert backend.votes == {}
    assert browser.get(HOME).headers["Location"] == FIRST


def test_a_skipped_card_is_left_without_a_vote(browser, backend):
    browser.consent()
    browser.get(HOME)
    assert browser.post(f"{FIRST}/skip").headers["Location"] == SECOND
    assert backend.votes == {}


def test_twelve_cards_end_the_series_and_another_follows(browser, backend):
    browser.consent()
    for _ in range(12):
        card = browser.get(HOME).headers["Location"]
        browser.post(f"{card}/vote", {"choice": "neutral"})
    page = text(browser.get(HOME))
    assert "12 propositions" in page
    assert "18 autres" in page
    browser.post(f"{HOME}/series")
    assert browser.get(HOME).headers["Location"].endswith(str(uuid.UUID(int=13)))


def test_a_card_that_was_taken_away_is_passed_over(browser, backend):
    browser.consent()
    browser.get(HOME)
    del backend.proposals[str(uuid.UUID(int=1))]
    assert browser.get(FIRST).headers["Location"] == SECOND


def test_an_unknown_card_does_not_exist(browser):
    assert browser.get(f"{HOME}/cards/{uuid.UUID(int=999)}").status_code == 404
    assert browser.get(f"{HOME}/cards/nonsense").status_code == 404


def test_a_card_opened_from_elsewhere_asks_for_consent_then_comes_back(browser, backend):
    assert browser.get(SECOND).status_code == 200
    asking = browser.post(f"{SECOND}/vote", {"choice": "agree"}).headers["Location"]
    assert asking.startswith(f"{HOME}?card=")
    assert backend.votes == {}
    card = re.search(r'name="card" value="([^"]+)"', text(browser.get(asking)))
    assert card is not None
    answer = browser.post(f"{HOME}/consent", {"version": "1", "card": card[1]}, follow_redirects=True)
    assert answer.request.path == SECOND


@pytest.mark.parametrize("step", ["qualifiers", "undo"])
def test_a_browser_that_never_took_part_has_no_vote_to_change(browser, backend, step):
    assert browser.post(f"{FIRST}/{step}").headers["Location"].startswith(f"{HOME}?card=")
    assert browser.post(f"{HOME}/consent/withdrawal").headers["Location"] == HOME
    assert backend.visitors == 0


def test_consent_that_the_service_lacks_is_asked_for_and_the_card_kept(browser, backend):
    browser.consent()
    browser.get(HOME)
    backend.consents.clear()
    answer = browser.post(f"{FIRST}/vote", {"choice": "agree"})
    assert answer.headers["Location"].startswith(f"{HOME}?card=")


def test_withdrawing_is_explained_then_done(browser, backend):
    browser.consent()
    assert "supprimés" in text(browser.get(f"{HOME}/consent/withdrawal"))
    assert backend.consents
    browser.post(f"{HOME}/consent/withdrawal")
    assert backend.consents == set()


def test_a_closed_consultation_offers_its_results_and_no_card(browser, backend):
    backend.consultation["status"] = "closed"
    page = text(browser.get(HOME))
    assert "Voir les résultats" in page
    assert "consent" not in page


def test_an_upcoming_consultation_says_when_it_opens(browser, backend):
    backend.consultation["status"] = "upcoming"
    assert "1er novembre 2026 à 01:00 (heure de Paris)" in text(browser.get(HOME))


def test_htmx_gets_the_card_alone_and_no_redirect(browser):
    browser.consent()
    browser.get(HOME)
    piece = browser.post(f"{FIRST}/vote", {"choice": "agree"}, headers=HTMX)
    assert piece.status_code == 200
    assert text(piece).lstrip().startswith('<article id="card"')
    assert "data-focus" in text(piece)


def test_htmx_opens_the_whole_page_where_a_piece_will_not_do(browser):
    browser.consent()
    assert browser.get(HOME, headers=HTMX).headers["HX-Redirect"] == HOME


def test_htmx_shows_a_refusal_as_a_notice(browser, backend, refusal):
    browser.consent()
    backend.broken = refusal(409, "vote.closed", "La consultation est terminée.")
    answer = browser.post(f"{FIRST}/vote", {"choice": "agree"}, headers=HTMX)
    assert answer.status_code == 409
    assert answer.headers["HX-Retarget"] == "#notices"
    assert "La consultation est terminée." in text(answer)
    assert "<html" not in text(answer)


def test_a_browser_whose_token_is_over_is_asked_to_consent_again(browser, backend, refusal):
    browser.consent()
    backend.broken = refusal(401, "token.expired", "Ce jeton a expiré.")
    assert browser.get(f"{HOME}/results").headers["Location"] == f"{HOME}/results"
    backend.broken = None
    assert "Vos votes disent vos opinions." in text(browser.get(HOME))
