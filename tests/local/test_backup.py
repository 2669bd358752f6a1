"""An installation is backed up while people go on, lost, and made anew elsewhere: what was there is there, row by row,
and whoever was erased since stays erased.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from deploy.local import migrations
from deploy.local.backup import back_up
from deploy.local.demo.hosts import ensure_hosts
from deploy.local.folder import MARK, data_folder
from deploy.local.installation import Installation
from deploy.local.instances import instances_in
from deploy.local.refusals import Refused
from deploy.local.restore import restore
from libs.chassis.db import Database
from services.consultation.causes.commands import NewCause, create_cause
from services.consultation.consultations.commands import NewConsultation, create_consultation
from services.consultation.service import SERVICE as CONSULTATION
from services.consultation.settings import ConsultationSettings
from tests.local.callers import GOVERNANCE, Caller
from tests.local.life import vote_and_propose
from tests.local.system import run
from tests.local.traces import everything_of, tables
from tests.pages.house import House

ZOE = "zoe.perrin@exemple.fr"
Rows = dict[tuple[str, str], list[str]]


@dataclass
class Saved:
    """A backup, what every table held when it was made, and what was said of whoever was erased afterwards."""

    folder: Path
    rows: Rows
    needles: list[str]
    erasures: Path


def environ_of(data: Path) -> dict[str, str]:
    return {"MAILLAGE_DATA": str(data), "MAILLAGE_OPERATORS": "op1,op2", "PORT": "0"}


def nothing_said(_text: str) -> None:
    """Progress is for people."""


@contextmanager
def opened(data: Path) -> Iterator[tuple[dict[str, str], dict[str, Database]]]:
    """The installation in a folder, its PostgreSQL running."""
    with ExitStack() as stack:
        environ = Installation(environ_of(data), nothing_said, stack).environ("test")
        migrations.migrate(environ, nothing_said)
        databases = {}
        for one in instances_in(environ):
            url, owner = environ[one.database_variable], one.operator or "coalition"
            databases[one.name] = Database(url, service=one.service, owner=owner)
            stack.callback(databases[one.name].close)
        yield environ, databases


def all_rows(databases: dict[str, Database]) -> Rows:
    """Every row of every table, as text, in the order of the text."""
    found: Rows = {}
    for name, database in databases.items():
        for table in tables(database):
            with database.transaction() as session:
                rows = session.scalars(text(f'SELECT t::text FROM "{table}" AS t'))
                found[name, table] = sorted(rows)
    return found


def open_consultation(database: Database) -> None:
    now = datetime.now(UTC)
    named: dict[str, Any] = {"slug": "territoires", "title": {"fr": "Territoires"}}
    dates = {"opens_at": now - timedelta(days=1), "closes_at": now + timedelta(days=9)}
    asked = {
        "question": {"fr": "Comment ?"},
        "introduction": {"fr": "…"},
        "consent_text": {"fr": "J’accepte."},
    }
    with database.transaction() as session:
        cause = create_cause(session, NewCause(**named, mandate={"fr": "Vivre mieux."}, **dates), now)
        new = NewConsultation(**named, **asked, governance=GOVERNANCE, **dates)
        create_consultation(session, cause, new, now)


def participant(database: Database, subject: UUID) -> str:
    """The id under which somebody votes."""
    with database.transaction() as session:
        query = text("SELECT id::text FROM participant WHERE subject = :subject")
        return str(session.execute(query, {"subject": str(subject)}).scalar_one())


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Saved:
    """A backup of an installation in which people vote on after it, and one of them is erased."""
    folder = tmp_path_factory.mktemp("backup")
    data = folder / "lost"
    with ExitStack() as stack:
        environ, databases = stack.enter_context(opened(data))
        home = stack.enter_context(closing(House(environ, databases)))
        with databases["identity"].transaction() as session:
            ensure_hosts(session, datetime.now(UTC))
        open_consultation(databases["consultation"])
        with home.working():
            roles = [("moderator", "coalition"), ("administrator", "coalition"), ("coordinator", "coalition")]
            moderator = Caller(home, "moderatrice@exemple.fr", "Maud", *roles)
            zoe = Caller(home, ZOE, "Zoé Perrin", ("moderator", "coalition"))
            things = vote_and_propose(zoe, moderator)
            home.settle()
            needles = everything_of(home, zoe)
            needles.append(participant(databases["consultation"], home.subject(ZOE, "coalition")))
        before = all_rows(databases)
        port = int(environ["MAILLAGE_IDENTITY_DATABASE_URL"].rpartition(":")[2].partition("/")[0])
        back_up(data_folder(environ), port, folder / "copy", datetime.now(UTC), nothing_said)
        with home.working():
            consent = {"version": 1}
            moderator.coalition("POST", "consultation/v1/consultations/territoires/consent", consent)
            vote = {"choice": "disagree", "qualifiers": []}
            moderator.coalition("PUT", f"consultation/v1/proposals/{things['voted']}/vote", vote)
            zoe.coalition("POST", "identity/v1/me/erasure", {"email": ZOE})
            home.settle()
    return Saved(folder / "copy", before, needles, data / "erasures")


def restored(saved: Saved, data: Path, **options: Any) -> dict[str, Any]:
    given = {"erasure_log": None, "none_erased": False, **options}
    return restore(saved.folder, environ_of(data), now=datetime.now(UTC), say=nothing_said, **given)


def test_a_restored_installation_holds_every_row_that_was_there(saved: Saved, tmp_path: Path) -> None:
    found = restored(saved, tmp_path / "new", none_erased=True)
    with opened(tmp_path / "new") as (_environ, databases):
        assert all_rows(databases) == saved.rows
    counted = {name: 0 for name, _table in saved.rows}
    for (name, _table), rows in saved.rows.items():
        counted[name] += len(rows)
    assert found["rows"] == counted
    assert set(found["erased_again"].values()) == {0}


def test_whoever_was_erased_since_the_backup_stays_erased_and_nobody_else_is_touched(
    saved: Saved, tmp_path: Path
) -> None:
    found = restored(saved, tmp_path / "new", erasure_log=saved.erasures)
    assert found["erased_again"]["identity"] == found["erased_again"]["consultation"] == 1
    with opened(tmp_path / "new") as (_environ, databases):
        after = all_rows(databases)
    left = {key for key, rows in after.items() if any(names(row, saved.needles) for row in rows)}
    assert left <= {("identity", "outbox"), ("identity", "mail")}, (
        "every owner is asked again, and they are told"
    )
    touched = {
        key: rows
        for key, were in saved.rows.items()
        if (rows := [row for row in set(were).difference(after[key]) if not names(row, saved.needles)])
    }
    touched.pop(("consultation", "outbox_subject"), None)  # the rank of the last fact told of the workshop
    assert list(touched) == [("consultation", "workshop_place")]
    assert len(touched["consultation", "workshop_place"]) == 1, "Maud has the place that Zoé gave up"
    votes = ("consultation", "vote")
    assert (len(saved.rows[votes]), after[votes]) == (2, []), (
        "Zoé's two are gone; the later one was never here"
    )


def test_a_service_on_its_own_erases_again_as_well(
    saved: Saved, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    restored(saved, tmp_path / "new", none_erased=True)
    with opened(tmp_path / "new") as (environ, databases):
        declared = {field.metadata["variable"] for field in fields(ConsultationSettings)}
        its = {name: value for name, value in environ.items() if name in declared}
        CONSULTATION.roles["replay-erasures"]({**its, "MAILLAGE_ERASURE_LOG": str(saved.erasures)})
        assert json.loads(capsys.readouterr().out) == {"erased_again": 1}
        assert all_rows(databases)["consultation", "vote"] == []


def names(row: str, needles: list[str]) -> bool:
    return any(needle.lower() in row.lower() for needle in needles)


def copy_of(saved: Saved, folder: Path) -> Path:
    shutil.copytree(saved.folder, folder)
    return folder


@pytest.mark.parametrize("name", ["consultation.dump", "secrets.json"])
def test_an_altered_backup_is_refused_by_the_name_of_the_file(
    saved: Saved, tmp_path: Path, name: str
) -> None:
    altered = copy_of(saved, tmp_path / "copy") / name
    content = bytearray(altered.read_bytes())
    content[len(content) // 2] ^= 1
    altered.write_bytes(content)
    refused(tmp_path, f"{altered} is not as it was written")


def test_a_torn_backup_is_refused_by_the_name_of_what_is_missing(saved: Saved, tmp_path: Path) -> None:
    torn = copy_of(saved, tmp_path / "copy")
    (torn / "identity.dump").unlink()
    refused(tmp_path, f"{torn / 'identity.dump'} is missing")
    (torn / "manifest.json").unlink()
    refused(tmp_path, "has no manifest.json, which is written last")


def test_a_backup_of_a_newer_schema_is_refused_and_says_which_maillage_reads_it(
    saved: Saved, tmp_path: Path
) -> None:
    changed(saved, tmp_path, lambda said: said["databases"]["identity"].update(revision="9001"))
    refused(tmp_path, "the database of identity is at revision 9001, which this one does not know")


def test_a_backup_older_than_the_erasure_log_is_refused(saved: Saved, tmp_path: Path) -> None:
    changed(saved, tmp_path, lambda said: said.update(made_at="2024-01-01T00:00:00+00:00"))
    refused(tmp_path, "nobody knows any more who was erased since")


def test_a_dump_that_lacks_rows_is_refused_and_leaves_nothing_behind(saved: Saved, tmp_path: Path) -> None:
    changed(saved, tmp_path, lambda said: said["databases"]["consultation"]["tables"].update(vote=40))
    refused(tmp_path, "gives the table vote 2 rows, and there were 40", none_erased=True)
    assert not any((tmp_path / "new").iterdir())


def test_a_data_folder_that_is_not_empty_is_refused(saved: Saved, tmp_path: Path) -> None:
    copy_of(saved, tmp_path / "copy")
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / MARK).write_text("1\n")
    refused(tmp_path, "is not empty", none_erased=True)


def test_nothing_is_restored_without_a_word_on_erasures(saved: Saved, tmp_path: Path) -> None:
    copy_of(saved, tmp_path / "copy")
    refused(tmp_path, "would come back")
    refused(tmp_path, "There is no erasure log in", erasure_log=tmp_path / "nowhere")
    assert not (tmp_path / "new").exists()


def changed(saved: Saved, folder: Path, change: Any) -> None:
    path = copy_of(saved, folder / "copy") / "manifest.json"
    said = json.loads(path.read_text())
    change(said)
    path.write_text(json.dumps(said))


def refused(folder: Path, sentence: str, **options: Any) -> None:
    given = {"erasure_log": None, "none_erased": False, **options}
    environ = environ_of(folder / "new")
    with pytest.raises(Refused) as refusal:
        restore(folder / "copy", environ, now=datetime.now(UTC), say=nothing_said, **given)
    assert sentence in str(refusal.value)


def test_the_commands_say_json_alone_and_a_backup_is_for_its_owner_only(tmp_path: Path) -> None:
    nothing = run(tmp_path / "data", "backup")
    assert (nothing.returncode, nothing.stdout) == (1, "")
    assert nothing.stderr.startswith("Error: There is nothing to back up")
    assert run(tmp_path / "data", "migrate").returncode == 0
    made = run(tmp_path / "data", "backup", "--to", str(tmp_path / "copy"))
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["rows"]["identity"] > 0
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "copy").iterdir()} == {0o600}
    again = run(tmp_path / "data", "backup", "--to", str(tmp_path / "copy"))
    assert (again.returncode, again.stdout) == (1, "")
    remade = run(tmp_path / "new", "restore", str(tmp_path / "copy"), "--none-erased")
    assert remade.returncode == 0, remade.stderr
    assert json.loads(remade.stdout)["rows"] == json.loads(made.stdout)["rows"]
    assert run(tmp_path / "new", "restore").returncode == 2
