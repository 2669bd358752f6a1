"""What the identity service tells the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from libs.contracts.event import Audience, Event, described, event


@event("identity.keys_rotated", version=1, audience=Audience.PUBLIC, subject="issuer")
@dataclass(frozen=True, kw_only=True)
class KeysRotated(Event):
    """The issuer's set of public keys changed: a key was announced, became the signing key, or was withdrawn.

    Carries the whole set, so that one message is enough to verify tokens without calling the issuer.
    """

    issuer: str = described("The `iss` of the tokens these keys sign.")
    jwks: dict[str, Any] = described("The JWK set (RFC 7517), public keys only, each with its `kid`.")


@event("identity.person_registered", version=1, audience=Audience.SERVICE, subject="person_id")
@dataclass(frozen=True, kw_only=True)
class PersonRegistered(Event):
    """Somebody confirmed an e-mail address for the first time and now has an account."""

    person_id: UUID = described("The coalition's pairwise id of the person.")
    language: str = described("The language the person reads, `fr` or `en`.")


@event("identity.role_granted", version=1, audience=Audience.SERVICE, subject="person_id")
@dataclass(frozen=True, kw_only=True)
class RoleGranted(Event):
    """A person was given a role within a scope."""

    person_id: UUID = described("The coalition's pairwise id of the person.")
    role: str = described("The role, e.g. `moderator`.")
    scope: str = described("Where it holds: `coalition`, `cause:<id>`, `operator:<code>`, …")


@event("identity.role_revoked", version=1, audience=Audience.SERVICE, subject="person_id")
@dataclass(frozen=True, kw_only=True)
class RoleRevoked(Event):
    """A role that a person held within a scope was taken back."""

    person_id: UUID = described("The coalition's pairwise id of the person.")
    role: str = described("The role, e.g. `moderator`.")
    scope: str = described("Where it held.")


@event("identity.contact_confirmed", version=1, audience=Audience.SERVICE, subject="person_id")
@dataclass(frozen=True, kw_only=True)
class ContactConfirmed(Event):
    """A person proved that an address is theirs, or changed the language they read: this is how to write to them.

    Carries the whole of it, so that the last one is all a reader needs.
    """

    person_id: UUID = described("The coalition's pairwise id of the person.")
    email: str = described("The address that mail goes to.")
    language: str = described("The language the person reads, `fr` or `en`.")


@event("identity.subject_paired", version=1, audience=Audience.SERVICE, subject="person_id")
@dataclass(frozen=True, kw_only=True)
class SubjectPaired(Event):
    """An owner now knows a person, under an id of its own.

    Only the coalition's notifications reads it: it must find who is meant by what an operator addresses to a person.
    """

    person_id: UUID = described("The coalition's pairwise id of the person.")
    owner: str = described("The code of the owner, e.g. `op1`.")
    pairwise_id: UUID = described("The id under which that owner knows the person.")
