"""What an installation is made of: each of the coalition's services, and the défi service once for each operator."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from deploy.local.refusals import Refused

SERVICES = ("identity", "consultation", "notifications")
OPERATORS = "MAILLAGE_OPERATORS"
"""The variable with the codes of the operators whose défis are served here, separated by commas."""


@dataclass(frozen=True, slots=True)
class Instance:
    """A service of one owner; `operator` is empty for the coalition's own."""

    service: str
    operator: str = ""

    @property
    def name(self) -> str:
        """Its database, its role in PostgreSQL, and what it is called here: `identity`, `defis_op1`."""
        return f"{self.service}_{self.operator}" if self.operator else self.service

    @property
    def database_variable(self) -> str:
        """The variable with the address of its database."""
        return f"MAILLAGE_{self.name.upper()}_DATABASE_URL"


def defis_of(operator: str) -> Instance:
    """The défi service of an operator."""
    return Instance("defis", operator)


def instances(operators: Iterable[str] = ()) -> tuple[Instance, ...]:
    """Every service of an installation that serves these operators."""
    return (*map(Instance, SERVICES), *map(defis_of, operators))


def instances_in(environ: Mapping[str, str]) -> tuple[Instance, ...]:
    """Every service that the environment asks for."""
    return instances(operators_in(environ))


def operators_in(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The operators that the environment names. Raises `Refused` on what is no operator's code."""
    from services.identity.operators.rules import is_operator_code

    codes = [code.strip() for code in environ.get(OPERATORS, "").split(",")]
    operators = tuple(dict.fromkeys(code for code in codes if code))
    for code in operators:
        if not is_operator_code(code):
            raise Refused(
                f"{OPERATORS} names {code!r}: an operator's code is a small letter, then small letters or digits, "
                "2 to 16 in all."
            )
    return operators
