"""The forms that signing in takes, without anything running."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.sign_in.rules import is_local_path, read_code, spell_code
from services.identity.vault import fingerprint, same


@given(st.integers(min_value=0, max_value=999_999))
def test_a_code_is_read_back_as_it_was_spelled(number):
    code = f"{number:06}"
    assert read_code(spell_code(code)) == code


@pytest.mark.parametrize(
    "typed", ["123456", "123 456", " 12 34 56 ", "123\u00a0456", "123\u202f456", "123-456"]
)
def test_a_code_is_read_however_it_is_spaced(typed):
    assert read_code(typed) == "123456"


@pytest.mark.parametrize(
    "typed", ["", "12345", "1234567", "12345a", "१२३४५६", "１２３４５６", "+12345", "12345\n6x"]
)
def test_what_is_not_six_plain_digits_is_no_code(typed):
    assert read_code(typed) is None


@pytest.mark.parametrize(
    "path", ["/", "/consultations/territoires", "/ici/75056?page=2#propositions", "/défis/é"]
)
def test_a_path_of_this_site_is_one(path):
    assert is_local_path(path)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "consultations",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "/a\n",
        "/a\\..\\b",
        "https://evil.example",
        "javascript:alert(1)",
        " /a",
    ],
)
def test_what_leads_elsewhere_is_no_path_of_this_site(path):
    assert not is_local_path(path)


@given(st.text())
def test_a_local_path_always_begins_with_one_slash(path):
    if is_local_path(path):
        assert path[0] == "/"
        assert path[1:2] not in ("/", "\\")


@given(st.text(), st.text())
def test_two_secrets_agree_only_when_they_are_the_same(one, other):
    if all(not "\ud800" <= letter <= "\udfff" for letter in one + other):
        assert same(fingerprint(one), fingerprint(other)) == (one == other)
