"""Signing in by mail, proposing, one's own proposals, moderating."""

from __future__ import annotations

import html
import re
import time
import uuid

HOME = "/consultations/territoires"
PROPOSE = f"{HOME}/propose"
MODERATION = "/moderation/territoires"
WAITING = f"{MODERATION}/{uuid.UUID(int=100)}"
SENTENCE = "Il faut des bus de nuit vers les villages."


def text(response) -> str:
    return html.unescape(response.get_data(as_text=True))


def test_signing_in_by_code_returns_to_where_it_was_asked_for(browser):
    browser.post("/sign-in", {"email": "camille@exemple.fr", "return_to": PROPOSE})
    answer = browser.post("/sign-in/code", {"code": "123 456"})
    assert answer.headers["Location"] == PROPOSE
    assert "Se déconnecter" in text(browser.get("/"))


def test_an_address_that_is_none_is_said_beside_the_field_and_kept(browser):
    answer = browser.post("/sign-in", {"email": "camille"})
    assert answer.status_code == 422
    assert "Cette adresse n’est pas complète." in text(answer)
    assert 'value="camille"' in text(answer)
    assert 'aria-invalid="true"' in text(answer)


def test_a_wrong_code_is_said_and_the_right_one_still_works(browser):
    browser.post("/sign-in", {"email": "camille@exemple.fr"})
    answer = browser.post("/sign-in/code", {"code": "000000"})
    assert answer.status_code == 422
    assert "Ce code n’est pas le bon." in text(answer)
    assert browser.post("/sign-in/code", {"code": "123456"}).status_code == 303


def test_the_code_page_without_a_mail_asked_for_leads_to_the_form(browser):
    assert browser.get("/sign-in/code").headers["Location"] == "/sign-in"


def test_opening_the_link_consumes_nothing_and_its_button_signs_in(browser, backend):
    page = text(browser.get("/sign-in/link?token=good"))
    assert 'value="good"' in page
    assert not any(asked["path"].endswith("/token") for asked in backend.seen)
    assert browser.post("/sign-in/link", {"token": "good"}).status_code == 303
    assert "Se déconnecter" in text(browser.get("/"))


def test_a_used_link_says_so_and_offers_another_mail(browser):
    answer = browser.post("/sign-in/link", {"token": "used"})
    assert answer.status_code == 422
    assert "Ce lien ne vaut plus." in text(answer)
    assert "Demander un autre courriel" in text(answer)


def test_signing_out_ends_the_session_at_identity(browser, backend):
    browser.sign_in()
    browser.post("/sign-out")
    assert any(
        asked["method"] == "DELETE" and asked["body"] == {"session": "secret"} for asked in backend.seen
    )
    assert "Se connecter" in text(browser.get("/"))


def test_an_access_token_near_its_end_is_renewed(browser, backend, monkeypatch):
    browser.sign_in()
    later = time.time() + 290
    monkeypatch.setattr("gateway.clients.identity.time.time", lambda: later)
    browser.get("/account/proposals")
    renewals = [asked for asked in backend.seen if asked["body"].get("grant_type") == "session"]
    assert [asked["body"]["session"] for asked in renewals] == ["secret"]


def test_a_session_that_identity_ended_is_over_here_too(browser, backend, monkeypatch, refusal):
    browser.sign_in()
    later = time.time() + 3600
    monkeypatch.setattr("gateway.clients.identity.time.time", lambda: later)

    def refuse(grant):
        raise refusal(401, "session.over", "Cette session est terminée.")

    backend.token = refuse
    assert "Se connecter" in text(browser.get("/"))


def test_a_page_that_needs_an_account_asks_to_sign_in_and_comes_back(browser):
    answer = browser.get("/account/proposals")
    assert answer.headers["Location"] == "/sign-in?return_to=/account/proposals"


def test_a_proposal_goes_to_the_service_and_shows_among_ones_own(browser, backend):
    browser.sign_in()
    answer = browser.post(PROPOSE, {"text": SENTENCE})
    assert answer.headers["Location"] == "/account/proposals"
    page = text(browser.get("/account/proposals"))
    assert SENTENCE in page
    assert "En attente de modération" in page


def test_similar_proposals_are_shown_before_anything_is_submitted(browser, backend):
    browser.sign_in()
    backend.similar = [str(uuid.UUID(int=1))]
    answer = browser.post(PROPOSE, {"text": SENTENCE})
    assert answer.status_code == 200
    assert "Une proposition dit déjà presque cela" in text(answer)
    assert SENTENCE in text(answer)
    assert backend.own == []
    browser.post(PROPOSE, {"text": SENTENCE, "seen_similar": "1"})
    assert [one["text"] for one in backend.own] == [SENTENCE]


def test_a_refused_text_keeps_what_was_typed_and_says_why_beside_the_field(browser):
    browser.sign_in()
    answer = browser.post(PROPOSE, {"text": "Il faut <b>"})
    assert answer.status_code == 422
    assert "Cette proposition est trop courte." in text(answer)
    assert "Il faut &lt;b&gt;" in answer.get_data(as_text=True)


def test_a_text_typed_before_signing_in_is_kept(browser, backend):
    answer = browser.post(PROPOSE, {"text": SENTENCE})
    assert answer.headers["Location"].startswith("/sign-in?return_to=")
    browser.sign_in()
    assert SENTENCE in text(browser.get(PROPOSE))
    assert backend.own == []


def test_line_breaks_in_a_proposal_become_spaces(browser, backend):
    browser.sign_in()
    browser.post(PROPOSE, {"text": "Il faut des bus\r\nde nuit."})
    assert backend.own[0]["text"] == "Il faut des bus de nuit."


def test_htmx_gets_the_similar_proposals_alone(browser, backend):
    backend.similar = [str(uuid.UUID(int=1))]
    piece = browser.get(f"{PROPOSE}/similar?text={SENTENCE}", headers={"HX-Request": "true"})
    assert "<html" not in text(piece)
    assert "Voter sur celle-ci" in text(piece)


def test_a_reason_of_refusal_is_shown_to_the_author(browser, backend):
    browser.sign_in()
    backend.own = [
        {
            "id": "1",
            "text": SENTENCE,
            "language": "fr",
            "state": "refused",
            "reason": "already_exists",
            "note": "Voyez la ligne 12.",
            "submitted_at": "2026-11-21T10:00:00+00:00",
        }
    ]
    page = text(browser.get("/account/proposals"))
    assert "Elle existe déjà" in page
    assert "Voyez la ligne 12." in page


def test_a_moderator_takes_a_proposal_accepts_it_and_finds_the_queue_empty(browser, backend):
    backend.roles = [{"role": "moderator", "scope": "coalition"}]
    browser.sign_in()
    assert "Modération" in text(browser.get("/"))
    assert browser.post(f"{MODERATION}/next").headers["Location"] == f"{WAITING}#proposal"
    assert "Il faut planter des haies" in text(browser.get(WAITING))
    answer = browser.post(f"{WAITING}/decision", {"decision": "accept", "reason": "rude"})
    assert answer.headers["Location"] == MODERATION
    assert backend.decisions == [{"decision": "accept"}]
    page = text(browser.get(MODERATION))
    assert "La file est vide." in page
    assert "Acceptée" in page


def test_a_postponed_proposal_is_taken_up_from_the_queue_and_one_that_waits_only_in_its_turn(
    browser, backend
):
    backend.roles = [{"role": "moderator", "scope": "coalition"}]
    browser.sign_in()
    assert f'href="{WAITING}"' not in text(browser.get(MODERATION))
    backend.postponed = set(backend.pending)
    assert f'href="{WAITING}"' in text(browser.get(MODERATION))
    assert "Il faut planter des haies" in text(browser.get(WAITING))


def test_a_refusal_without_a_reason_is_sent_back_with_the_note_kept(browser, backend):
    backend.roles = [{"role": "moderator", "scope": "coalition"}]
    browser.sign_in()
    answer = browser.post(f"{WAITING}/decision", {"decision": "refuse", "note": "Un mot"})
    assert answer.status_code == 422
    assert "Un refus dit pourquoi." in text(answer)
    assert "Un mot" in text(answer)
    assert backend.decisions == []


def test_the_enter_key_among_the_reasons_refuses(browser, backend):
    backend.roles = [{"role": "moderator", "scope": "coalition"}]
    browser.sign_in()
    forms = [form for form in text(browser.get(WAITING)).split("<form ") if 'name="reason"' in form]
    assert [re.findall(r'<button[^>]*value="(\w+)"', form) for form in forms] == [["refuse"]]


def test_all_twelve_reasons_are_offered(browser, backend):
    backend.roles = [{"role": "moderator", "scope": "coalition"}]
    browser.sign_in()
    assert text(browser.get(WAITING)).count('type="radio"') == 12


def test_who_is_no_moderator_sees_neither_the_link_nor_the_queue(browser):
    browser.sign_in()
    assert "Modération" not in text(browser.get("/"))
    answer = browser.get(MODERATION)
    assert answer.status_code == 403
    assert "Votre compte n’a pas le rôle nécessaire." in text(answer)


def test_long_lists_lead_on_to_their_next_page(browser, backend):
    backend.roles, backend.more = [{"role": "moderator", "scope": "coalition"}], "suite"
    browser.sign_in()
    browser.post(PROPOSE, {"text": SENTENCE})
    for path, cursor in {"/": "suite", MODERATION: "file-2", "/account/proposals": "miennes-2"}.items():
        assert f'href="{path}?cursor={cursor}"' in text(browser.get(path))
        browser.get(f"{path}?cursor={cursor}")
        assert any(asked["query"].get("cursor") == cursor for asked in backend.seen)
