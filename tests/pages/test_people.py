"""The people of a défi: asking to join and being answered, invitations, roles, leaving."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import text

from tests.pages.defis import Defi, begun, published
from tests.pages.house import House, Person, words
from tests.pages.territory import asked


@pytest.fixture(scope="module")
def porteuse(home: House) -> Person:
    return home.citizen("Lucie")


@pytest.fixture(scope="module")
def ebv(home: House) -> Person:
    return home.citizen("Odile", grants=(("ebv", "territory:88"),))


@pytest.fixture(scope="module")
def cafe(porteuse: Person, ebv: Person) -> Defi:
    return published(porteuse, ebv)


def ask_to_join(person: Person, defi: Defi, name: str) -> None:
    assert person.post(f"{defi.path}/join", {"name": name, "contact": f"{name} au 06"}).status_code == 303


def answer_form(porteur: Person, defi: Defi, name: str) -> str:
    page = porteur.read(f"{defi.path}/people")
    found = re.search(rf'<h3 lang="fr">{name}</h3>.*?action="([^"]+/answer)"', page)
    assert found is not None, f"no request of {name}"
    return found[1]


def let_in(person: Person, defi: Defi, name: str) -> None:
    ask_to_join(person, defi, name)
    answer = defi.porteur.post(answer_form(defi.porteur, defi, name), {"answer": "accept"})
    assert answer.status_code == 303


def member_id(porteur: Person, defi: Defi, name: str) -> str:
    page = porteur.read(f"{defi.path}/people")
    found = re.search(rf'<strong lang="fr">{name}</strong>.*?name="member" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_a_visitor_who_joins_signs_in_and_comes_back_to_the_form(home: House, cafe: Defi) -> None:
    visitor = home.somebody()
    assert f'href="{cafe.path}/join"' in visitor.read(cafe.path)
    asked = visitor.get(f"{cafe.path}/join")
    assert asked.status_code == 303
    visitor.get(asked.headers["Location"])
    home.account("visiteuse@exemple.fr", "Solène")
    visitor.post("/sign-in", {"email": "visiteuse@exemple.fr", "return_to": f"{cafe.path}/join"})
    came_back = visitor.post("/sign-in/code", {"code": home.code_for("visiteuse@exemple.fr")})
    assert came_back.headers["Location"] == f"{cafe.path}/join"
    assert 'value="Solène"' in visitor.read(f"{cafe.path}/join")


def test_somebody_asks_to_join_and_is_let_in(home: House, porteuse: Person, cafe: Defi) -> None:
    rachid = home.citizen("Rachid")
    ask_to_join(rachid, cafe, "Rachid")
    assert "Vous avez demandé à rejoindre ce défi" in rachid.read(f"{cafe.path}/people")
    assert "Rachid au 06" in porteuse.read(f"{cafe.path}/people")
    assert porteuse.post(answer_form(porteuse, cafe, "Rachid"), {"answer": "accept"}).status_code == 303
    page = rachid.read(f"{cafe.path}/people")
    assert "Quitter ce défi" in page
    assert "Votre place :" in rachid.read(cafe.path)


def test_a_request_is_declined_with_a_word_for_the_group(home: House, porteuse: Person, cafe: Defi) -> None:
    hugo = home.citizen("Hugo")
    ask_to_join(hugo, cafe, "Hugo")
    form = answer_form(porteuse, cafe, "Hugo")
    porteuse.post(form, {"answer": "decline", "note": "Il habite loin."})
    assert "Demander à le rejoindre" in hugo.read(f"{cafe.path}/people")
    assert "Il habite loin." in porteuse.read(f"{cafe.path}/timeline")


def test_a_request_is_taken_back(home: House, cafe: Defi) -> None:
    anais = home.citizen("Anaïs")
    ask_to_join(anais, cafe, "Anaïs")
    assert anais.post(f"{cafe.path}/people/leave").status_code == 303
    assert "Demander à le rejoindre" in anais.read(f"{cafe.path}/people")


def test_a_request_without_a_name_is_refused_at_its_field(home: House, cafe: Defi) -> None:
    answer = home.citizen().post(f"{cafe.path}/join", {"message": "Je sais souder."})
    assert answer.status_code == 422
    page = words(answer)
    assert "<title>Erreur : " in page
    assert 'id="name-error"' in page
    assert "Je sais souder." in page


def test_who_asked_already_is_shown_that_and_cannot_ask_again(home: House, cafe: Defi) -> None:
    twice = home.citizen("Denis")
    ask_to_join(twice, cafe, "Denis")
    assert twice.get(f"{cafe.path}/join").status_code == 303
    answer = twice.post(f"{cafe.path}/join", {"name": "Denis"})
    assert answer.status_code == 422
    assert "Vous avez déjà demandé" in words(answer)


def test_names_are_for_the_members_and_contacts_for_the_core_group(
    home: House, porteuse: Person, cafe: Defi
) -> None:
    let_in(home.citizen(), cafe, "Colette")
    member = home.citizen()
    let_in(member, cafe, "Jérôme")
    assert "Colette au 06" in porteuse.read(f"{cafe.path}/people")
    page = member.read(f"{cafe.path}/people")
    assert "Colette" in page
    assert "Colette au 06" not in page
    for outsider in (home.citizen(), home.somebody()):
        assert "Colette" not in outsider.read(f"{cafe.path}/people")


def test_a_member_answers_no_request_and_changes_no_role(home: House, porteuse: Person, cafe: Defi) -> None:
    member, candidate = home.citizen(), home.citizen()
    let_in(member, cafe, "Thibault")
    ask_to_join(candidate, cafe, "Kamel")
    assert "Kamel" not in member.read(f"{cafe.path}/people")
    form = answer_form(porteuse, cafe, "Kamel")
    assert member.post(form, {"answer": "accept"}).status_code == 403
    chosen = {"member": member_id(porteuse, cafe, "Thibault"), "role": "core"}
    assert member.post(f"{cafe.path}/people/role", chosen).status_code == 403


def test_a_name_that_holds_html_stays_text(home: House, porteuse: Person, cafe: Defi) -> None:
    ask_to_join(home.citizen(), cafe, "<script>alert(1)</script>")
    page = porteuse.get(f"{cafe.path}/people").get_data(as_text=True)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_one_changes_how_one_is_called(home: House, porteuse: Person, cafe: Defi) -> None:
    assert porteuse.post(f"{cafe.path}/people/me", {"name": "Lucie M.", "contact": ""}).status_code == 303
    assert "Lucie M." in porteuse.read(f"{cafe.path}/people")
    answer = porteuse.post(f"{cafe.path}/people/me", {"name": ""})
    assert answer.status_code == 422
    assert 'id="name-error"' in words(answer)


def test_a_porteur_hands_the_defi_over_before_leaving_it(home: House, ebv: Person) -> None:
    tired, heir = home.citizen("Bernard"), home.citizen("Fatou")
    defi = published(tired, ebv)
    let_in(heir, defi, "Fatou")
    refusal = tired.post(f"{defi.path}/people/leave")
    assert refusal.status_code == 422
    assert "Confiez le défi" in words(refusal) or "Confier le défi" in words(refusal)
    assert tired.post(f"{defi.path}/people/role", {"role": "porteur"}).status_code == 422
    chosen = {"member": member_id(tired, defi, "Fatou"), "role": "porteur"}
    assert tired.post(f"{defi.path}/people/role", chosen).status_code == 303
    assert "Porteur du défi" in heir.read(defi.path)
    assert tired.post(f"{defi.path}/people/leave").status_code == 303


def test_a_defi_that_lost_its_porteur_is_given_another_by_its_ebv(home: House, ebv: Person) -> None:
    gone, heir = home.citizen("Gaston"), home.citizen("Estelle")
    defi = published(gone, ebv)
    let_in(heir, defi, "Estelle")
    chosen = {"member": member_id(gone, defi, "Estelle"), "role": "porteur"}
    assert ebv.post(f"{defi.path}/people/role", chosen).status_code == 403
    with home.databases["defis_op1"].transaction() as session:
        lost = text("DELETE FROM member WHERE defi_id = :defi AND role = 'porteur'")
        session.execute(lost, {"defi": defi.id})
    assert "Nommer un autre porteur" in ebv.read(f"{defi.path}/people")
    assert "Nommer un autre porteur" not in heir.read(f"{defi.path}/people")
    assert ebv.post(f"{defi.path}/people/role", chosen).status_code == 303
    assert "Porteur du défi" in heir.read(defi.path)


def test_the_page_says_who_accompanies_the_defi_and_costs_a_handful_of_calls(
    home: House, porteuse: Person, cafe: Defi
) -> None:
    porteuse.read(f"{cafe.path}/people")
    with asked() as seen:
        page = porteuse.read(f"{cafe.path}/people")
    assert "Le Relais des défis vosgiens" in page
    assert "contact-op1@demo.example" in page
    assert len(seen) <= 5, seen


def test_a_member_enters_the_core_group_and_leaves_it(home: House, porteuse: Person, cafe: Defi) -> None:
    member = home.citizen()
    let_in(member, cafe, "Sylvie")
    chosen = {"member": member_id(porteuse, cafe, "Sylvie"), "role": "core"}
    porteuse.post(f"{cafe.path}/people/role", chosen)
    assert "Inviter quelqu’un" in member.read(f"{cafe.path}/people")
    porteuse.post(f"{cafe.path}/people/role", {**chosen, "role": "member"})
    assert "Inviter quelqu’un" not in member.read(f"{cafe.path}/people")


def invitation(porteur: Person, defi: Defi) -> str:
    made = words(porteur.post(f"{defi.path}/invitations", {"role": "core"}))
    found = re.search(r'value="http://[^/]+(/defis/[^"]+/invitation\?secret=[^"]+)"', made)
    assert found is not None
    return found[1]


def test_an_invitation_is_accepted_after_signing_in(home: House, porteuse: Person, cafe: Defi) -> None:
    link = invitation(porteuse, cafe)
    assert link.split("secret=")[1] not in porteuse.read(f"{cafe.path}/people")
    invited = home.somebody()
    cleaned = invited.get(link)
    assert cleaned.headers["Location"] == f"{cafe.path}/invitation"
    page = invited.read(f"{cafe.path}/invitation")
    assert "Se connecter pour répondre" in page
    assert link.split("secret=")[1] not in page
    home.account("invitee@exemple.fr", "Véronique")
    invited.sign_in("invitee@exemple.fr")
    answer = invited.post(f"{cafe.path}/invitation", {"answer": "accept", "name": "Véronique"})
    assert answer.headers["Location"] == cafe.path
    assert "Noyau du groupe" in invited.read(cafe.path)


def test_an_invitation_is_declined_and_works_no_more(home: House, porteuse: Person, cafe: Defi) -> None:
    link, guest, other = invitation(porteuse, cafe), home.citizen(), home.citizen()
    guest.get(link)
    assert guest.post(f"{cafe.path}/invitation", {"answer": "decline"}).status_code == 303
    other.get(link)
    answer = other.post(f"{cafe.path}/invitation", {"answer": "accept", "name": "Roland"})
    assert answer.status_code == 422
    assert "répondu" in words(answer)


def test_accepting_an_invitation_takes_a_name(home: House, porteuse: Person, cafe: Defi) -> None:
    guest = home.citizen()
    guest.get(invitation(porteuse, cafe))
    answer = guest.post(f"{cafe.path}/invitation", {"answer": "accept", "name": ""})
    assert answer.status_code == 422
    assert 'id="name-error"' in words(answer)


def test_a_secret_that_opens_nothing_is_not_found(home: House, cafe: Defi) -> None:
    guest = home.citizen()
    assert "Le lien de l’invitation manque" in guest.read(f"{cafe.path}/invitation")
    guest.get(f"{cafe.path}/invitation?secret=rien")
    answer = guest.post(f"{cafe.path}/invitation", {"answer": "accept", "name": "Farid"})
    assert answer.status_code == 404


def test_only_the_core_group_invites(home: House, cafe: Defi) -> None:
    assert home.citizen().post(f"{cafe.path}/invitations", {"role": "core"}).status_code == 403
    assert home.somebody().post(f"{cafe.path}/invitations", {"role": "core"}).status_code == 303


def test_the_people_of_a_strangers_draft_are_not_there(home: House, porteuse: Person) -> None:
    draft = begun(porteuse)
    stranger = home.citizen()
    for page in ("people", "join", "invitation"):
        assert stranger.get(f"{draft.path}/{page}").status_code == 404
    assert stranger.post(f"{draft.path}/join", {"name": "Léa"}).status_code == 404


def test_the_people_page_exists_in_english(home: House, cafe: Defi) -> None:
    assert "Ask to join" in home.somebody("en").read(f"{cafe.path}/people")
