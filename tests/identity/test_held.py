"""What is held of an account is shown to the person, and to nobody else."""

from __future__ import annotations

from tests.identity.conftest import Identity
from tests.identity.erasures import ANA, live


def test_everything_held_is_shown_to_the_person_alone(identity: Identity, two_operators: str) -> None:
    token, ids = live(identity)
    identity.sign_in("bob@exemple.fr")
    held = identity.call("GET", "/v1/me/held", token=token).json
    assert held["account"]["email"] == ANA
    assert held["account"]["display_name"] == "Ana Durand"
    assert {row["owner"] for row in held["known_by"]} == set(ids)
    assert [row["role"] for row in held["roles"]] == ["moderator"]
    assert (len(held["sessions"]), len(held["sign_ins"])) == (2, 1)
    assert "bob@exemple.fr" not in str(held)
    assert identity.call("GET", "/v1/me/held").status_code == 401
