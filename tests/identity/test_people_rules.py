"""What an e-mail address is, without anything running."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.people.rules import read_email


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("ana@exemple.fr", "ana@exemple.fr"),
        ("  ana@exemple.fr\n", "ana@exemple.fr"),
        ("Ana.Durand+vote@EXEMPLE.FR", "Ana.Durand+vote@exemple.fr"),
        ("ana@mairie-de-saint-étienne.fr", "ana@xn--mairie-de-saint-tienne-q8b.fr"),
        ("ana@e\u0301cole.fr", "ana@xn--cole-9oa.fr"),
        ("o'brien@sub.example.co", "o'brien@sub.example.co"),
    ],
)
def test_an_address_is_kept_as_mail_needs_it(typed, kept):
    address = read_email(typed)
    assert address is not None
    assert address.text == kept


def test_addresses_that_differ_by_case_are_one_person():
    one, other = read_email("Ana@Exemple.fr"), read_email("ANA@exemple.FR")
    assert one is not None
    assert other is not None
    assert one.key == other.key


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ana",
        "@exemple.fr",
        "ana@",
        "ana@exemple",
        "ana@@exemple.fr",
        "ana@b@exemple.fr",
        "ana exemple@exemple.fr",
        ".ana@exemple.fr",
        "ana.@exemple.fr",
        "a..na@exemple.fr",
        "ana@-exemple.fr",
        "ana@exemple..fr",
        "ana@exemple.fr.",
        "ana@[127.0.0.1]",
        "ana@127.0.0.1",
        "ana@exemple.fr\nBcc: bruno@exemple.fr",
        "ana\r\n@exemple.fr",
        "Ana <ana@exemple.fr>",
        "ana@exemple.fr,bruno@exemple.fr",
        "anä@exemple.fr",
        "ana\u0131@exemple.fr",
        "ana@exemple.fr\x00",
        "a" * 65 + "@exemple.fr",
        "ana@" + "a" * 64 + ".fr",
        "ana@" + ".".join(["a" * 60] * 5) + ".fr",
        "\ud800@exemple.fr",
        "ana@\ud800.fr",
    ],
)
def test_what_mail_cannot_be_sent_to_is_no_address(typed):
    assert read_email(typed) is None


@given(st.text())
def test_whatever_is_typed_is_read_or_refused_and_what_is_read_fits_a_header(typed):
    address = read_email(typed)
    if address is not None:
        assert address.text.isascii()
        assert not set(address.text) & set('\r\n\0 <>,;:"()[]\\')
        assert len(address.text) <= 254


@given(st.emails())
def test_reading_an_address_again_changes_nothing(typed):
    address = read_email(typed)
    if address is not None:
        assert read_email(address.text) == address
