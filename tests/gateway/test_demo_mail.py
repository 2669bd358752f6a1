"""The demo's mails: shown as text, escaped, and only in a demo."""

from __future__ import annotations

import mailbox
from email.message import EmailMessage

from gateway.pages.demo_mail import clickable


def test_there_is_no_such_page_outside_a_demo(browser):
    assert browser.get("/demo/mail").status_code == 404


def test_a_mail_is_shown_as_text_with_its_link_to_press(new_browser, tmp_path):
    mail = EmailMessage()
    mail["Subject"], mail["To"] = "Votre code : 123456 <i>", "camille@exemple.fr"
    mail["Date"] = "Sat, 21 Nov 2026 20:00:00 +0000"
    mail.set_content("Ouvrez http://localhost/sign-in/link?token=a&b=c\n<script>alert(1)</script>")
    mail.add_alternative("<b>HTML</b>", subtype="html")
    mailbox.Maildir(tmp_path / "mail", create=True).add(mail)
    page = new_browser(demo_mail=tmp_path / "mail").get("/demo/mail").get_data(as_text=True)
    assert '<a href="http://localhost/sign-in/link?token=a&amp;b=c">' in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "Votre code : 123456 &lt;i&gt;" in page
    assert "<b>HTML</b>" not in page
    assert "21 novembre 2026 à 21:00" in page


def test_a_demo_that_sent_nothing_yet_says_so(new_browser, tmp_path):
    page = new_browser(demo_mail=tmp_path / "none").get("/demo/mail").get_data(as_text=True)
    assert "Aucun courriel" in page


def test_whom_to_sign_in_as_is_listed(new_browser, tmp_path):
    accounts = ("camille@demo.example:Camille:citizen:", "odile@demo.example:Odile:ebv:op1")
    browser = new_browser(demo_mail=tmp_path / "none", demo_accounts=accounts)
    page = browser.get("/demo/mail").get_data(as_text=True)
    assert "<strong>Camille</strong>, vote, propose, porte un défi" in page
    assert "<strong>Odile</strong>, accompagne les défis (op1)" in page
    assert "odile@demo.example" in page


def test_only_web_addresses_become_links():
    assert "<a" not in clickable('javascript:alert(1) data:text/html,x "><img src=x>')
