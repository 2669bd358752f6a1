"""Static files: named by their content, the same for everybody, and those that are listed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from gateway import wording
from gateway.statics import FOLDER


def test_a_static_file_is_kept_for_a_year_under_the_address_that_names_its_content(browser, app):
    digest = app.extensions["maillage.static"]["site.css"].digest
    assert "immutable" in browser.get(f"/static/site.css?v={digest}").headers["Cache-Control"]
    assert "immutable" not in browser.get("/static/site.css?v=older").headers["Cache-Control"]
    assert browser.get("/static/../settings.py").status_code == 404


def test_a_static_file_is_the_same_for_everybody_and_carries_no_cookie(browser):
    browser.consent()
    answer = browser.get("/static/site.css")
    assert "Set-Cookie" not in answer.headers
    assert set(answer.vary) == {"Accept-Encoding"}


def test_the_cookie_is_sent_when_it_changes_and_only_then(browser):
    browser.consent()
    browser.get("/consultations/territoires")
    assert "Set-Cookie" not in browser.get("/consultations/territoires/results").headers


def test_a_static_file_is_sent_compressed_to_who_reads_that(browser):
    plain = browser.get("/static/site.css")
    small = browser.get("/static/site.css", headers={"Accept-Encoding": "gzip"})
    assert small.headers["Content-Encoding"] == "gzip"
    assert len(small.get_data()) < len(plain.get_data()) / 2
    assert plain.get_data() == (FOLDER / "site.css").read_bytes()


def test_vendored_files_are_those_that_their_list_names():
    listed = dict(
        re.findall(r"\| `(\S+)` \|.*`([0-9a-f]{64})` \|", (FOLDER / "vendor/README.md").read_text())
    )
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (FOLDER / "vendor").iterdir()
        if path.suffix in (".js", ".css")
    }
    assert found == listed


def test_every_icon_that_a_template_names_is_in_the_sprite():
    sprite = set(re.findall(r'<symbol id="([^"]+)"', (FOLDER / "icons.svg").read_text()))
    labels = [label for table in vars(wording).values() for label in _labels(table)]
    named = {label.icon for label in labels}
    for template in (Path(FOLDER).parent / "templates").rglob("*.html"):
        named |= set(re.findall(r"icon\('([a-z0-9-]+)'", template.read_text()))
    assert named <= sprite


def _labels(table: object) -> Iterator[wording.Label]:
    """Every label of a table of words, however deep."""
    for value in table.values() if isinstance(table, dict) else ():
        yield from (value,) if isinstance(value, wording.Label) else _labels(value)
