"""What people offer a défi: each kind, what the core group answers, what is said of money."""

from __future__ import annotations

import re

import pytest

from gateway.pages.defis.amounts import cents_of
from tests.pages.defis import Defi, ask, begun, published
from tests.pages.house import House, Person, words


@pytest.fixture(scope="module")
def porteuse(home: House) -> Person:
    return home.citizen("Lucie")


@pytest.fixture(scope="module")
def ebv(home: House) -> Person:
    return home.citizen("Odile", grants=(("ebv", "territory:88"),))


@pytest.fixture(scope="module")
def cafe(porteuse: Person, ebv: Person) -> Defi:
    return published(porteuse, ebv)


OFFER = {
    "kind": "material",
    "description": "Une scie à onglets",
    "name": "Farid",
    "contact": "06 00 00 00 00",
}


def offer(person: Person, defi: Defi, **fields: str) -> None:
    answer = person.post(f"{defi.path}/pledges/offer", {**OFFER, **fields})
    assert answer.status_code == 303, words(answer)


def decide(person: Person, defi: Defi, text: str, decision: str) -> int:
    page = defi.porteur.read(f"{defi.path}/pledges")
    found = re.search(rf'{re.escape(text)}.*?action="([^"]+/decision)"', page)
    assert found is not None
    return person.post(found[1], {"decision": decision}).status_code


def test_money_is_offered_in_euros_and_shown_as_one_writes_it(
    home: House, porteuse: Person, cafe: Defi
) -> None:
    giver = home.citizen()
    offer(giver, cafe, kind="money", amount="1 250,50 €", description="Pour le comptoir")
    assert "1\u202f250,50\u00a0€" in giver.get(f"{cafe.path}/pledges").get_data(as_text=True)
    assert "€1,250.50" in home.somebody("en").read(f"{cafe.path}/pledges")
    assert "Pour le comptoir" in porteuse.read(f"{cafe.path}/pledges")


def test_hours_are_offered(home: House, cafe: Defi) -> None:
    giver = home.citizen()
    offer(giver, cafe, kind="time", hours="12", description="Le samedi matin")
    assert "12 heures" in giver.read(f"{cafe.path}/pledges")


def test_an_offer_is_between_its_giver_and_the_core_group(home: House, porteuse: Person, cafe: Defi) -> None:
    offer(home.citizen(), cafe, description="Un grand fournil")
    assert "Un grand fournil" in porteuse.read(f"{cafe.path}/pledges")
    assert "Un grand fournil" not in home.citizen().read(f"{cafe.path}/pledges")
    assert "Un grand fournil" not in home.somebody().read(f"{cafe.path}/pledges")


def test_the_core_group_reaches_a_giver_once_it_accepted(home: House, porteuse: Person, cafe: Defi) -> None:
    offer(home.citizen(), cafe, description="Un vidéoprojecteur", contact="sonner au 7")
    assert "sonner au 7" not in porteuse.read(f"{cafe.path}/pledges")
    assert decide(porteuse, cafe, "Un vidéoprojecteur", "accept") == 303
    assert "sonner au 7" in porteuse.read(f"{cafe.path}/pledges")
    assert decide(porteuse, cafe, "Un vidéoprojecteur", "fulfil") == 303


def test_a_giver_withdraws_and_a_member_decides_nothing(home: House, porteuse: Person, cafe: Defi) -> None:
    giver, member = home.citizen(), home.citizen()
    ask(member, "POST", f"/defis/{cafe.id}/membership", {"name": "Régis"})
    asked = ask(porteuse, "GET", f"/defis/{cafe.id}/members?state=requested")["items"][0]["id"]
    ask(porteuse, "POST", f"/defis/{cafe.id}/members/{asked}/answer", {"answer": "accept"})
    offer(giver, cafe, description="Trois tables pliantes")
    assert "Trois tables pliantes" not in member.read(f"{cafe.path}/pledges")
    for decision in ("accept", "lapse", "withdraw"):
        assert decide(member, cafe, "Trois tables pliantes", decision) == 404
    assert decide(porteuse, cafe, "Trois tables pliantes", "withdraw") == 403
    assert "Retirer mon offre" in giver.read(f"{cafe.path}/pledges")
    assert decide(giver, cafe, "Trois tables pliantes", "withdraw") == 303
    assert "Retiré" in giver.read(f"{cafe.path}/pledges")


def test_what_was_decided_is_not_decided_again(home: House, porteuse: Person, cafe: Defi) -> None:
    offer(home.citizen(), cafe, description="Un tréteau")
    page = porteuse.read(f"{cafe.path}/pledges")
    found = re.search(r'Un tréteau.*?action="([^"]+/decision)"', page)
    assert found is not None
    assert porteuse.post(found[1], {"decision": "lapse"}).status_code == 303
    again = porteuse.post(found[1], {"decision": "accept"})
    assert again.status_code == 422
    assert "<title>Erreur : " in words(again)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"kind": ""}, "kind"),
        ({"description": ""}, "description"),
        ({"name": ""}, "name"),
        ({"kind": "money"}, "amount"),
        ({"kind": "money", "amount": "beaucoup"}, "amount"),
        ({"amount": "12"}, "amount"),
        ({"kind": "time", "hours": "deux"}, "hours"),
        ({"hours": "3"}, "hours"),
        ({"valid_until": "2001-01-01"}, "valid_until"),
    ],
)
def test_what_does_not_hold_together_is_refused_at_its_field(
    home: House, cafe: Defi, fields: dict[str, str], field: str
) -> None:
    answer = home.citizen().post(f"{cafe.path}/pledges/offer", {**OFFER, **fields})
    assert answer.status_code == 422
    page = words(answer)
    assert "<title>Erreur : " in page
    assert f'id="{field}-error"' in page
    assert f'href="#{field}"' in page
    assert OFFER["contact"] in page


def test_all_that_is_wrong_is_said_at_once_and_of_money_in_euros(home: House, cafe: Defi) -> None:
    wrong = {"kind": "money", "amount": "beaucoup", "name": "", "description": ""}
    page = words(home.citizen().post(f"{cafe.path}/pledges/offer", wrong))
    for field in ("amount", "name", "description"):
        assert f'id="{field}-error"' in page
    assert "Écrivez un montant en euros" in page
    missing = words(home.citizen().post(f"{cafe.path}/pledges/offer", {**OFFER, "kind": "money"}))
    assert "Écrivez un montant en euros" in missing


def test_a_visitor_signs_in_before_offering(visitor: Person, cafe: Defi) -> None:
    answer = visitor.get(f"{cafe.path}/pledges/offer")
    assert answer.status_code == 303
    assert f"return_to={cafe.path}/pledges/offer" in answer.headers["Location"].replace("%2F", "/")


def test_what_a_giver_writes_stays_text(home: House, porteuse: Person, cafe: Defi) -> None:
    offer(home.citizen(), cafe, description="<b onclick=x>gras</b>", name="<i>Jo</i>")
    page = porteuse.get(f"{cafe.path}/pledges").get_data(as_text=True)
    assert "<b onclick" not in page
    assert "&lt;b onclick=x&gt;" in page
    assert "<i>Jo" not in page


def test_pledges_of_a_strangers_draft_are_not_there(home: House, porteuse: Person) -> None:
    draft = begun(porteuse)
    for page in ("pledges", "pledges/offer"):
        assert home.citizen().get(f"{draft.path}/{page}").status_code == 404


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("1 250,50 €", 125_050),
        ("1\u202f250,50\u00a0€", 125_050),
        ("1,250.50", 125_050),
        ("1.250,5", 125_050),
        ("20", 2_000),
        ("0,05", 5),
        ("20 EUR", 2_000),
        ("12,345.678", None),
        ("vingt", None),
        ("-3", None),
        ("", None),
    ],
)
def test_an_amount_is_read_as_people_write_it(text: str, cents: int | None) -> None:
    assert cents_of(text) == cents
