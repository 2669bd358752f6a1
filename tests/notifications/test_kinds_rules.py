"""What is kept of what publishers send: whatever comes, it can be told, and nothing comes through that is not said."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.chassis.ids import uuid7
from services.notifications.email.letters import Window, compose_notices
from services.notifications.follows.rules import Reference, TopicKind, page_of, read_reference
from services.notifications.inbox.models import Notice
from services.notifications.kinds.catalogue import KINDS
from services.notifications.kinds.rules import LONGEST_TITLE, clean_facts, clean_title, details_of, path_of
from services.notifications.people.models import Recipient
from services.notifications.post import Post
from services.notifications.signatures import Signer
from services.notifications.wording import words_in

POST = Post("Maillage <nouvelles@maillage.test>", "https://maillage.test", Signer("-" * 32))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
TIMES = st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat())
CODES = st.sampled_from(["partisan", "report_too_thin", "creaction", "debate", "money", "completed"])
NAMES = st.sampled_from(
    ["reason", "reasons", "stage", "state", "role", "kind", "starts_at", "closes_at", "outcome"]
)
FACTS = st.dictionaries(NAMES, TIMES | CODES | st.lists(CODES, max_size=4) | JSON, max_size=6)


@given(FACTS, st.sampled_from(list(KINDS.values())), st.text(max_size=300), st.sampled_from(["fr", "en"]))
def test_whatever_a_publisher_sends_a_mail_can_be_made_of_it(
    facts: dict[str, Any], kind: Any, title: str, language: str
) -> None:
    recipient = Recipient(id=uuid7(), account=True, email="ana@example.org", language=language)
    notice = Notice(
        id=uuid7(),
        recipient_id=recipient.id,
        follow_id=None,
        kind=kind.code,
        title=clean_title(title),
        facts=clean_facts(kind, facts),
        path=path_of("op1", title),
        happened_at=datetime.now(UTC),
        read_at=None,
    )
    for notices in ([notice], [notice, notice]):
        for window in (None, Window(None, datetime.now(UTC))):
            mail = compose_notices(recipient, notices, POST, window)
            message = EmailMessage(policy=SMTP)
            message["Subject"] = mail.subject
            assert message["Subject"] == mail.subject


@given(FACTS, st.sampled_from(list(KINDS.values())))
def test_only_what_a_kind_says_is_kept_and_cleaning_twice_is_cleaning_once(
    facts: dict[str, Any], kind: Any
) -> None:
    kept = clean_facts(kind, facts)
    assert set(kept) <= {detail.fact for detail in kind.details}
    assert clean_facts(kind, kept) == kept
    assert len(details_of(kind, kept)) >= len(kept)


@given(st.text())
def test_a_title_is_one_visible_line_of_bounded_length(title: str) -> None:
    cleaned = clean_title(title)
    assert len(cleaned) <= LONGEST_TITLE
    assert cleaned == cleaned.strip()
    assert not [
        character
        for character in cleaned
        if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")
    ]


@given(st.text(), st.text())
def test_a_path_stays_on_the_site(owner: str, reference: str) -> None:
    path = path_of(owner, reference)
    assert path.startswith("/")
    assert not path.startswith("//")


@pytest.mark.parametrize(
    ("reference", "path"),
    [
        ("defi:0190a3c4-0000-7000-8000-000000000000", "/defis/op1/0190a3c4-0000-7000-8000-000000000000"),
        ("proposal:0190a3c4-0000-7000-8000-000000000000", "/account/proposals"),
        ("consultation:territoires", "/consultations/territoires"),
        ("workshop:0190a3c4-0000-7000-8000-000000000000", "/workshops/0190a3c4-0000-7000-8000-000000000000"),
        ("action:0190a3c4-0000-7000-8000-000000000000", "/actions/0190a3c4-0000-7000-8000-000000000000"),
        ("results:territoires", "/consultations/territoires/results"),
        ("meeting:0190a3c4-0000-7000-8000-000000000000", "/notices"),
        ("defi:../../sign-in", "/notices"),
        ("defi:x\n", "/notices"),
        ("", "/notices"),
    ],
)
def test_a_reference_leads_to_its_page(reference: str, path: str) -> None:
    assert path_of("op1", reference) == path


@pytest.mark.parametrize(
    "text", ["commune:35238", "commune:2A004", "defi:0190a3c4-0000-7000-8000-000000000000"]
)
def test_what_can_be_followed_is_read_as_it_is_written(text: str) -> None:
    assert str(read_reference(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "commune:3523",
        "commune:2C004",
        "commune:35238 ",
        "commune:٣٥٢٣٨",
        "defi:x",
        "region:53",
        "commune",
        "",
        ":",
    ],
)
def test_what_cannot_be_followed_is_not_read(text: str) -> None:
    assert read_reference(text) is None


def test_a_thing_whose_page_is_not_known_leads_home() -> None:
    assert page_of(Reference(TopicKind.CONSULTATION, "x")) == "/"
    assert page_of(Reference(TopicKind.COMMUNE, "35238")) == "/ici/35238"


def test_french_has_a_first_of_the_month() -> None:
    first = datetime(2026, 11, 1, 17, 30, tzinfo=UTC)
    assert words_in("fr").time(first) == "dimanche 1er\u00a0novembre 2026 à 18\u00a0h\u00a030"
    assert words_in("fr").day(first.date()) == "dimanche 1er\u00a0novembre"
    assert words_in("en").day(first.date()) == "Sunday 1\u00a0November"
    assert words_in("fr").day(first.date().replace(day=21)) == "samedi 21\u00a0novembre"
