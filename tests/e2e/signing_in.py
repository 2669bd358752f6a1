"""Signing in, in a browser, by the code that the demo's page of mails shows."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.e2e.api import CODE


def sign_in(page: Page, email: str, *, english: bool = False) -> None:
    """From the page that asks for an address, to the page that was wanted."""
    before = codes_mailed_to(page, email)[:1]
    page.get_by_label("My e-mail address" if english else "Mon adresse électronique").fill(email)
    page.get_by_role("button", name="Send me the mail" if english else "Recevoir le courriel").click()
    page.get_by_label("Six-digit code" if english else "Code à six chiffres").fill(
        new_code(page, email, before)
    )
    page.get_by_role("main").get_by_role("button", name="Sign in" if english else "Se connecter").click()
    expect(page.locator(".menu > summary")).to_be_visible()


def new_code(page: Page, email: str, before: list[str]) -> str:
    """The code of the next mail, `before` being the newest so far: the page shows a number of mails only."""
    for _ in range(50):
        newest = codes_mailed_to(page, email)[:1]
        if newest not in ([], before):
            return newest[0]
        page.wait_for_timeout(200)
    raise AssertionError(f"no mail for {email}")


def codes_mailed_to(page: Page, email: str) -> list[str]:
    """The codes in the mails to that address, the newest first."""
    mails = page.context.new_page()
    mails.goto("/demo/mail")
    bodies = mails.locator(".mail", has_text=email).locator(".mail-body").all_inner_texts()
    mails.close()
    found = [CODE.search(body) for body in bodies]
    return [code[1] + code[2] for code in found if code is not None]
