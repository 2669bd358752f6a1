"""The release before this one goes on working on databases that this one has migrated: consent, vote, read a défi.

`deploy/previous` names the commit of that release. Its code is taken out of the repository and served in a process of
its own, as it was, over databases that the newest code has migrated and filled.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import text

from libs.chassis.children import dies_with_parent
from libs.chassis.testing.postgres import TestServer
from services.consultation.causes.commands import NewCause, create_cause
from services.consultation.consultations.commands import NewConsultation, create_consultation
from tests.local.callers import GOVERNANCE, Caller, begin_defi
from tests.pages.house import ROOT, House, house

BASE = "/api/consultation/v1"


@pytest.fixture(scope="module")
def previous(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree of the release before this one. Fails where the clone does not reach back to it."""
    commit = (ROOT / "deploy" / "previous").read_text().strip()
    tree = tmp_path_factory.mktemp("previous")
    archive = subprocess.run(["git", "-C", ROOT, "archive", commit], capture_output=True, check=False)
    if archive.returncode != 0:
        pytest.fail(
            f"The commit {commit} that deploy/previous names is not in this clone "
            f"({archive.stderr.decode().strip()}). Fetch it: git fetch --depth 1 origin {commit}"
        )
    subprocess.run(["tar", "-x", "-C", tree], input=archive.stdout, check=True)
    return tree


@pytest.fixture(scope="module")
def home(postgres: TestServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Today's whole system, its databases migrated by today's code, with a consultation that is open."""
    with house(postgres, tmp_path_factory.mktemp("upgrade")) as built:
        now = datetime.now(UTC)
        named: dict[str, Any] = {"slug": "territoires", "title": {"fr": "Territoires"}}
        dates = {"opens_at": now - timedelta(days=1), "closes_at": now + timedelta(days=9)}
        asked = {"question": {"fr": "Comment ?"}, "introduction": {"fr": "…"}}
        asked |= {"consent_text": {"fr": "J’accepte."}}
        with built.databases["consultation"].transaction() as session:
            cause = create_cause(session, NewCause(**named, mandate={"fr": "Vivre mieux."}, **dates), now)
            new = NewConsultation(**named, **asked, governance=GOVERNANCE, **dates)
            create_consultation(session, cause, new, now)
        yield built


@contextmanager
def served(tree: Path, environ: Mapping[str, str], folder: Path) -> Iterator[httpx.Client]:
    """A client of the web process of `tree`, with the settings that it had then."""
    code = "\n".join(path.read_text() for path in tree.glob("*/**/*.py"))
    known = {
        name: value
        for name, value in environ.items()
        if not name.startswith("MAILLAGE_") or name in code or name.endswith("_DATABASE_URL")
    }
    own = {"PYTHONPATH": str(tree), "PROMETHEUS_MULTIPROC_DIR": str(folder), "MAILLAGE_WEB_THREADS": "4"}
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        log = (folder / "log").open("wb")
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy.local.web", str(listener.fileno())],
            cwd=tree,
            env={"PATH": os.environ["PATH"], **known, **own},
            stdout=log,
            stderr=log,
            pass_fds=[listener.fileno()],
            preexec_fn=dies_with_parent(signal.SIGKILL),
        )
        log.close()
        try:
            # The socket listens already: the first answer comes when the process is ready.
            address = f"http://127.0.0.1:{listener.getsockname()[1]}"
            with httpx.Client(base_url=address, timeout=60) as client:
                yield client
        finally:
            process.terminate()
            process.wait(30)


def test_the_release_before_this_one_works_on_the_schema_of_this_one(
    home: House, previous: Path, tmp_path: Path
) -> None:
    moderator = Caller(home, "moderatrice@exemple.fr", "Maud", ("moderator", "coalition"))
    ebv = Caller(home, "ebv@exemple.fr", "Éva", ("ebv", "territory:88"))
    anne = Caller(home, "anne@exemple.fr", "Anne")
    paul = Caller(home, "paul@exemple.fr", "Paul")
    proposed = {"text": "Il faut planter cent arbres."}
    proposal = anne.coalition("POST", "consultation/v1/consultations/territoires/proposals", proposed)["id"]
    moderator.coalition("POST", f"consultation/v1/proposals/{proposal}/decision", {"decision": "accept"})
    defi = begin_defi(anne, ebv, "Un café du mardi")

    with served(previous, home.environ, tmp_path) as then:
        ready = then.get("/readyz").json()
        assert ready["ready"], ready
        token = then.post("/api/identity/v1/visitors").raise_for_status().json()["token"]
        then.headers["Authorization"] = f"Bearer {token}"
        consent = {"version": 1}
        then.post(f"{BASE}/consultations/territoires/consent", json=consent).raise_for_status()
        cards = then.get(f"{BASE}/consultations/territoires/sequence").raise_for_status().json()
        assert proposal in str(cards)
        vote = {"choice": "agree", "qualifiers": ["likeIt"]}
        then.put(f"{BASE}/proposals/{proposal}/vote", json=vote).raise_for_status()
        del then.headers["Authorization"]
        read = then.get(f"/api/territories/op1/v1/defis/{defi}").raise_for_status().json()
        assert read["title"] == "Un café du mardi"
        asking = {"Authorization": f"Bearer {paul.tokens['op1']}"}
        joined = f"/api/territories/op1/v1/defis/{defi}/membership"
        then.post(joined, json={"name": "Paul"}, headers=asking).raise_for_status()
        for page in ("/", "/consultations/territoires", "/consultations/territoires/results"):
            then.get(page).raise_for_status()

    with home.databases["consultation"].transaction() as session:
        assert session.scalar(text("SELECT count(*) FROM vote")) == 1
    results = anne.coalition("GET", "consultation/v1/consultations/territoires/results")
    assert results["participants"]["visitors"] == 1
    assert paul.defi("GET", f"/defis/{defi}/membership")["state"] == "requested"


def test_the_release_before_this_one_is_an_earlier_one(previous: Path) -> None:
    """A comparison of a release with itself would prove nothing."""
    behind = set()
    for folder in ROOT.glob("services/*/migrations"):
        then = ScriptDirectory(str(previous / folder.relative_to(ROOT)))
        now = ScriptDirectory(str(folder))
        revisions = {script.revision for script in now.walk_revisions()}
        assert then.get_current_head() in revisions, "a revision that was released is never taken back"
        if then.get_current_head() != now.get_current_head():
            behind.add(folder.parent.name)
    commit = (ROOT / "deploy" / "previous").read_text().strip()
    assert re.fullmatch(r"[0-9a-f]{40}", commit)
    assert behind or commit != head()


def head() -> str:
    answer = subprocess.run(
        ["git", "-C", ROOT, "rev-parse", "HEAD"], capture_output=True, check=True, text=True
    )
    return answer.stdout.strip()
