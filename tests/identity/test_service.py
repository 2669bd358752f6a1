"""The service as a whole: its tables, its routes, its settings, its console."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

import services.identity
from libs.chassis.access import declared_access
from libs.chassis.errors import Conflict, Invalid
from libs.chassis.migrations import is_current
from libs.chassis.settings import SettingsError, read_settings
from services.identity import cli
from services.identity.app import MIGRATIONS
from services.identity.base import Base
from services.identity.settings import IdentitySettings

SERVICE = Path(services.identity.__file__).parent

ENVIRONMENT = {
    "MAILLAGE_IDENTITY_DATABASE_URL": "postgresql://identity",
    "MAILLAGE_BUS_URL": "amqp://bus",
    "MAILLAGE_IDENTITY_SECRET": "a secret of the tests, long enough to be one",
    "MAILLAGE_PUBLIC_URL": "https://maillage.test",
    "MAILLAGE_ISSUER": "https://maillage.test/api/identity",
    "MAILLAGE_SMTP_URL": "smtp://mail:25",
    "MAILLAGE_MAIL_FROM": "bonjour@maillage.test",
}


def test_the_migrations_make_exactly_the_tables_that_the_code_expects(identity_url):
    assert is_current(identity_url, MIGRATIONS)
    own = Base.metadata.tables.keys()

    def ours(_object: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
        return kind != "table" or name in own

    engine = create_engine(identity_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours, "compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_what_of_people_and_tokens_anyone_may_call_is_listed_here(identity):
    features = (
        "keys",
        "visitors",
        "sign_in",
        "sessions",
        "people",
        "roles",
        "organisations",
        "operators",
        "privacy",
    )
    anyone = {
        rule.endpoint
        for rule in identity.app.url_map.iter_rules()
        if rule.endpoint.startswith(tuple(f"{feature}." for feature in features))
        and not declared_access(identity.app, rule.endpoint).kinds
    }
    assert anyone == {
        "keys.jwks",
        "keys.provider",
        "visitors.create_visitor",
        "sign_in.ask_for_mail",
        "sessions.token",
        "sessions.sign_out",
        "organisations.list_organisations",
        "operators.list_operators",
        "operators.show_operator",
        "privacy.show_erasure",
    }


def test_settings_are_read_from_the_environment():
    (settings,) = read_settings(ENVIRONMENT | {"MAILLAGE_IDENTITY_KEY_PERIOD": "86400.5"}, IdentitySettings)
    assert settings.key_period == timedelta(days=1, seconds=0.5)
    assert "long enough" not in repr(settings)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"MAILLAGE_IDENTITY_SECRET": "short"}, "MAILLAGE_IDENTITY_SECRET"),
        ({"MAILLAGE_IDENTITY_SECRET": ""}, "MAILLAGE_IDENTITY_SECRET"),
        ({"MAILLAGE_IDENTITY_KEY_NOTICE": "99999999"}, "MAILLAGE_IDENTITY_KEY_NOTICE"),
        ({"MAILLAGE_IDENTITY_KEY_NOTICE": "0"}, "MAILLAGE_IDENTITY_KEY_NOTICE"),
        ({"MAILLAGE_IDENTITY_SECRETE": "x"}, "MAILLAGE_IDENTITY_SECRETE"),
    ],
)
def test_settings_that_cannot_be_are_refused_by_name(changes, named):
    with pytest.raises(SettingsError, match=named):
        read_settings(ENVIRONMENT | changes, IdentitySettings)


def test_the_first_administrator_is_made_at_the_console_once(identity):
    with identity.database.transaction() as session:
        person = cli.grant_first_administrator(session, "Admin@example.org")
    signed_in = identity.sign_in("admin@example.org")
    assert signed_in["person"]["id"] == str(person)
    assert signed_in["person"]["roles"] == [{"role": "administrator", "scope": "coalition"}]
    with pytest.raises(Conflict), identity.database.transaction() as session:
        cli.grant_first_administrator(session, "other@example.org")


def test_an_account_made_at_the_console_twice_is_one_and_keeps_its_name(identity):
    with identity.database.transaction() as session:
        first = cli.ensure_account(session, "ana@exemple.fr", "Ana", "fr")
        assert cli.ensure_account(session, "ANA@exemple.fr", "Somebody else", "en") == first
        assert cli.find_account(session, "ana@exemple.fr") == first
        assert cli.find_account(session, "nobody@exemple.fr") is None
        for _ in range(2):
            cli.grant_role(session, first, "moderator", "coalition")
    person = identity.sign_in("ana@exemple.fr")["person"]
    assert (person["display_name"], person["language"], len(person["roles"])) == ("Ana", "fr", 1)
    assert len(identity.events("role_granted")) == 1


def test_the_console_refuses_what_is_no_address(identity):
    with pytest.raises(Invalid), identity.database.transaction() as session:
        cli.ensure_account(session, "ana", None)
