"""Meetings for the tests of pages: as their form is filled in, and as their tables hold them once they are past."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from tests.pages.defis import Defi, ask
from tests.pages.house import House, Person

DAY = (datetime.now(UTC) + timedelta(days=20)).date().isoformat()
FORM: dict[str, Any] = {
    "kind": "debate",
    "title": "Un café tenu par ses habitués, est-ce tenable ?",
    "day": DAY,
    "starts": "19:00",
    "ends": "21:30",
    "last_day": "",
    "place": "Salle de la mairie",
    "online_url": "",
    "agenda": "Un tour de table.\nCe que coûte la salle.",
    "accessibility": ["step_free", "childcare"],
    "accessibility_note": "Entrée par la cour.",
    "capacity": "",
}


def announced(defi: Defi, **fields: Any) -> str:
    """The page of a meeting that the porteur announced by the form."""
    answer = defi.porteur.post(f"{defi.path}/meetings/new", {**FORM, **fields})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return str(answer.headers["Location"])


def begin(home: House, page: str) -> None:
    """The meeting of that page began an hour ago."""
    with home.databases["defis_op1"].transaction() as session:
        session.execute(
            text(
                "UPDATE meeting SET starts_at = now() - interval '1 hour', ends_at = now() + interval '1 hour' "
                "WHERE id = :id"
            ),
            {"id": page.rsplit("/", 1)[1]},
        )


def report(home: House, defi: Defi, page: str, minutes: str = "On commence.") -> None:
    """It was held, and the porteur says how it went by the form."""
    begin(home, page)
    answer = defi.porteur.post(f"{page}/report", {"minutes": minutes, "attendance": "12"})
    assert answer.status_code == 303, answer.get_data(as_text=True)


def join_core(defi: Defi, *people: Person) -> None:
    """These are invited to the core group, and come."""
    for person in people:
        secret = ask(defi.porteur, "POST", f"/defis/{defi.id}/invitations", {"role": "core"})["secret"]
        answer = {"secret": secret, "answer": "accept", "name": person.email}
        ask(person, "POST", f"/defis/{defi.id}/invitations/answer", answer)
