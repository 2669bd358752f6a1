"""Notices, how they are mailed, and the two pages that mails lead to."""

from __future__ import annotations

import html


def text(response) -> str:
    return html.unescape(response.get_data(as_text=True))


NOTICE = {
    "id": "7",
    "kind": "proposal.refused",
    "title": "Il faut…",
    "headline": "Votre proposition n’est pas publiée",
    "sentence": "Un modérateur l’a lue.",
    "details": ["Raison : elle existe déjà."],
    "path": "/account/proposals",
    "happened_at": "2026-11-20T12:00:00+00:00",
    "read_at": None,
}


def test_notices_are_for_their_reader_who_signs_in_first(browser):
    for path in ("/notices", "/account/notifications"):
        assert browser.get(path).headers["Location"].startswith("/sign-in?return_to=")


def test_a_notice_is_read_followed_and_marked(browser, backend):
    backend.notices.append(dict(NOTICE))
    browser.sign_in()
    page = text(browser.get("/notices"))
    assert "Votre proposition n’est pas publiée" in page
    assert "Raison : elle existe déjà." in page
    assert 'href="/account/proposals"' in page
    assert browser.post("/notices/read", {"up_to": "7"}).headers["Location"] == "/notices"
    assert backend.seen[-1]["body"] == {"up_to": "7"}
    assert "Tout marquer comme lu" not in text(browser.get("/notices"))


def test_an_empty_inbox_says_so(browser):
    browser.sign_in()
    assert "Rien ne s’est encore passé qui vous concerne." in text(browser.get("/notices"))


def test_what_is_mailed_is_chosen_kind_by_kind(browser, backend):
    browser.sign_in()
    page = text(browser.get("/account/notifications"))
    assert '<option value="daily" selected>Chaque jour, à 7\u00a0h</option>' in page
    browser.post("/account/notifications", {"proposal.refused": "none", "proposal.accepted": "daily"})
    assert backend.levels == {"proposal.refused": "none", "proposal.accepted": "daily"}
    assert "Vos choix sont enregistrés." in text(browser.get("/account/notifications"))


def test_looking_at_an_unsubscribe_link_stops_nothing_and_its_button_does(browser, backend):
    page = text(browser.get("/unsubscribe?token=a+b/c"))
    assert "Les courriels sur vos propositions" in page
    assert {asked["method"] for asked in backend.seen if "unsubscribe" in asked["path"]} == {"GET"}
    assert "Ces courriels sont arrêtés" in text(browser.post("/unsubscribe", {"token": "a b/c"}))


def test_an_unsubscribe_link_that_is_none_is_an_unknown_page(browser):
    assert browser.get("/unsubscribe?token=forged").status_code == 404


def test_a_follow_is_confirmed_by_its_button_alone(browser, backend):
    page = text(browser.get("/follow/confirm?token=good"))
    assert 'value="good"' in page
    assert not [asked for asked in backend.seen if "follows" in asked["path"]]
    assert 'href="/ici/88304"' in text(browser.post("/follow/confirm", {"token": "good"}))


def test_a_follow_link_that_was_used_says_why(browser):
    answer = browser.post("/follow/confirm", {"token": "used"})
    assert answer.status_code == 422
    assert "Ce lien a déjà servi ou a expiré." in text(answer)
