"""From a vote to a défi, in a browser: three people in three browsers, in French; then in English without scripts.

Somebody consents, votes, proposes; a moderator accepts; the results are there. They launch a défi, a neighbour joins
it and offers help, they debate and report it; the next stage is asked for too early, then in time. The field agent
confirms it, and whoever is in it is told.

`make walk SITE=…` walks it on a demo that runs already, and may do so again.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.api import Api
from tests.e2e.signing_in import sign_in
from tests.e2e.words import Say, about, speaker

pytestmark = pytest.mark.slow

PARIS = ZoneInfo("Europe/Paris")
COMMITTED = 5
FRENCH: dict[str, Any] = {"locale": "fr-FR", "viewport": {"width": 1280, "height": 900}}
ENGLISH_NO_SCRIPT: dict[str, Any] = {
    "locale": "en-GB",
    "viewport": {"width": 320, "height": 720},
    "java_script_enabled": False,
}


@dataclass
class Walk:
    """Who walks, in which words. `porteur`, `neighbour` and `staff` are browsers of their own."""

    porteur: Page
    neighbour: Page
    staff: Page
    say: Say
    english: bool
    idea: str
    title: str
    names: tuple[str, str]

    def sign_in(self, page: Page, email: str) -> None:
        page.goto("/sign-in")
        sign_in(page, email, english=self.english)

    def sign_out(self, page: Page) -> None:
        page.locator(".menu > summary").click()
        page.get_by_role("button", name=self.say("Sign out")).click()

    def button(self, page: Page | Locator, english: str) -> Locator:
        return page.get_by_role("button", name=self.say(english))

    def link(self, page: Page | Locator, english: str) -> Locator:
        return page.get_by_role("link", name=self.say(english))

    def field(self, page: Page, english: str) -> Locator:
        return page.get_by_label(self.say(english))


@pytest.fixture
def walk(open_page: Callable[..., Page]) -> Callable[[str], Walk]:
    def begin(language: str) -> Walk:
        english = language == "en"
        options = ENGLISH_NO_SCRIPT if english else FRENCH
        pages = [open_page("/", **options) for _ in range(3)]
        idea = "un local où réparer ses vélos" if english else "une bibliothèque d’outils"
        which = token_hex(3)  # the site may have been walked before
        return Walk(
            *pages,
            say=speaker(language),
            english=english,
            idea=f"Il faut {idea} dans le quartier {which}.",
            title=f"Ouvrir ensemble {idea}, quartier {which}",
            names=(f"Aline {which}", f"Basile {which}"),
        )

    return begin


@pytest.mark.parametrize("language", ["fr", "en"])
def test_from_a_vote_to_a_stage_confirmed_and_told(walk: Callable[[str], Walk], language: str) -> None:
    people = walk(language)
    _vote_and_propose(people)
    _accept(people)
    _read_results(people)
    address = _launch(people)
    _publish(people)
    meeting, starts = _announce_debate(people, address)
    _be_refused_the_stage(people, address)
    _join_and_offer(people, address)
    _argue(people, meeting)
    for rank in range(COMMITTED - 2):
        _pledge_by_api(address, f"voisine{rank}.{_email(people.names[1])}")
    _report(people, meeting, starts)
    _ask_for_the_stage(people, address)
    _confirm(people)
    _be_told(people, address)


def _vote_and_propose(people: Walk) -> None:
    page, say = people.porteur, people.say
    page.goto("/consultations/territoires")
    people.button(page, "I agree, let me vote").click()
    page.get_by_role("button", name=say("Agree"), exact=True).click()
    expect(page.locator("#card.is-voted")).to_be_visible()
    page.goto("/consultations/territoires/propose")
    people.field(page, "My proposal").fill(people.idea)
    _send_proposal(people)
    sign_in(page, _email(people.names[0]), english=people.english)
    expect(people.field(page, "My proposal")).to_have_value(people.idea)
    _send_proposal(people)
    expect(page.get_by_text(say("Awaiting moderation"))).to_be_visible()


def _send_proposal(people: Walk) -> None:
    """Similar proposals may be shown first: then insist."""
    page = people.porteur
    with page.expect_navigation():
        people.button(page, "Send my proposal").click()
    insist = people.button(page, "Mine is different: send it")
    if insist.count():
        insist.click()


def _accept(people: Walk) -> None:
    page = people.staff
    people.sign_in(page, "moderateur@demo.example")
    page.goto("/moderation/territoires")
    people.button(page, "Take the next one").click()
    while people.idea not in page.locator("#proposal").inner_text():
        people.button(page, "Postpone").click()
    page.get_by_role("button", name=people.say("Accept"), exact=True).click()
    expect(page.get_by_text(people.say("Accepted: it will be put to the vote."))).to_be_visible()
    people.sign_out(page)


def _read_results(people: Walk) -> None:
    page = people.porteur
    page.goto("/account/proposals")
    expect(page.get_by_text(people.say("Published"))).to_be_visible()
    page.goto("/consultations/territoires/results")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator(".tally").first).to_be_visible()


def _launch(people: Walk) -> str:
    """Launch a défi in Épinal; returns its address."""
    page, say = people.porteur, people.say
    page.goto("/defis/launch")
    people.field(page, "Name of the commune, or postal code").fill("epinal")
    people.button(page, "Find").click()
    page.get_by_role("link", name=re.compile("Épinal")).first.click()
    page.get_by_role("button", name=about(say("Mine is different: go on"), say("Go on"))).click()
    people.field(page, "The problem").fill(
        "On jette faute d’outils, et personne ne sait chez qui en trouver."
    )
    people.field(page, "A first date").fill((datetime.now(PARIS) + timedelta(days=20)).date().isoformat())
    people.field(page, "A title").fill(people.title)
    page.get_by_label(say("Living together")).check()
    page.get_by_role("button", name=say("Go on"), exact=True).click()
    people.field(page, "How others will call me here").fill(people.names[0])
    page.get_by_role("button", name=say("Go on"), exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(say("Read it over, then send it"))
    people.button(page, "Send my défi").click()
    page.wait_for_url(re.compile(r"/defis/op1/[0-9a-f-]{36}"))
    expect(page.locator(".defi-head")).to_contain_text(say("Waiting for an answer"))
    return re.sub(r"[?#].*", "", page.url)


def _publish(people: Walk) -> None:
    page = people.staff
    people.sign_in(page, "ebv-vosges@demo.example")
    page.goto("/accompaniment")
    page.get_by_role("link", name=people.title).first.click()
    page.locator("input[name=decision][value=publish]").check()
    people.button(page, "Send my decision").click()
    expect(page.locator(".defi-head")).to_contain_text(people.say("Under way"))


def _announce_debate(people: Walk, address: str) -> tuple[str, datetime]:
    """Announce a debate that begins with the next minute; returns its address and when it begins."""
    page = people.porteur
    page.goto(f"{address}/meetings")
    people.link(page, "Announce a meeting").first.click()
    page.locator("input[name=kind][value=debate]").check()
    page.get_by_label(people.say("Title"), exact=True).fill("Où ranger les outils ?")
    people.field(page, "Place").first.fill("Salle des fêtes, Épinal")
    starts = (datetime.now(PARIS) + timedelta(seconds=70)).replace(second=0, microsecond=0)
    people.field(page, "Day").first.fill(starts.date().isoformat())
    people.field(page, "Begins at").fill(f"{starts:%H:%M}")
    people.field(page, "Ends at").fill(f"{starts + timedelta(hours=1):%H:%M}")
    people.field(page, "Last day, if it ends on another one").fill(
        (starts + timedelta(hours=1)).date().isoformat()
    )
    people.button(page, "Announce it").click()
    page.wait_for_url(re.compile(r"/meetings/[0-9a-f-]{36}"))
    return re.sub(r"[?#].*", "", page.url), starts


def _be_refused_the_stage(people: Walk, address: str) -> None:
    page, say = people.porteur, people.say
    page.goto(f"{address}/gate")
    page.get_by_role("button", name=about(say("Ask for %(stage)s"))).click()
    missing = page.get_by_role("alert").filter(
        has_text=say("Not quite yet: the défi is on its way, and this is still missing.")
    )
    expect(missing).to_be_visible()
    expect(missing.locator(".missing li")).to_have_count(2)


def _join_and_offer(people: Walk, address: str) -> None:
    page, say, name = people.neighbour, people.say, people.names[1]
    people.sign_in(page, _email(name))
    page.goto(f"{address}/people")
    people.link(page, "Ask to join").click()
    people.field(page, "How others will call me here").fill(name)
    people.button(page, "Send my request").click()
    people.porteur.goto(f"{address}/people")
    people.porteur.get_by_role("button", name=re.compile(f"^{say('Accept')}")).click()
    expect(people.porteur.locator(".defi-members")).to_contain_text(name)
    page.goto(f"{address}/pledges")
    people.link(page, "Offer something").first.click()
    page.locator("input[name=kind][value=material]").check()
    people.field(page, "Describe it").fill("Une scie à onglet et deux perceuses")
    people.field(page, "How others will call me here").fill(name)
    people.button(page, "Make this offer").click()
    expect(page.get_by_text("Une scie à onglet")).to_be_visible()


def _argue(people: Walk, meeting: str) -> None:
    page = people.neighbour
    page.goto(meeting)
    page.locator("input[name=side][value=for]").check()
    people.field(page, "Your argument").fill("Un seul lieu, c’est plus simple à ouvrir.")
    people.button(page, "Give this argument").click()
    expect(page.locator(".side-for")).to_contain_text("plus simple à ouvrir")


def _pledge_by_api(address: str, email: str) -> None:
    """One more neighbour, who offers time; by the API, the pages having been walked by the others."""
    site, defi = address.split("/defis/")[0], address.rpartition("/")[2]
    pledge = {"kind": "time", "description": "Deux heures le samedi", "name": email.split("@")[0], "hours": 2}
    Api(site).ask(email, "POST", f"/api/territories/op1/v1/defis/{defi}/pledges", pledge, owner="op1")


def _report(people: Walk, meeting: str, starts: datetime) -> None:
    page = people.porteur
    page.wait_for_timeout(max(0.0, (starts - datetime.now(PARIS)).total_seconds()) * 1000 + 500)
    page.goto(meeting)
    people.link(page, "Write the report").click()
    people.field(page, "What was said and decided").fill("Un local prêté par la mairie, ouvert le samedi.")
    people.field(page, "How many people came").fill("14")
    people.button(page, "Publish the report").click()
    expect(page.get_by_text("Un local prêté par la mairie")).to_be_visible()


def _ask_for_the_stage(people: Walk, address: str) -> None:
    page = people.porteur
    page.goto(f"{address}/gate")
    page.get_by_role("button", name=about(people.say("Ask for %(stage)s"))).click()
    expect(page.get_by_role("heading", name=people.say("What waits for an answer"))).to_be_visible()


def _confirm(people: Walk) -> None:
    page = people.staff
    page.goto("/accompaniment")
    page.get_by_role("link", name=people.title).first.click()
    page.locator("input[name=decision][value=confirm]").check()
    people.button(page, "Send my decision").click()
    expect(page.locator("input[name=decision]")).to_have_count(0)


def _be_told(people: Walk, address: str) -> None:
    """The neighbour reads it in their notices, and the défi's page says it."""
    page = people.neighbour
    for _ in range(60):
        page.goto("/notices")
        told = page.locator("main").filter(has_text=people.title).get_by_text("Cré’action")
        if told.count():
            break
        page.wait_for_timeout(500)
    expect(told.first).to_be_visible()
    page.goto(address)
    expect(page.locator("[aria-current=step]")).to_contain_text("Cré’action")


def _email(name: str) -> str:
    return f"{name.replace(' ', '.').lower()}@exemple.fr"
