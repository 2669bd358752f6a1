"""The main path, in a browser, on the real system: consent, twelve cards, results, sign in, propose, moderate."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.signing_in import new_code, sign_in

pytestmark = pytest.mark.slow

CONSULTATION = "/consultations/territoires"
FRENCH: dict[str, Any] = {"locale": "fr-FR", "viewport": {"width": 1280, "height": 900}}
ENGLISH_NO_SCRIPT: dict[str, Any] = {
    "locale": "en-GB",
    "viewport": {"width": 320, "height": 640},
    "java_script_enabled": False,
}


def test_a_visitor_votes_on_twelve_cards_with_scripts_in_french(open_page):
    page = open_page("/", **FRENCH)
    page.get_by_role("link", name="Donner mon avis").click()
    page.get_by_role("button", name="J’accepte, je vote").click()
    for rank in range(1, 13):
        expect(page.locator(".progress-count")).to_have_text(f"{rank} sur 12")
        page.get_by_role("button", name="Pas d’accord" if rank % 3 == 0 else "D’accord", exact=True).click()
        expect(page.locator("#card.is-voted .tally-legend")).to_contain_text("votes")
        if rank == 1:
            _qualify_and_change(page)
        page.get_by_role("link", name=re.compile("Proposition suivante|Terminer")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Merci : cela compte.")
    expect(page.locator(".lead")).to_contain_text("12 propositions")
    page.get_by_role("link", name="Voir les résultats").click()
    expect(page.get_by_text("ce n’est pas un échantillon représentatif")).to_be_visible()


def _qualify_and_change(page: Page) -> None:
    loved = page.get_by_role("button", name="Coup de cœur")
    expect(loved).to_have_attribute("aria-pressed", "false")
    loved.click()
    expect(page.get_by_role("button", name="Coup de cœur")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#qualifier-likeIt")).to_be_focused()
    page.get_by_role("button", name="Retirer mon vote").click()
    expect(page.locator("#card.is-voted")).to_have_count(0)
    expect(page.locator("#proposal")).to_be_focused()
    page.keyboard.press("3")
    expect(page.get_by_role("button", name="Neutre", exact=True)).to_have_attribute("aria-pressed", "true")


def test_a_vote_shows_in_the_tally_and_its_withdrawal_takes_it_out(open_page):
    page = open_page(CONSULTATION, **FRENCH)
    page.get_by_role("button", name="J’accepte, je vote").click()
    page.get_by_role("button", name="Neutre", exact=True).click()
    before = _votes(page)
    page.get_by_role("button", name="Retirer mon vote").click()
    expect(page.locator("#card.is-voted")).to_have_count(0)
    page.get_by_role("button", name="Neutre", exact=True).click()
    expect(page.locator(".tally-total")).to_be_visible()
    assert _votes(page) == before


def _votes(page: Page) -> int:
    return int(re.sub(r"\D", "", page.locator(".tally-total").inner_text()))


def test_a_visitor_votes_without_scripts_in_english_on_a_narrow_screen(open_page):
    page = open_page(CONSULTATION, **ENGLISH_NO_SCRIPT)
    page.get_by_role("button", name="I agree, let me vote").click()
    for rank in range(1, 13):
        expect(page.locator(".progress-count")).to_have_text(f"{rank} of 12")
        page.get_by_role("button", name="Agree", exact=True).click()
        expect(page.locator("#card.is-voted")).to_be_visible()
        page.get_by_role("link", name=re.compile("Next proposal|Finish")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you: that counts.")
    page.get_by_role("link", name="Withdraw my consent").click()
    page.get_by_role("button", name="Withdraw and delete my votes").click()
    expect(page.get_by_role("button", name="I agree, let me vote")).to_be_visible()


def test_a_proposal_is_written_signed_for_sent_refused_and_its_author_told_why(open_page):
    sentence = "Il faut prêter des vélos à toute personne qui cherche un emploi loin des trains."
    author = open_page(f"{CONSULTATION}/propose", **FRENCH)
    author.get_by_label("Ma proposition").fill(sentence)
    author.get_by_role("button", name=re.compile("Envoyer ma proposition|La mienne est différente")).click()
    _send_although_similar(author)
    sign_in(author, "autrice@demo.example")
    expect(author.get_by_label("Ma proposition")).to_have_value(sentence)
    author.get_by_role("button", name="Envoyer ma proposition").click()
    _send_although_similar(author)
    expect(author.get_by_text("En attente de modération")).to_be_visible()

    moderator = open_page("/sign-in", **ENGLISH_NO_SCRIPT)
    sign_in(moderator, "moderateur@demo.example", english=True)
    moderator.goto("/moderation/territoires")
    moderator.get_by_role("button", name="Take the next one").click()
    while sentence not in moderator.locator("#proposal").inner_text():
        moderator.get_by_role("button", name="Postpone").click()
    moderator.get_by_label("It holds several ideas").check()
    moderator.get_by_label("A word to the author").fill("Une idée à la fois.")
    moderator.get_by_role("button", name="Refuse").click()
    expect(moderator.get_by_text("Refused: its author is told why.")).to_be_visible()

    author.reload()
    expect(author.get_by_text("Elle contient plusieurs idées")).to_be_visible()
    expect(author.get_by_text("Une idée à la fois.")).to_be_visible()


def _send_although_similar(page: Page) -> None:
    """Where similar proposals were shown first, send all the same."""
    insist = page.get_by_role("button", name="La mienne est différente")
    if insist.count():
        insist.click()


def test_the_link_of_the_mail_signs_in_on_another_device(open_page):
    first = open_page("/sign-in", **FRENCH)
    first.get_by_label("Mon adresse électronique").fill("autre.appareil@demo.example")
    first.get_by_role("button", name="Recevoir le courriel").click()
    new_code(first, "autre.appareil@demo.example", before=[])
    phone = open_page("/demo/mail", **FRENCH)
    phone.locator(".mail", has_text="autre.appareil@demo.example").get_by_role("link").first.click()
    phone.get_by_role("main").get_by_role("button", name="Se connecter").click()
    expect(phone.locator(".menu > summary")).to_be_visible()


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "path",
    [
        "/",
        CONSULTATION,
        f"{CONSULTATION}/results",
        f"{CONSULTATION}/propose",
        "/sign-in",
        "/components",
        "/nowhere",
    ],
)
def test_no_page_is_wider_than_its_screen(open_page, path, scheme, width):
    page = open_page(path, locale="fr-FR", color_scheme=scheme, viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_going_back_shows_the_card_before_with_its_vote(open_page):
    page = open_page(CONSULTATION, **FRENCH)
    page.get_by_role("button", name="J’accepte, je vote").click()
    first = page.locator("#proposal").inner_text()
    page.get_by_role("button", name="Neutre", exact=True).click()
    page.get_by_role("link", name="Proposition suivante").click()
    expect(page.locator(".progress-count")).to_have_text("2 sur 12")
    page.go_back()
    expect(page.locator("#proposal")).to_have_text(first)
    expect(page.get_by_role("button", name="Neutre", exact=True)).to_have_attribute("aria-pressed", "true")


def test_a_vote_without_network_says_so_and_works_once_it_is_back(open_page):
    page = open_page(CONSULTATION, **FRENCH)
    page.get_by_role("button", name="J’accepte, je vote").click()
    page.wait_for_url("**/cards/*")
    page.context.set_offline(True)
    page.get_by_role("button", name="D’accord", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Le réseau n’a pas répondu")
    page.context.set_offline(False)
    page.get_by_role("button", name="D’accord", exact=True).click()
    expect(page.locator("#card.is-voted")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_the_keyboard_alone_reaches_a_vote(open_page):
    page = open_page(CONSULTATION, **FRENCH)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Aller au contenu")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("summary")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="J’accepte, je vote")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/cards/*")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="D’accord", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#card.is-voted")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".progress-count")).to_have_text("2 sur 12")


def test_a_moderator_decides_with_the_keyboard(open_page):
    author = open_page("/sign-in", **FRENCH)
    sign_in(author, "pressee@demo.example")
    for number in ("première", "seconde"):
        author.goto(f"{CONSULTATION}/propose")
        author.get_by_label("Ma proposition").fill(
            f"Il faut une fontaine dans la {number} cour de chaque école."
        )
        author.get_by_role("button", name="Envoyer ma proposition").click()
        _send_although_similar(author)
        expect(author.get_by_text("En attente de modération").first).to_be_visible()
    page = open_page("/sign-in", **FRENCH)
    sign_in(page, "moderateur@demo.example")
    page.goto("/moderation/territoires")
    waiting = int(page.locator(".figures dd").first.inner_text())
    page.get_by_role("button", name="Prendre la suivante").click()
    expect(page.locator("#proposal")).to_be_focused()
    page.keyboard.press("2")
    expect(page.get_by_text("Reportée")).to_be_visible()
    expect(page.locator("#proposal")).to_be_focused()
    page.get_by_label("Un mot à l’auteur").fill("Le 1 et le 2 ne décident rien ici.")
    page.goto("/moderation/territoires")
    assert int(page.locator(".figures dd").first.inner_text()) == waiting - 1
