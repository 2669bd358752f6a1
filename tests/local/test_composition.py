"""Which services a system is made of, and how each operator's défis are told apart."""

from __future__ import annotations

import json
import signal
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from deploy.local import settings
from deploy.local.folder import DataFolder
from deploy.local.refusals import Refused
from tests.local.system import System, get, run, status

COALITION = {"identity", "consultation", "notifications"}


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    folder = DataFolder(tmp_path / "data")
    folder.prepare()
    return folder


def composed(folder: DataFolder, *, demo: bool = False, **environ: str) -> dict[str, str]:
    return settings.compose(folder, environ, postgres_port=5432, url="http://127.0.0.1:8000", demo=demo)


def test_each_operator_has_a_database_and_a_role_of_its_own(folder: DataFolder):
    one, two = settings.read_defis(composed(folder, MAILLAGE_OPERATORS="op1, op2"))
    assert (one.owner, two.owner) == ("op1", "op2")
    assert one.database_url.endswith("/defis_op1")
    assert two.database_url.endswith("/defis_op2")
    users = {address.database_url.split("//")[1].split(":")[0] for address in (one, two)}
    assert users == {"defis_op1", "defis_op2"}
    assert one.public_url == two.public_url == "http://127.0.0.1:8000"


def test_what_is_said_of_one_operator_wins_over_what_is_said_of_all(folder: DataFolder):
    environ = composed(
        folder,
        MAILLAGE_OPERATORS="op1,op2",
        MAILLAGE_DEFIS_COMMITTED_PEOPLE="3",
        MAILLAGE_DEFIS_OP2_COMMITTED_PEOPLE="7",
        MAILLAGE_DEFIS_OP1_TERRITORIES="88",
    )
    settings.read(environ)
    one, two = settings.read_defis(environ)
    assert (one.committed_people, one.territories) == (3, ("88",))
    assert (two.committed_people, two.territories) == (7, ())


def test_a_demo_has_two_operators_and_another_system_those_that_it_is_given(folder: DataFolder):
    assert settings.operators({}, demo=True) == ("op1", "op2")
    assert settings.operators({}, demo=False) == ()
    assert settings.operators({"MAILLAGE_OPERATORS": "op7,op7"}, demo=True) == ("op7",)


def test_the_operators_of_a_demo_serve_a_departement_each_unless_told_otherwise(folder: DataFolder):
    def served(**environ: str) -> list[tuple[str, ...]]:
        return [its.territories for its in settings.read_defis(composed(folder, demo=True, **environ))]

    assert served() == [("88",), ("35",)]
    assert served(MAILLAGE_DEFIS_OP1_TERRITORIES="88,54") == [("88", "54"), ("35",)]
    assert served(MAILLAGE_DEFIS_TERRITORIES="29") == [("29",), ("29",)]
    assert served(MAILLAGE_OPERATORS="op2,op7") == [("35",), ()]
    (elsewhere,) = settings.read_defis(composed(folder, MAILLAGE_OPERATORS="op1"))
    assert elsewhere.territories == ()


@pytest.mark.parametrize("code", ["OP1", "o", "op-1", "coalition", "op1;DROP"])
def test_an_operator_whose_code_is_none_is_refused_by_name(folder: DataFolder, code: str):
    with pytest.raises(Refused, match=f"MAILLAGE_OPERATORS names '{code}'"):
        composed(folder, MAILLAGE_OPERATORS=f"op1,{code}")


@pytest.mark.parametrize(
    "stray", ["MAILLAGE_DEFIS_OP3_TERRITORIES", "MAILLAGE_DEFIS_DATABASE_URL", "MAILLAGE_DEFIS_OP1_SECRET"]
)
def test_a_variable_of_nobody_is_refused(folder: DataFolder, stray: str):
    with pytest.raises(Refused, match=f"{stray} is not a setting"):
        settings.read(composed(folder, MAILLAGE_OPERATORS="op1,op2", **{stray: "x"}))


def test_a_wrong_value_for_one_operator_is_refused(folder: DataFolder):
    with pytest.raises(Refused, match="COMMITTED_PEOPLE must be at least 1"):
        settings.read(
            composed(folder, MAILLAGE_OPERATORS="op1", MAILLAGE_DEFIS_OP1_COMMITTED_PEOPLE="0"),
        )


def test_every_service_of_a_system_runs_and_is_in_its_status(tmp_path: Path):
    data = tmp_path / "data"
    with System(data, MAILLAGE_OPERATORS="op1,op2") as system:
        url = system.wait_until_ready()
        found = status(data)  # asked without the variable: the running system says what it serves
        for path in ("notifications", "territories/op1", "territories/op2"):
            assert get(f"{url}/api/{path}/openapi.json") == 200
        assert get(f"{url}/api/territories/op1/v1/defis") == 200
        with pytest.raises(urllib.error.HTTPError, match="404"):
            get(f"{url}/api/territories/op3/v1/defis")
        with urllib.request.urlopen(f"{url}/readyz", timeout=10) as answer:
            assert {*COALITION, "defis_op1", "defis_op2"} <= set(json.load(answer)["checks"])
        assert system.end(signal.SIGINT) == 0
    assert set(found["services"]) == {*COALITION, "defis_op1", "defis_op2"}
    assert all(service["current"] for service in found["services"].values())
    assert found["ready"] == {"web": True, "worker": True}
    down = json.loads(run(data, "status", "--json").stdout)
    assert set(down["services"]) == COALITION
