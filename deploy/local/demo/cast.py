"""Whom to sign in as in a demo: everybody with a part, for the list printed at the start and on the page of mails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from deploy.local.demo.accounts import ACCOUNTS
from deploy.local.demo.defis import DemoPerson, demo_defis, demo_operators


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody with an account; `operator` is the code of theirs, or empty."""

    email: str
    name: str
    part: str
    operator: str = ""

    def __str__(self) -> str:
        where = f" ({self.operator})" if self.operator else ""
        return f"{self.email:30} {self.name}, {DOES[self.part]}{where}"

    def as_setting(self) -> str:
        """How the gateway is told: `address:name:part:operator`."""
        return ":".join((self.email, self.name, self.part, self.operator))


DOES = {
    "citizen": "votes, proposes, carries a défi",
    "moderator": "decides on proposals",
    "coordinator": "runs the cause",
    "administrator": "grants roles",
    "measurer": "measures the actions",
    "ebv": "accompanies défis",
    "operator_staff": "works for the operator",
    "porteur": "carries a défi",
}


def cast() -> tuple[Member, ...]:
    """Everybody with a part: the coalition's, then each operator's."""
    coalition = [Member(account.email, account.name, account.part) for account in ACCOUNTS]
    return (*coalition, *_of_operators())


def _of_operators() -> Iterator[Member]:
    for code, operator in demo_operators().items():
        porteur = operator.people[demo_defis(code)[0].porteur]
        parts: dict[str, DemoPerson] = {
            "ebv": operator.ebv,
            "operator_staff": operator.staff,
            "porteur": porteur,
        }
        yield from (Member(person.email, person.name, part, code) for part, person in parts.items())
