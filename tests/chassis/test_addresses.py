"""A database across a network is only reached by an address that says who is to answer there."""

from __future__ import annotations

import pytest

from libs.chassis.addresses import database_address
from libs.chassis.settings import SettingsError, read_settings
from services.identity.settings import IdentitySettings


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://a:b@127.0.0.1:5432/identity",
        "postgresql://a:b@[::1]:5432/identity",
        "postgresql://a:b@localhost/identity",
        "postgresql://a:b@postgres:5432/identity",
        "postgresql:///identity?host=/run/postgresql",
        "postgresql://a:b@%2Frun%2Fpostgresql/identity",
        "postgresql://a:p.q@postgres/identity",
    ],
)
def test_what_leads_over_no_network_is_taken_as_it_is(url: str) -> None:
    database_address(url)


@pytest.mark.parametrize(
    "host", ["db.example", "10.0.0.7:5432", "[2001:db8::7]:5432", "127.0.0.1,db.example", "db.example:5433"]
)
def test_what_leads_over_a_network_says_how(host: str) -> None:
    url = f"postgresql://identity:word@{host}/identity"
    for unsafe in (url, f"{url}?sslmode=prefer", f"{url}?sslmode=require"):
        with pytest.raises(ValueError, match="sslmode=verify-full") as refusal:
            database_address(unsafe)
        assert "word" not in str(refusal.value)
    database_address(f"{url}?sslmode=verify-full&sslrootcert=/etc/ca.pem")
    database_address(f"{url}?sslmode=disable")


def test_a_host_that_stands_behind_the_question_mark_is_found() -> None:
    with pytest.raises(ValueError, match=r"db\.example"):
        database_address("postgresql:///identity?host=db.example")


def test_a_service_that_is_told_such_an_address_does_not_start() -> None:
    with pytest.raises(SettingsError, match=r"MAILLAGE_IDENTITY_DATABASE_URL leads over .* db\.example"):
        read_settings({"MAILLAGE_IDENTITY_DATABASE_URL": "postgresql://a@db.example/i"}, IdentitySettings)
