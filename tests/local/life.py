"""Somebody who takes part in everything there is: a consultation, workshops, défis, and news of them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email import message_from_string
from email.policy import SMTP as MAIL

from sqlalchemy import text

from tests.local.callers import Caller, begin_defi
from tests.pages.house import SITE, House

ZOE, NAME, PHONE = "Zoe.Perrin@exemple.fr", "Zoé Perrin", "06 12 34 56 78"


def vote_and_propose(zoe: Caller, moderator: Caller) -> dict[str, str]:
    """Take part in the consultation, moderate it, and come to a workshop."""
    base = "consultation/v1/consultations/territoires"
    others = [
        moderator.coalition("POST", f"{base}/proposals", {"text": f"Il faut planter {n} arbres."})["id"]
        for n in ("cent", "mille")
    ]
    own = [
        zoe.coalition("POST", f"{base}/proposals", {"text": f"Il faut ouvrir {what}."})["id"]
        for what in ("un four à pain", "une épicerie", "un marché")
    ]
    for who, proposal in ((zoe, others[0]), (zoe, others[1]), (moderator, own[0])):
        who.coalition("POST", f"consultation/v1/proposals/{proposal}/decision", {"decision": "accept"})
    refused = {"decision": "refuse", "reason": "already_exists", "note": f"Merci {NAME}."}
    moderator.coalition("POST", f"consultation/v1/proposals/{own[1]}/decision", refused)
    zoe.coalition("POST", f"{base}/consent", {"version": 1})
    for proposal in others:
        zoe.coalition(
            "PUT", f"consultation/v1/proposals/{proposal}/vote", {"choice": "agree", "qualifiers": []}
        )
    starts_at = datetime.now(UTC) + timedelta(days=5)
    workshop = {
        "title": {"fr": "Atelier"},
        "agenda": {"fr": "Planter."},
        "facilitator": "Marie",
        "starts_at": starts_at.isoformat(),
        "ends_at": (starts_at + timedelta(hours=2)).isoformat(),
        "place": "Épinal",
        "capacity": 1,
        "proposals": [others[0]],
    }
    workshop_id = moderator.coalition("POST", "consultation/v1/causes/territoires/workshops", workshop)["id"]
    for who in (zoe, moderator):
        who.coalition("PUT", f"consultation/v1/workshops/{workshop_id}/place")
    return {"accepted": own[0], "voted": others[0], "workshop": workshop_id}


def join_and_pledge(zoe: Caller, anne: Caller, ebv: Caller) -> dict[str, str]:
    """Join a défi, pledge to it, come to its meeting; and carry another."""
    joined, carried = begin_defi(anne, ebv, "Un café"), begin_defi(zoe, ebv, "Un atelier vélo")
    presented = {"name": NAME, "contact": PHONE, "message": "Me voici."}
    member = zoe.defi("POST", f"/defis/{joined}/membership", presented)["id"]
    anne.defi("POST", f"/defis/{joined}/members/{member}/answer", {"answer": "accept"})
    anne.defi("POST", f"/defis/{carried}/membership", {"name": "Anne"})
    pledge = {"kind": "skill", "description": "Je répare.", "name": NAME, "contact": PHONE}
    zoe.defi("POST", f"/defis/{joined}/pledges", pledge)
    starts_at = datetime.now(UTC) + timedelta(days=7)
    meeting = {
        "kind": "debate",
        "title": "On en parle",
        "starts_at": starts_at.isoformat(),
        "ends_at": (starts_at + timedelta(hours=2)).isoformat(),
        "place": "Salle des fêtes",
    }
    met = anne.defi("POST", f"/defis/{joined}/meetings", meeting)["id"]
    zoe.defi("PUT", f"/defis/{joined}/meetings/{met}/registration", {"name": NAME})
    return {"joined": joined, "carried": carried}


def follow(zoe: Caller, home: House) -> None:
    """Choose mails, follow with the account, and also without it."""
    zoe.coalition("PATCH", "notifications/v1/preferences", {"levels": {"defi.refused": "none"}})
    zoe.coalition("POST", "notifications/v1/follows", {"topic": "commune:88400"})
    asked = {"email": zoe.email, "topic": "commune:35238"}
    assert zoe.client.post("/api/notifications/v1/follows/by-email", SITE, json=asked).status_code == 202
    query = text("SELECT message FROM mail WHERE recipient = :email ORDER BY id DESC")
    with home.databases["notifications"].transaction() as session:
        bodies = [words(message) for message in session.scalars(query, {"email": zoe.email})]
    (token,) = (found[1] for body in bodies if (found := re.search(r"/follow/confirm\?token=([\w-]+)", body)))
    confirmed = zoe.client.post("/api/notifications/v1/follows/confirm", SITE, json={"token": token})
    assert confirmed.status_code == 200
    zoe.client.post("/api/notifications/v1/follows/by-email", SITE, json={**asked, "topic": "commune:75056"})


def words(message: str) -> str:
    """The text of a mail."""
    plain = message_from_string(message, policy=MAIL).get_body(("plain",))
    assert plain is not None
    return str(plain.get_content())
