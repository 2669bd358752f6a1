"""Signing keys on a real database: made once, rotated, published, sealed, withdrawn."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from joserfc.jwk import OKPKey
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from libs.chassis.errors import NotFound, Unauthenticated
from services.identity import cli
from services.identity.keys import signer as signing
from services.identity.keys.commands import KeyRing, rotate
from services.identity.vault import Sealed, Vault
from tests.identity.conftest import ISSUER, Identity, kid

NOW = datetime.now(UTC)


def ring(identity: Identity) -> KeyRing:
    settings = identity.settings
    return KeyRing(issuer=settings.issuer, vault=Vault(settings.secret), policy=settings.key_policy)


def rotated(identity: Identity, days: float) -> None:
    """Run the job `days` from now."""
    with identity.database.transaction() as session:
        rotate(session, ring(identity), NOW + timedelta(days=days))


def states(identity: Identity) -> list[str]:
    query = """
        SELECT CASE WHEN retired_at IS NOT NULL THEN 'retired'
                    WHEN signing_at IS NULL THEN 'announced' ELSE 'signing' END
        FROM signing_key ORDER BY announced_at
    """
    with identity.database.transaction() as session:
        return list(session.execute(text(query)).scalars())


def visitor(identity: Identity) -> str:
    return str(identity.call("POST", "/v1/visitors").json["token"])


def published(identity: Identity) -> list[str]:
    return [key["kid"] for key in identity.call("GET", "/.well-known/jwks.json").json["keys"]]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes ask which key signs at every token, instead of once a minute."""
    monkeypatch.setattr(signing, "SIGNER_REFRESH", timedelta(0))


def test_no_key_exists_before_one_is_needed(identity):
    assert published(identity) == []
    assert states(identity) == []


def test_processes_that_start_at_once_make_one_first_key(processes):
    barrier = Barrier(8)

    def start(number: int) -> str:
        barrier.wait()
        return kid(visitor(processes[number % 2]))

    with ThreadPoolExecutor(8) as pool:
        kids = set(pool.map(start, range(8)))
    assert len(kids) == 1
    assert published(processes[0]) == list(kids)
    assert len(processes[0].events("keys_rotated")) == 1


def test_the_published_keys_have_no_private_half(identity):
    visitor(identity)
    (key,) = identity.call("GET", "/.well-known/jwks.json").json["keys"]
    assert key.keys() == {"kty", "crv", "x", "use", "alg", "kid"}
    assert (key["kty"], key["crv"], key["alg"], key["use"]) == ("OKP", "Ed25519", "Ed25519", "sig")
    assert key["kid"] == OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": key["x"]}).thumbprint()


def test_the_private_half_is_sealed_in_the_database(identity):
    visitor(identity)
    key = identity.app.extensions["identity.signer"]._key()
    with identity.database.transaction() as session:
        row = session.execute(text("SELECT private, public::text FROM signing_key")).one()
    assert key.as_dict(private=True)["d"].encode() not in bytes(row[0])
    assert '"d"' not in row[1]


def test_another_secret_opens_no_key_and_the_service_says_it_is_not_ready(identity, identity_url):
    visitor(identity)
    other = Identity(identity_url, secret="another secret of the tests, long enough too")
    try:
        assert other.call("POST", "/v1/visitors").status_code == 500
        ready = other.app.test_client().get("/readyz")
        assert ready.status_code == 503
        assert ready.json["checks"]["signing_key"] == "Sealed"
    finally:
        other.database.close()


def test_each_change_is_told_with_the_whole_set_and_kept_for_this_service_itself(identity):
    visitor(identity)
    rotated(identity, 89.5)
    event = identity.events("keys_rotated")[-1]
    assert event["issuer"] == ISSUER
    assert sorted(key["kid"] for key in event["jwks"]["keys"]) == sorted(published(identity))
    with identity.database.transaction() as session:
        own = session.execute(
            text("SELECT kid FROM verification_key WHERE issuer = :i"), {"i": ISSUER}
        ).scalars()
        assert sorted(own) == sorted(published(identity))


def test_a_key_is_announced_then_signs_then_retires_then_is_gone(identity, impatient):
    first = kid(visitor(identity))
    assert states(identity) == ["signing"]
    rotated(identity, 88)
    assert states(identity) == ["signing"]
    rotated(identity, 89.1)
    assert states(identity) == ["signing", "announced"]
    rotated(identity, 90)
    assert states(identity) == ["signing", "announced"]
    rotated(identity, 90.2)
    assert states(identity) == ["retired", "signing"]
    assert kid(visitor(identity)) != first
    assert first in published(identity)
    rotated(identity, 90.2 + 365)
    assert first in published(identity)
    rotated(identity, 90.2 + 366)
    assert first not in published(identity)


def test_a_retired_key_keeps_no_private_half(identity):
    visitor(identity)
    rotated(identity, 89.5)
    rotated(identity, 91)
    with identity.database.transaction() as session:
        kept = session.execute(text("SELECT private FROM signing_key ORDER BY announced_at")).scalars().all()
    assert kept[0] is None
    assert kept[1] is not None


def test_a_token_of_a_retired_key_is_still_good(identity, impatient):
    token = visitor(identity)
    rotated(identity, 89.5)
    rotated(identity, 91)
    assert identity.verifier.verify(token).kind == "visitor"


def test_a_process_that_has_not_seen_the_rotation_yet_signs_tokens_that_are_good(processes):
    late, prompt = processes
    before = kid(visitor(late))
    rotated(prompt, 89.5)
    rotated(prompt, 91)
    token = visitor(late)
    assert kid(token) == before
    assert prompt.verifier.verify(token).kind == "visitor"


def test_a_job_that_finds_nothing_due_tells_nothing(identity):
    visitor(identity)
    rotated(identity, 10)
    rotated(identity, 20)
    assert len(identity.events("keys_rotated")) == 1


def test_a_first_key_whose_transaction_fails_signs_nothing(identity):
    with pytest.raises(RuntimeError), identity.database.transaction() as session:  # noqa: PT012
        rotate(session, ring(identity), NOW)
        raise RuntimeError("the power goes")
    assert states(identity) == []
    assert kid(visitor(identity)) in published(identity)


def test_the_database_allows_one_signing_key_whatever_a_process_believes(identity):
    visitor(identity)
    with pytest.raises(IntegrityError):
        identity.execute(
            "INSERT INTO signing_key (kid, public, private, announced_at, signing_at)"
            " VALUES ('second', '{}', 'x', now(), now())"
        )


def test_a_withdrawn_key_stops_every_token_it_signed_and_another_signs_at_once(
    identity, impatient, monkeypatch
):
    monkeypatch.setattr("libs.chassis.keys._FRESH_FOR", 0.0)
    token = visitor(identity)
    assert identity.verifier.verify(token).kind == "visitor"
    with identity.database.transaction() as session:
        cli.withdraw_key(session, identity.settings, kid(token))
    with pytest.raises(Unauthenticated) as refusal:
        identity.verifier.verify(token)
    assert refusal.value.code == "token.key"
    assert states(identity) == ["signing"]
    assert identity.verifier.verify(visitor(identity)).kind == "visitor"


def test_withdrawing_a_key_that_is_not_there_is_refused(identity):
    with pytest.raises(NotFound), identity.database.transaction() as session:
        cli.withdraw_key(session, identity.settings, "nobody's")


def test_discovery_names_the_issuer_and_where_to_find_the_rest(identity):
    answer = identity.call("GET", "/.well-known/openid-configuration")
    assert answer.status_code == 200
    assert answer.json["issuer"] == ISSUER
    assert answer.json["jwks_uri"] == f"{ISSUER}/.well-known/jwks.json"
    assert answer.json["token_endpoint"] == f"{ISSUER}/v1/token"
    assert answer.json["id_token_signing_alg_values_supported"] == ["Ed25519"]
    assert answer.json["subject_types_supported"] == ["pairwise"]
    assert set(answer.json["grant_types_supported"]) == {"email_link", "email_code", "session"}


def test_keys_may_be_cached_for_less_than_they_are_announced(identity):
    for page in ("jwks.json", "openid-configuration"):
        kept = identity.call("GET", f"/.well-known/{page}").headers["Cache-Control"]
        assert kept == "public, max-age=300"
    assert timedelta(seconds=300) < identity.settings.key_notice


def test_what_is_sealed_opens_only_under_its_own_use_label_and_secret():
    vault = Vault("a secret of the tests, long enough to be one")
    sealed = vault.seal("keys", "one", b"content")
    assert vault.open("keys", "one", sealed) == b"content"
    others = [
        ("codes", "one", sealed),
        ("keys", "two", sealed),
        ("keys", "one", sealed[:-1] + b"\0"),
        ("keys", "one", b""),
    ]
    for use, label, body in others:
        with pytest.raises(Sealed):
            vault.open(use, label, body)
    with pytest.raises(Sealed):
        Vault("another secret of the tests, long enough too").open("keys", "one", sealed)
