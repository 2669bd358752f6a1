"""No page fails a check of axe-core's RGAA and WCAG rules; the keyboard reaches everything, with its place in sight."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.atlas import ATLAS, CITIZEN, NOBODY, PageOf, places
from tests.e2e.api import Api
from tests.e2e.signing_in import sign_in

pytestmark = pytest.mark.slow

Contexts = Callable[[str, dict[str, Any]], BrowserContext]
AXE = (Path(__file__).parent / "vendor/axe.min.js").read_text(encoding="utf-8")
TAGS = ["RGAAv4", "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NARROW_DARK: dict[str, Any] = {
    "viewport": {"width": 320, "height": 800},
    "color_scheme": "dark",
    "locale": "fr-FR",
}
WIDE_LIGHT: dict[str, Any] = {
    "viewport": {"width": 1280, "height": 900},
    "color_scheme": "light",
    "locale": "en-GB",
}


@pytest.fixture(scope="module")
def demo(site: str) -> dict[str, str]:
    """The places of the demo's pages."""
    return places(Api(site).ask)


@pytest.fixture(scope="module")
def signed_in(chromium: Browser, site: str) -> Callable[[str], Any]:
    """The cookies of each reader, signed in once."""
    states: dict[str, Any] = {NOBODY: None}

    def state(reader: str) -> Any:
        if reader not in states:
            context = chromium.new_context(base_url=site, locale="fr-FR")
            page = context.new_page()
            page.goto("/sign-in")
            sign_in(page, reader)
            states[reader] = context.storage_state()
            context.close()
        return states[reader]

    return state


@pytest.fixture(scope="module")
def contexts(chromium: Browser, site: str, signed_in: Callable[[str], Any]) -> Iterator[Contexts]:
    """A browser for each reader and way of looking, kept: what a page loads is loaded once."""
    kept: dict[str, BrowserContext] = {}

    def of(reader: str, options: dict[str, Any]) -> BrowserContext:
        key = f"{reader} {options}"
        if key not in kept:
            kept[key] = chromium.new_context(base_url=site, storage_state=signed_in(reader), **options)
        return kept[key]

    yield of
    for context in kept.values():
        context.close()


@pytest.fixture
def visit(contexts: Contexts) -> Iterator[Callable[..., Page]]:
    """Opens a path as a reader."""
    pages: list[Page] = []

    def open_one(path: str, reader: str, **options: Any) -> Page:
        page = contexts(reader, options).new_page()
        pages.append(page)
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        return page

    yield open_one
    for page in pages:
        page.close()


def violations(page: Page) -> list[str]:
    """What axe finds, each with the places where it does."""
    page.evaluate(AXE)
    found = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", TAGS)
    return [
        f"{one['id']}: {one['help']} — {[node['html'][:160] for node in one['nodes'][:3]]}"
        for one in found["violations"]
    ]


@pytest.mark.parametrize("options", [NARROW_DARK, WIDE_LIGHT], ids=["320 dark fr", "1280 light en"])
@pytest.mark.parametrize("one", ATLAS, ids=lambda one: f"{one.path} {one.reader}")
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    one: PageOf, options: dict[str, Any], visit: Callable[..., Page], demo: dict[str, str]
) -> None:
    page = visit(one.at(demo), one.reader, **options)
    assert violations(page) == []
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0
    assert page.locator("h1").count() == 1


SEEN = """() => {
  const element = document.activeElement, style = getComputedStyle(element), box = element.getBoundingClientRect();
  return {
    name: element.tagName + ' ' + (element.innerText || element.name || '').slice(0, 40),
    path: element === document.body ? '' : element.outerHTML.slice(0, 200) + box.x + ',' + (box.y + scrollY),
    ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    inside: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
  };
}"""
REACHABLE = """() => [...document.querySelectorAll(
  'a[href], button:not([disabled]), input:not([type=hidden], [type=radio]), select, textarea, summary')]
  .filter(element => element.checkVisibility({visibilityProperty: true}) && !element.closest('svg')).length"""


@pytest.mark.parametrize(
    ("path", "reader"),
    [
        ("/", CITIZEN),
        ("/consultations/territoires", NOBODY),
        ("/sign-in", NOBODY),
        ("/consultations/territoires/results", NOBODY),
        ("/defis", NOBODY),
        ("/ici/88400", NOBODY),
    ],
)
def test_the_keyboard_alone_reaches_everything_and_one_sees_where_it_is(
    path: str, reader: str, visit: Callable[..., Page], demo: dict[str, str]
) -> None:
    page = visit(path.format_map(demo), reader, **NARROW_DARK)
    expected = page.evaluate(REACHABLE)
    reached: dict[str, dict[str, Any]] = {}
    for _ in range(expected + 20):
        page.keyboard.press("Tab")
        at = page.evaluate(SEEN)
        if not at["path"] or at["path"] in reached:
            break
        reached[at["path"]] = at
    assert len(reached) >= expected
    assert [at["name"] for at in reached.values() if not (at["ring"] and at["inside"])] == []


@pytest.mark.parametrize("code", ["88400", "35238", "31555"])
def test_the_page_of_a_commune_prints_on_one_sheet_for_the_town_hall(
    code: str, visit: Callable[..., Page]
) -> None:
    page = visit(f"/ici/{code}", NOBODY, **WIDE_LIGHT)
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
