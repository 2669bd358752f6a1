"""What a caller is to one défi, and so what they may do to it.

People of the défi are its porteur, its core group and its members. Those who accompany it are the operator's: the EBV
of its territory and the staff. A person who is both has a conflict of interest, and decides on nothing of that défi.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from libs.chassis.errors import Forbidden
from libs.chassis.messages import N_
from libs.chassis.tokens import Principal

EBV: Final = "ebv"
STAFF: Final = "operator_staff"


class Role(StrEnum):
    """A person's part in a défi."""

    PORTEUR = "porteur"
    CORE = "core"
    MEMBER = "member"


def operator_scope(owner: str) -> str:
    """The scope of a grant over everything that an operator serves."""
    return f"operator:{owner}"


def departement_of(commune: str) -> str:
    """The code of the département of an INSEE commune code: three characters overseas, two elsewhere."""
    return commune[:3] if commune.startswith(("97", "98")) else commune[:2]


def territory_scopes(commune: str) -> tuple[str, str]:
    """The scopes of grants that reach a commune: its own, and that of its département."""
    return f"territory:{commune}", f"territory:{departement_of(commune)}"


@dataclass(frozen=True, slots=True)
class Standing:
    """What one caller is to one défi. `subject` is None for who is not signed in."""

    subject: UUID | None = None
    role: Role | None = None
    ebv: bool = False
    staff: bool = False

    @classmethod
    def of(cls, caller: Principal | None, role: Role | None, commune: str | None, owner: str) -> Standing:
        """The standing of `caller`, whose active membership is `role`, in a défi of `commune` at `owner`."""
        if caller is None or caller.kind != "account":
            return cls()
        everywhere = operator_scope(owner)
        near = territory_scopes(commune) if commune else ()
        return cls(caller.subject, role, caller.has(EBV, everywhere, *near), caller.has(STAFF, everywhere))

    @property
    def carries(self) -> bool:
        """Whether they are the porteur."""
        return self.role is Role.PORTEUR

    @property
    def in_core(self) -> bool:
        """Whether they are of the core group, which the porteur is too."""
        return self.role in (Role.PORTEUR, Role.CORE)

    @property
    def accompanies(self) -> bool:
        """Whether the operator sent them."""
        return self.ebv or self.staff

    @property
    def inside(self) -> bool:
        """Whether they read what is not for everybody: the group, and those who accompany it."""
        return self.role is not None or self.accompanies

    @property
    def acts_as(self) -> str:
        """The part in which they act, for the timeline."""
        if self.role is not None:
            return self.role.value
        return EBV if self.ebv else STAFF if self.staff else "account"

    def require_porteur(self) -> None:
        """Raise `Forbidden` unless they carry the défi."""
        if not self.carries:
            raise Forbidden("access.porteur", N_("Only the porteur of this défi can do this."))

    def require_core(self) -> None:
        """Raise `Forbidden` unless they are of its core group."""
        if not self.in_core:
            raise Forbidden("access.core_group", N_("Only the core group of this défi can do this."))

    def require_core_or_companion(self) -> None:
        """Raise `Forbidden` unless they are of its core group or accompany it."""
        if not self.accompanies:
            self.require_core()

    def require_inside(self) -> None:
        """Raise `Forbidden` unless they are of the group or accompany it."""
        if not self.inside:
            raise Forbidden("access.members", N_("Only the members of this défi can read this."))

    def require_judge(self) -> None:
        """Raise `Forbidden` unless they accompany the défi and have no part in it."""
        if not self.accompanies:
            raise Forbidden(
                "access.companion", N_("Only the EBV of this territory or the operator can decide this.")
            )
        self._require_impartial()

    def require_operator(self) -> None:
        """Raise `Forbidden` unless they are of the operator's staff and have no part in the défi."""
        if not self.staff:
            raise Forbidden("access.operator", N_("Only the operator can decide this."))
        self._require_impartial()

    def _require_impartial(self) -> None:
        if self.role is not None:
            raise Forbidden(
                "access.conflict_of_interest",
                N_("You are part of this défi: another EBV or the operator’s staff will decide."),
            )
