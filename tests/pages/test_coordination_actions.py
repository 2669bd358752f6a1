"""The coordinator's desk: actions, their milestones and indicators; and who measures them."""

from __future__ import annotations

import re
from uuid import UUID

from tests.pages.desk import (
    ACTION,
    INDICATOR,
    SOON,
    TODAY,
    in_hand,
    refusal,
    said_at,
    went,
)
from tests.pages.house import House, Person
from tests.pages.programme import TEXTS, Programme


def test_an_action_is_set_up_by_two_different_bodies(cause: Programme, desk: Person) -> None:
    path = f"/coordination/{cause.slug}/actions/new"
    page = refusal(desk.post(path, ACTION | {"bodies_measurer": "FEDERATION des mobilités rurales"}))
    assert "un autre organisme" in said_at(page, "bodies_measurer")
    assert said_at(refusal(desk.post(path, ACTION | {"bodies_owner": ""})), "bodies_owner")
    action = went(desk.post(path, ACTION | {"proposals": [str(cause.proposals[2])]}))
    public = desk.read(action.replace("/coordination", ""))
    assert TEXTS[2] in public
    assert "Mesurée par Université de Lorraine" in public


def test_a_draft_gets_its_bodies_and_moves_on(cause: Programme, desk: Person) -> None:
    (draft,) = cause.hold(cause.convene(), "Un brouillon")
    path = f"/coordination/actions/{draft}"
    same = {"bodies_owner": "Région", "bodies_measurer": "REGION"}
    assert said_at(refusal(desk.post(f"{path}/bodies", same)), "bodies_measurer")
    went(desk.post(f"{path}/bodies", same | {"bodies_measurer": "Université"}))
    went(desk.post(f"{path}/status", {"status": "under_way"}))
    went(desk.post(f"{path}/status", {"status": "done"}))
    assert "Menée à bien" in desk.read(f"/actions/{draft}")
    refusal(desk.post(f"{path}/status", {"status": "under_way"}))


def test_milestones_are_set_and_reached(cause: Programme, desk: Person) -> None:
    action = in_hand(cause)
    path = f"/coordination/actions/{action}"
    refused = refusal(desk.post(f"{path}/milestones", {"milestone_title_fr": "Dix communes"}))
    assert said_at(refused, "milestone_due_on")
    assert 'value="Dix communes"' in refused
    went(desk.post(f"{path}/milestones", {"milestone_title_fr": "Dix communes", "milestone_due_on": SOON}))
    found = re.search(rf'action="{path}/milestones/([0-9a-f-]+)"', desk.read(path))
    assert found is not None
    milestone = found[1]
    wrong = {f"{milestone}_reached_on": "hier"}
    assert said_at(refusal(desk.post(f"{path}/milestones/{milestone}", wrong)), f"{milestone}_reached_on")
    went(desk.post(f"{path}/milestones/{milestone}", {f"{milestone}_reached_on": TODAY.isoformat()}))
    assert "Atteint le" in desk.read(f"/actions/{action}")


def test_an_indicator_is_refused_at_its_fields_then_kept(cause: Programme, desk: Person) -> None:
    action = in_hand(cause)
    path = f"/coordination/actions/{action}"
    page = refusal(
        desk.post(
            f"{path}/indicators",
            INDICATOR
            | {"indicator_target": "beaucoup", "indicator_every_months": "30", "indicator_title_fr": ""},
        )
    )
    for field in ("indicator_target", "indicator_every_months", "indicator_title_fr"):
        assert said_at(page, field)
    went(desk.post(f"{path}/indicators", INDICATOR | {"indicator_target": "1 234,5"}))
    assert "cible : 1 234,5" in re.sub(r"\s", " ", desk.read(f"/actions/{action}"))


def test_only_the_account_named_measures_and_it_is_told_its_number(
    home: House, cause: Programme, desk: Person
) -> None:
    university = home.citizen("Université")
    found = re.search(r"<code>([0-9a-f-]{36})</code>", university.read("/actions/measuring"))
    assert found is not None
    action = in_hand(cause, measurer=UUID(found[1]))
    indicator = cause.indicator(action, first_due_on=TODAY)
    path = f"/actions/{action}/indicators/{indicator}/measure"
    assert path in university.read(f"/actions/{action}")
    assert path not in desk.read(f"/actions/{action}")
    assert desk.get(path).status_code == 403
    measure = {"measured_on": TODAY.isoformat(), "value": "4,5", "evidence": "Enquête."}
    went(university.post(path, measure))
    assert "saisie par l’organisme qui mesure" in desk.read(f"/actions/{action}")
    assert "corrige" in refusal(university.post(path, measure)).lower()


def test_a_measure_is_corrected_with_its_reason(cause: Programme, desk: Person) -> None:
    action = in_hand(cause)
    indicator = cause.indicator(action, first_due_on=TODAY)
    wrong = cause.measure(indicator, "41", TODAY)
    path = f"/actions/{action}/indicators/{indicator}/measure"
    form = desk.read(f"{path}?corrects={wrong}")
    assert "Elle remplace 41" in form
    assert f'value="{TODAY.isoformat()}"' in form
    typed = {"measured_on": TODAY.isoformat(), "value": "4", "evidence": "Relevé.", "corrects": str(wrong)}
    page = refusal(desk.post(path, typed))
    assert said_at(page, "reason")
    assert "Elle remplace 41" in page
    went(desk.post(path, typed | {"reason": "Un chiffre de trop."}))
    public = desk.read(f"/actions/{action}")
    assert "<del>41</del>" in public
    assert "Un chiffre de trop." in public
