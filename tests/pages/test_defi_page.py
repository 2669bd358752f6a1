"""A défi's page: what it says, to whom, and what may be done to its state."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gateway.pages.defis.happenings import agenda_of, gathered
from tests.pages.defis import Defi, begun, published
from tests.pages.house import House, Person, words
from tests.pages.territory import asked


@pytest.fixture
def porteuse(home: House) -> Person:
    """Somebody else for each test: one person begins ten défis a day at most."""
    return home.citizen("Lucie")


@pytest.fixture(scope="module")
def ebv(home: House) -> Person:
    return home.citizen("Odile", grants=(("ebv", "territory:88"),))


@pytest.fixture(scope="module")
def cafe(home: House, ebv: Person) -> Defi:
    return published(
        home.citizen("Colette"), ebv, title="Rouvrir le café", problem="Le dernier café a fermé."
    )


def test_anybody_reads_a_published_defi(visitor: Person, cafe: Defi) -> None:
    page = visitor.read(cafe.path)
    assert '<h1 lang="fr">Rouvrir le café</h1>' in page
    for said in ("Le dernier café a fermé.", "Rouvres-en-Xaintois", "/ici/88400", "Rural", "Inform’action"):
        assert said in page
    assert "Rejoindre ce défi" in page
    assert "personne y participe" in page


def test_the_page_says_what_the_next_stage_takes(visitor: Person, cafe: Defi) -> None:
    page = visitor.read(cafe.path)
    assert "Pour passer en Cré’action" in page
    assert "1 sur les 5 nécessaires" in page


def test_the_page_costs_a_handful_of_calls(visitor: Person, porteuse: Person, ebv: Person) -> None:
    origin = {"kind": "proposal", "owner": "coalition", "id": "01890000-0000-7000-8000-000000000000"}
    defi = published(porteuse, ebv, origin=origin)
    for reader in (visitor, porteuse):
        reader.read(defi.path)
        with asked() as seen:
            reader.read(defi.path)
        assert len(seen) <= 5, seen


def test_the_page_exists_in_english(home: House, cafe: Defi) -> None:
    page = home.somebody("en").read(cafe.path)
    assert "Join this défi" in page
    assert "To go on to Cré’action" in page
    assert "1 of the 5 it takes" in page


def test_a_strangers_draft_is_not_there(home: House, porteuse: Person) -> None:
    draft = begun(porteuse, title="Un brouillon")
    assert porteuse.get(draft.path).status_code == 200
    assert home.citizen().get(draft.path).status_code == 404
    assert home.somebody().get(draft.path).status_code == 404
    assert home.somebody().get(f"{draft.path}/timeline").status_code == 404


def test_an_operator_that_nobody_knows_has_no_defis(visitor: Person, cafe: Defi) -> None:
    assert visitor.get(f"/defis/op9/{cafe.id}").status_code == 404
    assert visitor.get(f"/defis/op2/{cafe.id}").status_code == 404


def test_what_people_write_stays_text(visitor: Person, porteuse: Person, ebv: Person) -> None:
    wicked = published(
        porteuse, ebv, title="<script>alert(1)</script>", problem="<img src=x onerror=alert(1)>"
    )
    page = visitor.get(wicked.path).get_data(as_text=True)
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_only_the_porteur_is_offered_what_is_the_porteurs(home: House, cafe: Defi) -> None:
    assert "Le mettre en pause" in cafe.porteur.read(cafe.path)
    assert "Le mettre en pause" not in home.citizen().read(cafe.path)
    assert home.citizen().post(f"{cafe.path}/state", {"action": "pause"}).status_code == 403


def test_a_porteur_pauses_a_defi_and_resumes_it(visitor: Person, porteuse: Person, ebv: Person) -> None:
    defi = published(porteuse, ebv)
    answer = porteuse.post(f"{defi.path}/state", {"action": "pause", "reason": "L’été."})
    assert answer.headers["Location"] == defi.path
    assert "Ce défi fait une pause" in visitor.read(defi.path)
    assert "L’été." not in visitor.read(defi.path)
    assert "L’été." in porteuse.read(defi.path)
    porteuse.post(f"{defi.path}/state", {"action": "resume"})
    assert "Ce défi fait une pause" not in visitor.read(defi.path)


def test_a_move_that_nobody_chose_is_refused_at_its_field(cafe: Defi) -> None:
    answer = cafe.porteur.post(f"{cafe.path}/state", {"reason": "Parce que."})
    assert answer.status_code == 422
    page = words(answer)
    assert "<title>Erreur : " in page
    assert 'id="action-error"' in page
    assert "Parce que." in page


def test_a_defi_that_was_given_up_says_so_and_offers_nothing(
    visitor: Person, porteuse: Person, ebv: Person
) -> None:
    defi = published(porteuse, ebv)
    porteuse.post(f"{defi.path}/state", {"action": "abandon", "reason": "Faute de bras."})
    page = visitor.read(defi.path)
    assert "Abandonné" in page
    assert "Ce défi s’est terminé le" in page
    assert "Rejoindre ce défi" not in page
    assert "Que devient ce défi" not in porteuse.read(defi.path)


def test_a_completed_defi_can_be_taken_up_elsewhere(visitor: Person, porteuse: Person, ebv: Person) -> None:
    defi = published(porteuse, ebv, title="La boîte à outils")
    porteuse.post(f"{defi.path}/state", {"action": "complete"})
    assert f"/defis/launch?defi=op1:{defi.id}" in visitor.read(defi.path)
    origin = {"kind": "defi", "owner": "op1", "id": defi.id}
    heir = published(porteuse, ebv, title="La boîte d’à côté", origin=origin)
    assert "La boîte d’à côté" in visitor.read(defi.path)
    page = visitor.read(heir.path)
    assert "Il reprend un autre défi" in page
    assert "La boîte à outils" in page


def test_what_a_defi_came_from_need_not_answer(visitor: Person, porteuse: Person, ebv: Person) -> None:
    unknown = {"kind": "proposal", "owner": "coalition", "id": "01890000-0000-7000-8000-000000000000"}
    defi = published(porteuse, ebv, origin=unknown)
    assert "Il est né d’une proposition" in visitor.read(defi.path)


def test_a_submitted_defi_is_refused_with_its_reason(porteuse: Person, ebv: Person) -> None:
    defi = begun(porteuse)
    defi.submit()
    assert "Que devient-il" in ebv.read(defi.path)
    answer = ebv.post(f"{defi.path}/decision", {"decision": "refuse", "note": "À préciser."})
    assert answer.status_code == 422
    assert 'id="reason-error"' in words(answer)
    assert "À préciser." in words(answer)
    sent = {"decision": "refuse", "reason": "incomplete", "note": "À préciser.", "stage": "creaction"}
    assert ebv.post(f"{defi.path}/decision", sent).status_code == 303
    page = porteuse.read(defi.path)
    assert "Ce défi n’a pas été publié." in page
    assert "À préciser." in page


def test_an_initiative_that_exists_is_published_at_the_stage_that_is_confirmed(
    visitor: Person, porteuse: Person, ebv: Person
) -> None:
    defi = begun(porteuse, entry_stage="activaction", entry_evidence="Depuis deux ans, vingt familles.")
    defi.submit()
    assert "Depuis deux ans, vingt familles." in ebv.read(defi.path)
    ebv.post(f"{defi.path}/decision", {"decision": "publish", "stage": "creaction", "reason": "other"})
    assert "Pour passer en Activ’action" in visitor.read(defi.path)
    assert "vingt familles" not in visitor.read(defi.path)


def test_the_timeline_tells_what_is_public(visitor: Person, cafe: Defi) -> None:
    page = visitor.read(f"{cafe.path}/timeline")
    assert "Le défi a été publié" in page
    assert "Le défi a été commencé" not in page


def entry(kind: str, /, **facts: object) -> dict[str, object]:
    return {"kind": kind, "facts": facts, "at": "2026-01-01T00:00:00+00:00"}


def test_people_who_join_one_after_the_other_are_told_as_one_line() -> None:
    told = gathered(
        [
            entry("member_joined"),
            entry("member_joined"),
            entry("pledge_offered", kind="time"),
            entry("pledge_offered", kind="money"),
            entry("paused"),
            entry("paused"),
        ]
    )
    assert [(one["kind"], one["count"]) for one in told] == [
        ("member_joined", 2),
        ("pledge_offered", 1),
        ("pledge_offered", 1),
        ("paused", 1),
        ("paused", 1),
    ]


def test_the_agenda_is_what_comes_soonest_first_and_what_was_held() -> None:
    now = datetime(2026, 5, 1, tzinfo=UTC)

    def meeting(days: int, state: str) -> dict[str, str]:
        return {"state": state, "ends_at": (now + timedelta(days=days)).isoformat()}

    far, near, cancelled = meeting(9, "scheduled"), meeting(2, "scheduled"), meeting(1, "cancelled")
    late, held = meeting(-1, "scheduled"), meeting(-3, "held")
    agenda = agenda_of([far, near, cancelled, late, held], now)
    assert agenda.to_come == [near, far]
    assert agenda.held == [held]
