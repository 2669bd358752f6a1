"""One more operator on this machine: in every file that names them, and in the cluster of an installation that runs."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from deploy.docker import environment, operators
from libs.chassis.embedded_postgres import installation
from libs.chassis.testing.postgres import TestServer

CHECKOUT = Path(__file__).parents[2]
DATABASES = CHECKOUT / "deploy/docker/postgres/databases.sh"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What names the operators, to write into."""
    for name in operators.PLACES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(CHECKOUT / name, tmp_path / name)
    return tmp_path


def test_every_file_names_the_operators_that_make_env_draws_secrets_for(checkout: Path) -> None:
    for code in environment.OPERATORS:
        for name in operators.PLACES:
            assert re.search(rf"\b(defis-)?{code}\b", (checkout / name).read_text()), (name, code)


def test_another_operator_is_told_all_that_the_one_before_it_is(checkout: Path) -> None:
    before = (checkout / operators.COMPOSE).read_text()
    operators.add("vosges", checkout)
    after = (checkout / operators.COMPOSE).read_text()
    added = set(after.splitlines()) - set(before.splitlines())
    alone = {line for line in without_demo(before) if "op2" in line.lower() and "op1" not in line}
    assert len(alone) > 15
    assert {line.replace("vosges", "op2").replace("VOSGES", "OP2") for line in added} >= alone
    assert "op1=defis-op1:8000,op2=defis-op2:8000,vosges=defis-vosges:8000\n" in after
    assert (
        "defis-vosges-web, defis-vosges-worker]"
        in (checkout / "deploy/prometheus/prometheus.yml").read_text()
    )
    assert 'OPERATORS = ("op1", "op2", "vosges")\n' in (checkout / "deploy/docker/environment.py").read_text()


def without_demo(compose: str) -> list[str]:
    return re.sub(r"\n  demo:\n.*?\n(?=  mail:\n)", "\n", compose, flags=re.DOTALL).splitlines()


def test_a_fourth_comes_after_the_third(checkout: Path) -> None:
    operators.add("op3", checkout)
    operators.add("op4", checkout)
    compose = (checkout / operators.COMPOSE).read_text()
    assert re.findall(r"^x-defis-(\w+):", compose, re.MULTILINE) == ["op1", "op2", "op3", "op4"]
    assert (
        compose.count("postgresql://defis_op4:${OP4_DATABASE_PASSWORD:?run make env}@postgres:5432/defis_op4")
        == 1
    )


@pytest.mark.parametrize("code", ["op2", "identity", "web", "Op3", "3op", "x"])
def test_a_code_that_is_taken_or_is_none_is_refused(checkout: Path, code: str) -> None:
    refused_and_nothing_written(checkout, code)


def test_a_file_that_was_changed_elsewhere_is_left_to_whoever_changed_it(checkout: Path) -> None:
    prometheus = checkout / "deploy/prometheus/prometheus.yml"
    prometheus.write_text(prometheus.read_text().replace(", defis-op2-worker", ""))
    refused_and_nothing_written(checkout, "op3")


def refused_and_nothing_written(checkout: Path, code: str) -> None:
    before = {name: (checkout / name).read_text() for name in operators.PLACES}
    with pytest.raises(operators.Refused):
        operators.add(code, checkout)
    assert {name: (checkout / name).read_text() for name in operators.PLACES} == before


@pytest.fixture
def cluster(postgres: TestServer) -> Iterator[str]:
    """The address of a server on which there is no `defis_vosges` yet, nor afterwards."""
    yield postgres.url().replace("+psycopg", "")
    with psycopg.connect(postgres.url().replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS defis_vosges")
        connection.execute("DROP ROLE IF EXISTS defis_vosges")


def make_databases(cluster: str, password: str) -> None:
    """Run databases.sh as the image of PostgreSQL does."""
    at = urlsplit(cluster)
    environ = {
        "PATH": f"{installation() / 'bin'}:/usr/bin:/bin",
        "POSTGRES_USER": "postgres",
        "POSTGRES_PASSWORD": str(at.password),
        "PGHOST": str(at.hostname),
        "PGPORT": str(at.port),
        "PGPASSWORD": str(at.password),
        "VOSGES_DATABASE_PASSWORD": password,
    }
    subprocess.run([DATABASES], env=environ, check=True, capture_output=True)


def asked_as_vosges(cluster: str, password: str, statement: str) -> object:
    at = urlsplit(cluster)
    mine = f"postgresql://defis_vosges:{password}@{at.hostname}:{at.port}/defis_vosges"
    with psycopg.connect(mine) as connection:
        answer = connection.execute(statement)
        return answer.fetchall() if answer.description else None


def test_a_database_is_made_in_a_cluster_that_runs_and_kept_when_its_password_is_drawn_anew(
    cluster: str,
) -> None:
    make_databases(cluster, "first")
    asked_as_vosges(cluster, "first", "CREATE TABLE defi AS SELECT 1 AS kept")
    make_databases(cluster, "second")
    assert asked_as_vosges(cluster, "second", "SELECT kept FROM defi") == [(1,)]
    with pytest.raises(psycopg.OperationalError, match="password"):
        asked_as_vosges(cluster, "first", "SELECT 1")
