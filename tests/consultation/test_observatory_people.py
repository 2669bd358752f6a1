"""The observatory's figures of people: how often défis were joined and offered help, never so that one is guessed."""

from __future__ import annotations

from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from libs.chassis.db import Database
from libs.chassis.ids import uuid7
from libs.contracts.defis import MemberJoined, PledgeOffered
from services.consultation.observatory.models import ObservedCount
from services.consultation.observatory.rules import Happened, taking_part, told
from tests.consultation.operators import Operators, closed, published

NOTHING = {"joined": None, "offered": None}
PATH = "/api/consultation/v1/observatory"


def joined(defi: UUID, times: int | None) -> MemberJoined:
    return MemberJoined(defi_id=defi, role="member", members=2, joined=times)


def offered(defi: UUID, times: int | None) -> PledgeOffered:
    return PledgeOffered(defi_id=defi, kind="time", committed=1, offered=times)


def shown(client: FlaskClient, query: str = "") -> dict[str, Any]:
    answer = client.get(f"{PATH}{query}")
    assert answer.status_code == 200
    assert answer.json is not None
    return dict(answer.json["taking_part"])


def test_joinings_and_offers_are_summed_by_stage_kind_and_departement_in_tens(
    client: FlaskClient, operators: Operators
) -> None:
    here, there, ended = uuid7(), uuid7(), uuid7()
    operators.tell(published(here, commune="26362", kind="rural"))
    operators.tell(published(there, commune="2A004", kind=None, stage="creaction"), operator="op2")
    operators.tell(published(ended, commune="26362", kind="rural"))
    operators.tell(joined(here, 17), sequence=2)
    operators.tell(offered(here, 40), sequence=3)
    operators.tell(joined(there, 26), sequence=2, operator="op2")
    operators.tell(offered(there, 9), sequence=3, operator="op2")
    operators.tell(joined(ended, 500), sequence=2)
    operators.tell(closed(ended), sequence=3)
    figures = shown(client)
    assert figures["country"] == {"joined": 40, "offered": 40}
    assert figures["stages"] == {
        "informaction": {"joined": 10, "offered": 40},
        "creaction": {"joined": 20, "offered": None},
        "activaction": NOTHING,
    }
    assert figures["kinds"]["rural"] == {"joined": 10, "offered": 40}
    assert figures["kinds"]["unknown"] == {"joined": 20, "offered": None}
    assert figures["kinds"]["metropole"] == NOTHING
    assert figures["departements"] == {
        "26": {"joined": 10, "offered": 40},
        "2A": {"joined": 20, "offered": None},
    }


def test_nothing_narrows_figures_of_people_so_that_no_two_can_be_subtracted(
    client: FlaskClient, operators: Operators
) -> None:
    defi = uuid7()
    operators.tell(published(defi, commune="26362"))
    operators.tell(joined(defi, 12), sequence=2)
    whole = shown(client)
    assert whole["country"]["joined"] == 10
    for query in ("?commune=26362", "?commune=26363", "?stage=creaction&kind=rural", "?operator=op2"):
        assert shown(client, query) == whole


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_counts_in_any_order_and_repeated_end_with_the_latest(
    database: Database, operators: Operators, order: tuple[int, ...]
) -> None:
    defi = uuid7()
    told_of = [published(defi), joined(defi, 1), joined(defi, 2)]
    for rank in order:
        for _ in range(2):
            operators.tell(told_of[rank], sequence=rank + 1)
    with database.transaction() as session:
        (row,) = session.scalars(select(ObservedCount)).all()
    assert (row.operator, row.defi_id, row.what, row.times, row.sequence) == ("op1", defi, "joined", 2, 3)


def test_one_operator_counts_for_no_other(client: FlaskClient, operators: Operators) -> None:
    defi = uuid7()
    operators.tell(published(defi))
    operators.tell(joined(defi, 80), operator="op2", sequence=9)
    assert shown(client)["country"] == NOTHING


@pytest.mark.parametrize("times", [None, 0, -3, 10**30])
def test_what_is_no_count_is_left_out(
    client: FlaskClient, operators: Operators, database: Database, times: int | None
) -> None:
    defi = uuid7()
    operators.tell(published(defi))
    operators.tell(joined(defi, times), sequence=2)
    operators.tell(offered(defi, times), sequence=3)
    assert shown(client)["country"] == NOTHING
    with database.transaction() as session:
        assert session.scalar(text("SELECT count(*) FROM inbox WHERE status <> 'done'")) == 0


def test_an_operator_is_not_silent_whose_defis_are_joined(client: FlaskClient, operators: Operators) -> None:
    defi = uuid7()
    operators.tell(published(defi), ago=50)
    operators.tell(joined(defi, 1), sequence=2, ago=20)
    answer = client.get(PATH).json
    assert answer is not None
    assert [one["since"] for one in answer["operators"]] == ["2026-11-21T11:40:00+00:00"]


def test_a_figure_below_ten_is_not_told_and_none_is_told_to_the_unit() -> None:
    assert [told(times) for times in (0, 1, 9, 10, 19, 20, 1234)] == [None, None, None, 10, 10, 20, 1230]


def test_rounded_parts_do_not_give_away_the_part_that_is_left_out() -> None:
    """Whatever a small group counts, from 0 to 9, what is told of its département and of the others is the same."""
    seen = {
        str(
            taking_part(
                [
                    Happened("joined", "creaction", "rural", "26", 20),
                    Happened("joined", "informaction", "metropole", "07", times),
                ]
            )
        )
        for times in range(10)
    }
    assert len(seen) == 1
