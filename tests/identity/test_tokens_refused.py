"""Tokens that prove nothing here, against a route that needs somebody."""

from __future__ import annotations

import base64
import json
import time
from uuid import uuid4

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from services.identity.base import Document


@pytest.fixture(scope="module")
def token(unchanged):
    return unchanged.sign_in("ana@exemple.fr")["access_token"]


def parts(token: str) -> tuple[Document, Document]:
    header, claims, _ = token.split(".")
    return tuple(json.loads(base64.urlsafe_b64decode(part + "==")) for part in (header, claims))  # type: ignore[return-value]


def encoded(document: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).decode().rstrip("=")


def signing_key(unchanged) -> OKPKey:
    """The real private key, as only the service has it."""
    return unchanged.app.extensions["identity.signer"]._key()


def refused(unchanged, token: str) -> str:
    answer = unchanged.call("GET", "/v1/me", token=token)
    assert answer.status_code == 401, answer.json
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.content_type == "application/problem+json"
    return answer.json["code"]


def signed(unchanged, token: str, key: OKPKey | None = None, **changes: object) -> str:
    header, claims = parts(token)
    return jwt.encode(header, claims | changes, key or signing_key(unchanged), algorithms=["Ed25519"])


def test_every_token_names_its_key_and_its_algorithm(unchanged, token):
    header, claims = parts(token)
    published = {key["kid"] for key in unchanged.call("GET", "/.well-known/jwks.json").json["keys"]}
    assert header["alg"] == "Ed25519"
    assert header["kid"] in published
    assert (claims["iss"], claims["aud"], claims["kind"]) == (
        unchanged.settings.issuer,
        "coalition",
        "account",
    )


def test_no_token_at_all_is_refused(unchanged):
    answer = unchanged.call("GET", "/v1/me")
    assert (answer.status_code, answer.json["code"]) == (401, "token.missing")


def test_the_same_token_made_again_with_the_real_key_is_accepted(unchanged, token):
    assert unchanged.call("GET", "/v1/me", token=signed(unchanged, token)).status_code == 200


def test_an_expired_token_is_refused(unchanged, token):
    assert refused(unchanged, signed(unchanged, token, exp=int(time.time()) - 60)) == "token.expired"


def test_a_token_without_an_end_is_refused(unchanged, token):
    assert refused(unchanged, signed(unchanged, token, exp=None)) == "token.malformed"


def test_a_token_for_another_audience_is_refused(unchanged, token):
    assert refused(unchanged, signed(unchanged, token, aud="op1")) == "token.audience"
    assert refused(unchanged, signed(unchanged, token, aud=["coalition", "op1"])) == "token.audience"


@pytest.mark.parametrize(
    "issuer", ["https://evil.example", "", None, [], {}, "https://maillage.test/api/identity/"]
)
def test_a_token_of_another_issuer_is_refused(unchanged, token, issuer):
    assert refused(unchanged, signed(unchanged, token, iss=issuer)) == "token.issuer"


def test_a_token_signed_with_another_key_under_a_known_name_is_refused(unchanged, token):
    kid = parts(token)[0]["kid"]
    other = OKPKey.generate_key("Ed25519", {"kid": kid})
    assert refused(unchanged, signed(unchanged, token, other)) == "token.signature"


def test_a_token_under_an_unknown_key_is_refused(unchanged, token):
    header, claims = parts(token)
    key = OKPKey.generate_key("Ed25519")
    forged = jwt.encode(header | {"kid": "nobody's"}, claims, key, algorithms=["Ed25519"])
    assert refused(unchanged, forged) == "token.key"


def test_a_token_that_signs_itself_with_nothing_is_refused(unchanged, token):
    header, claims = parts(token)
    assert refused(unchanged, f"{encoded(header | {'alg': 'none'})}.{encoded(claims)}.") == "token.malformed"


def test_a_token_signed_with_the_public_key_as_a_shared_secret_is_refused(unchanged, token):
    header, claims = parts(token)
    public = signing_key(unchanged).as_dict(private=False)["x"]
    forged = jwt.encode(
        header | {"alg": "HS256"}, claims, OctKey.import_key(public + "==" * 4), algorithms=["HS256"]
    )
    assert refused(unchanged, forged) == "token.malformed"


def test_a_token_whose_claims_were_changed_is_refused(unchanged, token):
    _, claims = parts(token)
    head, _, signature = token.split(".")
    promoted = encoded(claims | {"grants": [["administrator", "coalition"]]})
    assert refused(unchanged, f"{head}.{promoted}.{signature}") == "token.signature"


@pytest.mark.parametrize(
    "text", ["x", "a.b", "a.b.c", "....", "é.é.é", "e30.e30.", "W10.W10.", "bnVsbA.bnVsbA.x", "1" * 5000]
)
def test_what_is_no_token_is_refused(unchanged, text):
    header = {"Authorization": f"Bearer {text}".encode().decode("latin-1")}
    answer = unchanged.app.test_client().get("/api/identity/v1/me", headers=header)
    assert answer.status_code == 401
    assert answer.json["code"] in ("token.malformed", "token.issuer")


@pytest.mark.parametrize(
    "changes",
    [
        {"sub": "ana"},
        {"sub": None},
        {"sub": 7},
        {"kind": "god"},
        {"kind": None},
        {"grants": 7},
        {"grants": ["a"]},
    ],
)
def test_a_sound_signature_under_unreadable_claims_is_refused(unchanged, token, changes):
    assert refused(unchanged, signed(unchanged, token, **changes)) == "token.malformed"


def test_a_token_of_an_account_that_is_gone_is_refused(unchanged, token):
    assert refused(unchanged, signed(unchanged, token, sub=str(uuid4()))) == "account.gone"


def test_only_bearer_tokens_are_read(unchanged, token):
    answer = unchanged.app.test_client().get(
        "/api/identity/v1/me", headers={"Authorization": f"Basic {token}"}
    )
    assert (answer.status_code, answer.json["code"]) == (401, "token.scheme")


def test_a_false_token_is_refused_even_where_none_is_needed(unchanged):
    assert unchanged.call("GET", "/v1/operators", token="x.y.z").status_code == 401
