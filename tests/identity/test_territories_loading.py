"""From the npm package to the tables, and from one vintage to the next."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from libs.chassis.db import Database
from libs.chassis.jobs import Jobs
from services.identity.territories import compile as compiling
from services.identity.territories.commands import apply_grid, figures_in, load_gazetteer, load_shipped
from services.identity.territories.compile import InvalidPackage, compile_package
from services.identity.territories.gazetteer import (
    SHIPPED,
    Edition,
    Gazetteer,
    read_gazetteer,
    shipped_edition,
    write_gazetteer,
)
from services.identity.territories.models import Commune
from services.identity.territories.queries import figures_of_communes, get_commune
from services.identity.territories.rules import Density
from services.identity.worker import jobs
from tests.identity.small_france import COMMUNES, LEVELS, PARTS, small_france, write_package

NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture
def database(identity_url: str) -> Iterator[Database]:
    """The service's database, with no territories in it."""
    database = Database(identity_url, service="identity", owner="coalition")
    yield database
    database.close()


@pytest.fixture
def gazetteer(tmp_path: Path) -> Gazetteer:
    """A France of twenty communes, 2026."""
    return small_france(tmp_path / "2026")


def rows(database: Database) -> dict[str, int]:
    tables = ("region", "departement", "epci", "commune", "commune_name", "postal_code", "former_code")
    with database.transaction() as session:
        return {
            table: session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in tables
        }


def load(database: Database, gazetteer: Gazetteer) -> bool:
    with database.transaction() as session:
        return load_gazetteer(session, gazetteer, NOW)


def commune(database: Database, code: str) -> Commune:
    with database.transaction() as session:
        return session.get_one(Commune, code)


def test_the_same_package_gives_the_same_bytes(tmp_path, gazetteer):
    again = compile_package(write_package(tmp_path / "again", reversed(COMMUNES)))
    write_gazetteer(gazetteer, tmp_path / "one.gz")
    write_gazetteer(again, tmp_path / "two.gz")
    assert (tmp_path / "one.gz").read_bytes() == (tmp_path / "two.gz").read_bytes()


def test_what_is_written_is_what_is_read(tmp_path, gazetteer):
    write_gazetteer(gazetteer, tmp_path / "file.gz")
    assert read_gazetteer(tmp_path / "file.gz") == gazetteer


def test_the_file_says_its_licence_its_vintage_and_its_sources(gazetteer):
    notes = " ".join(gazetteer.notes)
    assert "vintage 2026. Licence Ouverte 2.0." in notes
    assert all(source in notes for source in ("INSEE", "DGCL", "La Poste", "6.0.0"))


def test_names_are_typeset_as_french_is(gazetteer):
    names = {each.code: each.name for each in gazetteer.communes}
    assert names["94038"] == "L’Haÿ-les-Roses"


def test_the_shipped_file_is_whole_and_small():
    gazetteer = read_gazetteer()
    assert gazetteer.edition == shipped_edition() == Edition(2026, (6, 0, 0), 1)
    assert len(gazetteer.communes) == 34_969
    assert (len(gazetteer.regions), len(gazetteer.departements), len(gazetteer.epci)) == (26, 109, 1255)
    assert 67_000_000 < sum(each.population or 0 for each in gazetteer.communes) < 70_000_000
    assert SHIPPED.stat().st_size < 600_000
    assert "Licence Ouverte 2.0" in gazetteer.notes[0]


def test_a_folder_that_is_not_the_package_is_refused(tmp_path):
    with pytest.raises(InvalidPackage, match="is not @etalab/decoupage-administratif unpacked"):
        compile_package(tmp_path)


def test_a_version_of_unknown_year_is_refused(tmp_path):
    with pytest.raises(InvalidPackage, match=r"does not say of which year .* 9\.9\.9 is"):
        compile_package(write_package(tmp_path / "package", version="9.9.9"))


def test_a_record_that_names_what_is_not_there_is_refused(tmp_path):
    parts = [*PARTS, ("commune-deleguee", "99998", "Nulle-Part", "99999")]
    with pytest.raises(InvalidPackage, match="commune 99999"):
        compile_package(write_package(tmp_path / "package", parts=parts))


def test_a_damaged_record_file_is_refused_by_name(tmp_path):
    folder = write_package(tmp_path / "package")
    (folder / "data" / "epci.json").write_text("[{")
    with pytest.raises(InvalidPackage, match=r"epci\.json"):
        compile_package(folder)


def test_a_line_that_is_no_record_is_refused_with_its_number(tmp_path):
    path = tmp_path / "file.gz"
    path.write_bytes(gzip.compress(b"V\t2026\t6.0.0\t1\nR\t01\n"))
    with pytest.raises(ValueError, match=r"file\.gz, line 2"):
        read_gazetteer(path)


def test_the_script_says_how_it_is_called(capsys):
    assert compiling.main([]) == 2
    assert "npm pack" in capsys.readouterr().err


def test_the_script_refuses_what_is_not_the_package(tmp_path, capsys):
    before = SHIPPED.read_bytes()
    assert compiling.main([str(tmp_path)]) == 1
    assert "is not @etalab" in capsys.readouterr().err
    assert SHIPPED.read_bytes() == before


def test_loading_twice_changes_nothing(database, gazetteer):
    assert load(database, gazetteer) is True
    before = rows(database)
    assert load(database, gazetteer) is False
    assert rows(database) == before
    assert before["commune"] == len(COMMUNES)


def test_an_older_edition_never_replaces_a_newer_one(database, gazetteer):
    newer = replace(gazetteer, edition=replace(gazetteer.edition, version=(6, 0, 1)))
    assert load(database, newer) is True
    assert load(database, gazetteer) is False


def test_an_edition_with_a_version_of_two_digits_is_newer(gazetteer):
    assert Edition(2026, (6, 10, 0), 1) > Edition(2026, (6, 9, 0), 1) > gazetteer.edition


def test_the_kinds_by_figures_are_those_of_the_rule(database, gazetteer):
    load(database, gazetteer)
    kinds = {each: commune(database, each).kind for each in ("75056", "01034", "09268", "69040", "98901")}
    assert kinds == {
        "75056": "metropole",
        "01034": "petite_ville",
        "09268": "rural",
        "69040": "pavillonnaire",
        "98901": None,
    }
    assert commune(database, "75056").kind_source == "rule"


def test_the_figures_read_from_the_tables_are_those_of_the_file(database, gazetteer):
    load(database, gazetteer)
    with database.transaction() as session:
        assert figures_of_communes(session) == figures_in(gazetteer)


def next_vintage(tmp_path: Path) -> Gazetteer:
    """2027: Belleydoux has become part of Belley, Lacourt has gone, Saint-Lizier has grown, Neuf is new."""
    communes = [each for each in COMMUNES if each[0] not in ("01034", "01035", "09150", "09268")]
    communes += [
        ("01034", "Belley", 9800, "01300 01130", "01035"),
        ("09268", "Saint-Lizier", 8200, "09190", ""),
        ("09999", "Neuf-sur-Salat", 120, "09200", ""),
    ]
    return small_france(tmp_path / "2027", communes, version="7.0.0")


def test_a_newer_vintage_changes_what_changed_and_keeps_every_code(database, gazetteer, tmp_path):
    load(database, gazetteer)
    assert load(database, next_vintage(tmp_path)) is True
    assert rows(database)["commune"] == len(COMMUNES) + 1
    assert commune(database, "09268").population == 8200
    assert (commune(database, "09268").kind, commune(database, "09268").vintage) == ("petite_ville", 2027)
    assert commune(database, "01035").vintage == 2026


def test_a_merged_commune_leads_to_the_one_it_became_part_of(database, gazetteer, tmp_path):
    load(database, gazetteer)
    load(database, next_vintage(tmp_path))
    with database.transaction() as session:
        known = get_commune(session, "01035")
        assert (known.commune.code, known.former) == ("01034", False)
        assert {"name": "Belleydoux", "status": "former"} in known.other_names


def test_a_commune_that_went_nobody_knows_where_still_says_what_it_was(database, gazetteer, tmp_path):
    load(database, gazetteer)
    load(database, next_vintage(tmp_path))
    with database.transaction() as session:
        known = get_commune(session, "09150")
        assert (known.commune.name, known.former) == ("Lacourt", True)


def test_a_newer_vintage_keeps_the_density_grid(database, gazetteer, tmp_path):
    load(database, gazetteer)
    with database.transaction() as session:
        apply_grid(session, {code: Density(label) for code, label in LEVELS.items()})
    load(database, next_vintage(tmp_path))
    kept = commune(database, "09268")
    assert (kept.kind, kept.kind_source, kept.density) == ("petite_ville", "insee-2024", "Bourgs ruraux")
    new = commune(database, "09999")
    assert (new.kind, new.kind_source) == (None, "insee-2024")


def test_two_loads_at_once_make_one(database, gazetteer):
    with database.transaction() as first:
        assert load_gazetteer(first, gazetteer, NOW) is True
        first.execute(text("SELECT 1"))
    assert load(database, gazetteer) is False


def test_the_shipped_territories_load_in_good_time_and_once(database):
    started = datetime.now(UTC)
    with database.transaction() as session:
        assert load_shipped(session, NOW) is True
    took = (datetime.now(UTC) - started).total_seconds()
    # 1.4 s on two quiet cores; tests share theirs.
    assert took < 10
    with database.transaction() as session:
        assert load_shipped(session, NOW) is False
    assert rows(database)["commune"] == 34_969


def test_populations_that_are_not_known_stay_unknown(tmp_path):
    folder = write_package(tmp_path / "package")
    records = json.loads((folder / "data" / "communes.json").read_text())
    assert "population" not in next(each for each in records if each["code"] == "98901")
    compiled = compile_package(folder)
    assert {each.code: each.population for each in compiled.communes}["98901"] is None


def test_the_worker_loads_what_is_shipped_before_anything_else_asks(database, identity):
    with database.transaction() as session:
        session.execute(text("DELETE FROM job"))
    loading = [job for job in jobs(identity.settings) if job.name == "load-territories"]
    scheduled = Jobs(database, loading)
    with database.transaction() as session:
        session.execute(text("INSERT INTO job (name, next_run) VALUES ('load-territories', now())"))
    assert scheduled.run_next(datetime.now(UTC)) is True
    assert rows(database)["commune"] == 34_969
    assert scheduled.run_next(datetime.now(UTC)) is False
