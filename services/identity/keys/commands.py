"""Making, promoting and forgetting keys. Every change is published: in an event and in this service's own copy."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from joserfc.jwk import OKPKey
from sqlalchemy.orm import Session

from libs.chassis.db import lock
from libs.chassis.errors import NotFound
from libs.chassis.keys import save_keys
from libs.chassis.messages import N_
from libs.chassis.outbox import record
from libs.chassis.tokens import ALGORITHM
from libs.contracts.identity import KeysRotated
from services.identity.keys.models import SigningKey
from services.identity.keys.queries import all_keys, jwks, signing_key
from services.identity.keys.rules import KeyPolicy, outlived, successor_due, successor_wanted
from services.identity.vault import Vault

_LOCK = "identity signing keys"
_USE = "signing keys"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRing:
    """What it takes to keep the keys of one issuer."""

    issuer: str
    vault: Vault
    policy: KeyPolicy


def ensure_signing_key(session: Session, ring: KeyRing, now: datetime) -> SigningKey:
    """The key that signs now, made if it is the first; of two processes that start at once, one makes it."""
    key = signing_key(session)
    if key is None:
        rotate(session, ring, now)
        key = signing_key(session)
    assert key is not None
    return key


def rotate(session: Session, ring: KeyRing, now: datetime) -> None:
    """Take every step of the keys' life that is due, and publish the keys if one was."""
    lock(session, _LOCK)
    if _advance(session, ring, now):
        _publish(session, ring)


def withdraw(session: Session, ring: KeyRing, kid: str, now: datetime) -> None:
    """Give up a key whose private half may be known: whoever verifies tokens refuses all it signed within a minute.

    A key that was signing is replaced at once. Raises `NotFound`.
    """
    lock(session, _LOCK)
    key = session.get(SigningKey, kid)
    if key is None:
        raise NotFound("key.unknown", N_("There is no such key."))
    session.delete(key)
    session.flush()
    _advance(session, ring, now)
    _publish(session, ring)


def unsealed(key: SigningKey, ring: KeyRing) -> OKPKey:
    """The whole key, ready to sign. Raises `vault.Sealed` when another secret sealed it."""
    assert key.private is not None
    return OKPKey.import_key(json.loads(ring.vault.open(_USE, key.kid, key.private)))


def _advance(session: Session, ring: KeyRing, now: datetime) -> bool:
    """Remove, announce and promote what the rules say. Returns whether anything changed."""
    keys = {key.kid: key for key in all_keys(session)}
    gone = outlived([key.dates for key in keys.values()], now)
    for kid in gone:
        session.delete(keys.pop(kid))
    announced = successor_wanted([key.dates for key in keys.values()], ring.policy, now)
    if announced:
        key = _announce(session, ring, now)
        keys[key.kid] = key
    due = successor_due([key.dates for key in keys.values()], ring.policy, now)
    if due:
        _take_over(session, keys[due], now)
    return bool(gone or announced or due)


def _announce(session: Session, ring: KeyRing, now: datetime) -> SigningKey:
    made = OKPKey.generate_key("Ed25519", {"use": "sig", "alg": ALGORITHM})
    kid = made.thumbprint()  # RFC 7638: the id says which key it is, whoever computes it
    private = json.dumps(made.as_dict(private=True, kid=kid)).encode()
    key = SigningKey(
        kid=kid,
        public=made.as_dict(private=False, kid=kid),
        private=ring.vault.seal(_USE, kid, private),
        announced_at=now,
    )
    session.add(key)
    session.flush()
    return key


def _take_over(session: Session, successor: SigningKey, now: datetime) -> None:
    former = signing_key(session)
    if former is not None:
        former.retired_at, former.private = now, None
        session.flush()  # before the successor: the database allows one signing key at any moment
    successor.signing_at = now
    session.flush()


def _publish(session: Session, ring: KeyRing) -> None:
    session.flush()
    published = jwks(session)
    save_keys(session, ring.issuer, published)
    record(session, KeysRotated(issuer=ring.issuer, jwks=published))
