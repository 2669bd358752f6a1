"""The receipt of an erasure: who has declared and what, who is late, and how long it can be read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from libs.chassis.ids import uuid4
from libs.chassis.inbox import Inbox
from libs.contracts.erasures import ConsultationErasureDeclared, DefisErasureDeclared
from services.identity.figures import FIGURES
from services.identity.worker import consumers
from tests.identity.conftest import Identity
from tests.identity.erasures import ANA, asked, erase, hear, live, part

COALITION = {("coalition", "identity"), ("coalition", "consultation"), ("coalition", "notifications")}


def test_the_receipt_shows_who_has_declared_and_who_has_not(identity: Identity, two_operators: str) -> None:
    token, _ = live(identity)
    answer = erase(identity, token)
    assert {(part["owner"], part["service"]) for part in answer["parts"]} == COALITION | {
        ("op1", "defis"),
        ("op2", "defis"),
    }
    own = part(identity, answer["receipt"], "coalition", "identity")
    assert own["declared_at"] is not None
    assert own["erased"] == {"accounts": 1, "pairwise_ids": 3, "roles": 1, "sessions": 2, "sign_ins": 1}
    awaited = part(identity, answer["receipt"], "op1", "defis")
    assert (awaited["declared_at"], awaited["erased"], awaited["late"]) == (None, None, False)
    assert awaited["operator"] == {
        "name": "Opérateur op1",
        "contact": "contact@op1.example.org",
        "status": "active",
    }
    declared = DefisErasureDeclared(erasure_id=asked(identity, "op1"), erased={"pledges_deleted": 2})
    hear(identity, declared, "op1")
    mended = part(identity, answer["receipt"], "op1", "defis")
    assert (mended["erased"], mended["declared_at"] is None) == ({"pledges_deleted": 2}, False)
    assert part(identity, answer["receipt"], "op2", "defis")["declared_at"] is None
    shown = identity.call("GET", f"/v1/erasures/{answer['receipt']}")
    assert (shown.json["done"], shown.headers["Cache-Control"]) == (False, "no-store")
    assert "receipt" not in shown.json


def test_the_first_declaration_counts_however_often_it_comes(identity: Identity) -> None:
    opened = identity.sign_in(ANA)
    receipt = erase(identity, opened["access_token"])["receipt"]
    asking = asked(identity, "coalition")
    body = hear(identity, ConsultationErasureDeclared(erasure_id=asking, erased={"votes": 3}), "coalition")
    first = part(identity, receipt, "coalition", "consultation")
    Inbox(identity.database, consumers).receive([body])
    hear(identity, ConsultationErasureDeclared(erasure_id=asking, erased={"votes": 0}), "coalition")
    assert part(identity, receipt, "coalition", "consultation") == first


@pytest.mark.parametrize("forger", ["op2", "coalition"])
def test_nobody_declares_in_the_place_of_another(identity: Identity, two_operators: str, forger: str) -> None:
    token, _ = live(identity)
    receipt = erase(identity, token)["receipt"]
    hear(identity, DefisErasureDeclared(erasure_id=asked(identity, "op1"), erased={}), forger)
    assert part(identity, receipt, "op1", "defis")["declared_at"] is None
    hear(identity, DefisErasureDeclared(erasure_id=uuid4(), erased={}), "op1")
    assert identity.execute("SELECT DISTINCT status FROM inbox").scalars().all() == ["done"]


def test_a_declaration_is_kept_as_codes_and_counts_only(identity: Identity, two_operators: str) -> None:
    token, _ = live(identity)
    receipt = erase(identity, token)["receipt"]
    said: dict[str, Any] = {"pledges": 1, "of": ANA, "<b>": 1, "many": 2**40, "less": -1, "true": True}
    hear(identity, DefisErasureDeclared(erasure_id=asked(identity, "op1"), erased=said), "op1")
    assert part(identity, receipt, "op1", "defis")["erased"] == {"pledges": 1}


def test_a_service_that_lets_the_month_pass_is_late_and_is_flagged_once(
    identity: Identity, two_operators: str
) -> None:
    token, _ = live(identity)
    receipt = erase(identity, token)["receipt"]
    hear(identity, DefisErasureDeclared(erasure_id=asked(identity, "op2"), erased={}), "op2")
    now = datetime.now(UTC)
    flagged = "SELECT count(*) FROM erasure_part WHERE flagged_at IS NOT NULL"
    identity.run_job("flag-late-erasures", now + timedelta(days=29))
    assert identity.execute(flagged).scalar_one() == 0
    identity.execute("UPDATE erasure SET due_at = now() - interval '1 second'")
    identity.run_job("flag-late-erasures", now)
    assert identity.execute(flagged).scalar_one() == 3
    identity.run_job("flag-late-erasures", now + timedelta(days=1))
    assert identity.execute(
        "SELECT DISTINCT flagged_at FROM erasure_part WHERE flagged_at IS NOT NULL"
    ).all() == [(now,)]
    assert part(identity, receipt, "op1", "defis")["late"]
    assert not part(identity, receipt, "op2", "defis")["late"]
    counted = identity.execute(FIGURES[0].sql).all()
    assert ("op1", "defis", "yes", 1) in counted
    assert {owner for owner, *_ in counted} == {"op1", "coalition"}


def test_a_record_is_kept_a_year_and_longer_where_a_declaration_is_awaited(identity: Identity) -> None:
    receipts = []
    for email in (ANA, "bob@exemple.fr"):
        opened = identity.sign_in(email)
        receipts.append(erase(identity, opened["access_token"], email)["receipt"])
    identity.execute(
        "UPDATE erasure_part SET declared_at = now(), erased = '{}' FROM erasure"
        " WHERE erasure.id = erasure_id AND erasure.id = (SELECT min(id::text)::uuid FROM erasure)"
    )
    now = datetime.now(UTC)
    identity.run_job("forget-declared-erasures", now + timedelta(days=390))
    assert [identity.call("GET", f"/v1/erasures/{receipt}").status_code for receipt in receipts] == [200, 200]
    identity.run_job("forget-declared-erasures", now + timedelta(days=400))
    assert [identity.call("GET", f"/v1/erasures/{receipt}").status_code for receipt in receipts] == [404, 200]


def test_a_receipt_that_is_none_finds_nothing(unchanged: Identity) -> None:
    answer = unchanged.call("GET", f"/v1/erasures/{'x' * 43}", language="fr")
    assert (answer.status_code, answer.json["code"]) == (404, "erasure.unknown")
