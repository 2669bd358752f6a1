"""The whole system as `maillage demo` starts it, and a real browser in front of it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"
QUIET = (
    "--no-sandbox",
    "--headless=new",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
PATIENCE_S = 180
RUNNING = 11
"""Of the demo's twelve défis, one has been completed."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a demo of its own, on a free port, which ends with the tests; or what MAILLAGE_SITE names."""
    named = os.environ.get("MAILLAGE_SITE")
    if named:
        yield named.rstrip("/")
        return
    data = tmp_path_factory.mktemp("demo")
    told = data.parent / "demo.log"
    environ = {name: value for name, value in os.environ.items() if not name.startswith("MAILLAGE_")}
    environ |= {"MAILLAGE_DATA": str(data / "var"), "PORT": "0"}
    command = [str(Path(sys.executable).with_name("maillage")), "demo"]
    with (
        told.open("w") as log,
        subprocess.Popen(command, env=environ, stderr=log, start_new_session=True) as demo,
    ):
        try:
            address = _address(demo, told)
            _wait_for_defis(address)
            yield address
        finally:
            demo.send_signal(signal.SIGINT)
            demo.wait(30)


def _address(demo: subprocess.Popen[bytes], told: Path) -> str:
    """What the demo says when it is ready."""
    for _ in range(PATIENCE_S * 10):
        found = re.search(r"Maillage runs at (http://\S+)", told.read_text())
        if found:
            return found[1]
        try:
            demo.wait(0.1)
        except subprocess.TimeoutExpired:
            continue
        break
    raise AssertionError(f"the demo did not start:\n{told.read_text()}")


def _wait_for_defis(address: str) -> None:
    """Wait until the coalition has heard of what the demo's operators published."""
    for _ in range(PATIENCE_S * 5):
        with urllib.request.urlopen(f"{address}/api/consultation/v1/observatory", timeout=30) as answer:
            if json.load(answer)["running"] == RUNNING:
                return
        time.sleep(0.2)
    raise AssertionError("the demo's défis are not known to the coalition")


# No longer than its module: while it is open Playwright keeps an event loop in this thread, and tests of other modules
# that need one of their own cannot have it.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=15_000)  # the machine may be running other tests
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser, site: str) -> Iterator[Any]:
    """Opens a page in a browser of its own; what its console complains of fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_one(path: str, **options: Any) -> Page:
        context = chromium.new_context(base_url=site, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console", lambda line: complaints.append(line.text) if "Content Security" in line.text else None
        )
        page.goto(path)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []
