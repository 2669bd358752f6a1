"""The whole of France as it is shipped, and INSEE's own grid of 2024 over it."""

from __future__ import annotations

import csv
import gzip
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from libs.chassis.db import Database
from libs.chassis.migrations import upgrade
from libs.chassis.testing.postgres import TestServer
from services.identity.app import MIGRATIONS
from services.identity.territories.cli import territories
from services.identity.territories.commands import load_shipped
from services.identity.territories.models import Commune, CommuneName
from services.identity.territories.search import search_communes

CHECKOUT = Path(__file__).parents[2]
REAL = CHECKOUT / os.environ.get("MAILLAGE_TEST_DATA", "../shared/data") / "territoires"
SHEETS = sorted(REAL.glob("grille_densite_7_niveaux_2024.xlsx"))


@pytest.fixture(scope="module")
def france(postgres: TestServer) -> Iterator[Database]:
    """The service's database with the shipped territories, for the tests of this module together."""
    url = postgres.create_database()
    upgrade(url, MIGRATIONS)
    database = Database(url, service="identity", owner="coalition")
    with database.transaction() as session:
        load_shipped(session, datetime.now(UTC))
    yield database
    database.close()
    postgres.drop_database(url)


def found(france: Database, typed: str) -> list[tuple[str, str]]:
    with france.transaction() as session:
        return [
            (each.commune.name, each.commune.departement_code) for each in search_communes(session, typed, 10)
        ]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("paris", ("Paris", "75")),
        ("marsielle", ("Marseille", "13")),
        ("montpelier", ("Montpellier", "34")),
        ("l hay les roses", ("L’Haÿ-les-Roses", "94")),
        ("saint denis 93", ("Saint-Denis", "93")),
        ("bellegarde sur valserine", ("Valserhône", "01")),
        ("69003", ("Lyon", "69")),
        ("2A004", ("Ajaccio", "2A")),
        ("y", ("Y", "80")),
        ("clermont ferand", ("Clermont-Ferrand", "63")),
        ("chalon s/ saone", ("Chalon-sur-Saône", "71")),
        ("Bors (Canton de Tude-et-Lavalette)", ("Bors (Canton de Tude-et-Lavalette)", "16")),
    ],
)
def test_the_first_that_is_found_is_the_one_that_was_meant(france, typed, first):
    assert found(france, typed)[0] == first


def test_communes_of_one_name_come_the_most_populous_first(france):
    with france.transaction() as session:
        matches = [each.commune for each in search_communes(session, "sainte-colombe", 20)]
    same = [each.population for each in matches if each.name == "Sainte-Colombe"]
    assert len(same) > 5
    assert same == sorted(same, reverse=True)


def names(france: Database, count: int) -> list[tuple[str, str]]:
    with france.transaction() as session:
        rows = session.execute(select(Commune.code, Commune.name).order_by(Commune.code)).all()
    return [(row.code, row.name) for row in Random(7).sample(rows, count)]


def test_any_commune_is_found_by_its_name_and_departement(france):
    with france.transaction() as session:
        communes = session.scalars(select(Commune).order_by(Commune.code)).all()
        for commune in Random(11).sample(communes, 200):
            typed = f"{commune.name} ({commune.departement_code})"
            assert commune.code in [each.commune.code for each in search_communes(session, typed, 10)], typed


def test_searches_use_their_index(france):
    with france.transaction() as session:
        session.connection().exec_driver_sql("ANALYZE commune_name")
        query = select(CommuneName.name).where(CommuneName.key >= "lizier", CommuneName.key < "lizier~")
        compiled = str(query.compile(session.connection(), compile_kwargs={"literal_binds": True}))
        plan = "\n".join(row[0] for row in session.connection().exec_driver_sql(f"EXPLAIN {compiled}"))
    assert "pk_commune_name" in plan


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_the_official_grid_gives_every_commune_its_expected_kind(france, sheet):
    arguments = ["load-density", str(sheet), "--json"]
    done = CliRunner().invoke(territories, arguments, obj=SimpleNamespace(identity_database=lambda: france))
    assert done.exit_code == 0, done.output
    with gzip.open(sheet.with_name("communes-2026.csv.gz"), "rt", encoding="utf-8") as file:
        expected = {row["code"]: row["territoire"] or None for row in csv.DictReader(file)}
    with france.transaction() as session:
        kinds = {row.code: row.kind for row in session.execute(select(Commune.code, Commune.kind))}
    differing = {code: (kinds.get(code), kind) for code, kind in expected.items() if kinds.get(code) != kind}
    assert differing == {}
    assert kinds.keys() == expected.keys()
    _check_report(json.loads(done.stdout))


def _check_report(report: dict) -> None:
    people = report["all"]["people"]
    shares = {each["kind"]: round(100 * each["by_density"]["people"] / people) for each in report["kinds"]}
    assert shares == {"rural": 29, "petite_ville": 20, "pavillonnaire": 11, "metropole": 39, None: 1}
    assert report["unclassed"]["communes"] == 98
    assert report["unknown"] == []
    # What the rule by figures is worth: it agrees for four people of five.
    assert 0.17 < report["changed"]["people"] / people < 0.20
