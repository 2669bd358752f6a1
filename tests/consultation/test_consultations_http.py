"""Consultations over HTTP: read by all, prepared by a coordinator of their cause."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.consultation.causes.models import Cause
from services.consultation.consultations.models import Consultation
from tests.consultation.conftest import Tokens, Voters

PATH = "/api/consultation/v1/consultations"
COORDINATOR = ("coordinator", "coalition")


def sound(**changes: Any) -> dict[str, Any]:
    return {
        "cause": "territoires",
        "slug": "mobilites",
        "title": {"fr": "Mobilités", "en": "Mobility"},
        "question": {"fr": "Comment mieux se déplacer ?"},
        "introduction": {"fr": "Une question.\nUne seule."},
        "opens_at": "2027-01-01T08:00:00+01:00",
        "closes_at": "2027-03-01T20:00:00+01:00",
        "consent": {"version": 1, "text": {"fr": "J’accepte que mes votes soient comptés."}},
        "governance": {
            "controllers": ["Coalition des Territoires"],
            "dpo": "dpo@maillage.example",
            "impact_assessment": "AIPD 2026-04",
            "minimum_age": 15,
            "votes_kept_until": "2028-12-31",
            "contacts_kept_until": "2027-12-31",
        },
    } | changes


def test_anyone_reads_a_consultation(client: FlaskClient, consultation: Consultation) -> None:
    shown = client.get(f"{PATH}/{consultation.slug}").json
    assert shown is not None
    assert shown["cause"] == {"slug": "territoires", "title": {"fr": "Territoires"}}
    assert (shown["status"], shown["archived"], shown["can_propose"]) == ("open", False, True)
    assert (shown["participants"], shown["votes"], shown["proposals"]) == (0, 0, 0)
    assert shown["proposal_length"] == {"min": 12, "max": 140}
    assert "governance" not in shown


def test_figures_count_voters_votes_and_accepted_proposals(
    client: FlaskClient, consultation: Consultation, voters: Voters, make_proposal: Callable[..., Any]
) -> None:
    proposals = [make_proposal(), make_proposal()]
    make_proposal(state="pending")
    busy = voters.visitor()
    voters.visitor()  # consented, never voted: no participant in the figures
    for proposal in proposals:
        voters.vote(busy, proposal)
    shown = client.get(f"{PATH}/{consultation.slug}").json
    assert shown is not None
    assert (shown["participants"], shown["votes"], shown["proposals"]) == (1, 2, 2)


def test_an_unknown_consultation_is_not_found(client: FlaskClient) -> None:
    answer = client.get(f"{PATH}/inconnue")
    assert answer.status_code == 404
    assert answer.json is not None
    assert answer.json["code"] == "consultation.unknown"
    assert client.get(f"{PATH}/Pas un slug").status_code == 404


def test_the_list_goes_through_all_consultations_page_by_page(
    client: FlaskClient, make_consultation: Callable[..., Consultation]
) -> None:
    made = {make_consultation(slug=f"numero-{number}").slug for number in range(5)}
    seen: list[str] = []
    cursor = ""
    while True:
        page = client.get(f"{PATH}?limit=2{cursor}").json
        assert page is not None
        seen += [item["slug"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert len(seen) == 5
    assert set(seen) == made


@pytest.mark.parametrize("cursor", ["n-importe-quoi", "WyJjYXVzZXMiLDFd", "%00", "W" * 501])
def test_a_cursor_from_elsewhere_is_refused(client: FlaskClient, cursor: str) -> None:
    answer = client.get(f"{PATH}?cursor={cursor}")
    assert answer.status_code in (400, 422)
    assert answer.json is not None
    assert answer.json["code"] in ("cursor.foreign", "request.invalid")


def test_a_cursor_of_the_causes_does_not_continue_the_consultations(
    client: FlaskClient, cause: Cause, database: Any
) -> None:
    from libs.chassis.paging import encode_cursor

    cursor = encode_cursor("causes", (cause.opens_at.isoformat(), str(cause.id)))
    answer = client.get(f"{PATH}?cursor={cursor}")
    assert (answer.status_code, answer.json and answer.json["code"]) == (400, "cursor.foreign")


def test_a_coordinator_prepares_a_consultation(client: FlaskClient, tokens: Tokens, cause: Cause) -> None:
    answer = client.post(PATH, json=sound(), headers=tokens.account(COORDINATOR))
    assert answer.status_code == 201, answer.json
    shown = client.get(f"{PATH}/mobilites").json
    assert shown is not None
    assert shown["status"] == "upcoming"
    assert shown["opens_at"] == "2027-01-01T07:00:00+00:00"
    assert shown["title"] == {"fr": "Mobilités", "en": "Mobility"}


def test_the_coordinator_of_one_cause_prepares_its_consultations_and_no_other(
    client: FlaskClient, tokens: Tokens, cause: Cause
) -> None:
    of_this_cause = tokens.account(("coordinator", f"cause:{cause.id}"))
    assert client.post(PATH, json=sound(), headers=of_this_cause).status_code == 201
    of_another = tokens.account(("coordinator", "cause:0190aaaa-0000-7000-8000-000000000000"))
    answer = client.post(PATH, json=sound(slug="autre"), headers=of_another)
    assert (answer.status_code, answer.json and answer.json["code"]) == (403, "access.role")


@pytest.mark.parametrize("grants", [(), (("moderator", "coalition"),)])
def test_others_prepare_nothing(
    client: FlaskClient, tokens: Tokens, cause: Cause, grants: tuple[tuple[str, str], ...]
) -> None:
    assert client.post(PATH, json=sound(), headers=tokens.account(*grants)).status_code == 403
    assert client.post(PATH, json=sound(), headers=tokens.visitor()).status_code == 403
    assert client.post(PATH, json=sound()).status_code == 401
    assert client.get(f"{PATH}/mobilites").status_code == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"slug": "Pas Un Slug"}, "slug"),
        ({"title": {"en": "Mobility"}}, "title"),
        ({"title": {"fr": "x" * 201}}, "title.fr.value"),
        ({"title": {"fr": "Mobi\u0000lités"}}, "title.fr.value"),
        ({"title": "Mobilités"}, "title"),
        ({"question": None}, "question"),
        ({"languages": []}, "languages"),
        ({"languages": ["français"]}, "languages.0"),
        ({"opens_at": "demain"}, "opens_at"),
        ({"opens_at": "2027-01-01T08:00:00"}, "opens_at"),
        ({"opens_at": "0001-01-01T00:00:00+14:00"}, "opens_at"),
        ({"closes_at": "2026-12-31T00:00:00+01:00"}, "closes_at"),
        ({"votes_target": 0}, "votes_target"),
        ({"votes_target": "beaucoup"}, "votes_target"),
        ({"proposal_length": {"min": 140, "max": 12}}, "proposal_length.max"),
        ({"governance": {}}, "governance.dpo"),
        ({"governance": {"minimum_age": -3}}, "governance.minimum_age"),
        ({"governance": {"votes_kept_until": "un jour"}}, "governance.votes_kept_until"),
        ({"inconnu": 1}, "inconnu"),
    ],
)
def test_what_cannot_be_prepared_is_refused_with_the_field(
    client: FlaskClient, tokens: Tokens, cause: Cause, changes: dict[str, Any], field: str
) -> None:
    answer = client.post(PATH, json=sound(**changes), headers=tokens.account(COORDINATOR))
    assert answer.status_code == 422, answer.json
    assert answer.json is not None
    assert field in [error["field"] for error in answer.json["errors"]]
    assert client.get(f"{PATH}/mobilites").status_code == 404


@pytest.mark.parametrize(
    "body", ["{", "[]", '"texte"', "\ud800".encode("utf-8", "surrogatepass"), "[" * 5000]
)
def test_a_body_that_is_no_json_object_is_refused(
    client: FlaskClient, tokens: Tokens, cause: Cause, body: str | bytes
) -> None:
    headers = tokens.account(COORDINATOR) | {"Content-Type": "application/json"}
    assert client.post(PATH, data=body, headers=headers).status_code in (400, 422)


def test_a_cause_that_does_not_exist_and_a_slug_that_does(
    client: FlaskClient, tokens: Tokens, consultation: Consultation
) -> None:
    headers = tokens.account(COORDINATOR)
    unknown = client.post(PATH, json=sound(cause="inconnue"), headers=headers)
    assert (unknown.status_code, unknown.json and unknown.json["code"]) == (404, "cause.unknown")
    taken = client.post(PATH, json=sound(slug=consultation.slug), headers=headers)
    assert (taken.status_code, taken.json and taken.json["code"]) == (409, "consultation.slug_taken")
