"""Finding proposals that say nearly the same, before one more is made."""

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.chassis.db import Database
from libs.chassis.ids import uuid7
from services.consultation.consultations.models import Consultation
from services.consultation.proposals.models import Proposal
from services.consultation.proposals.queries import find_similar

ADDRESS = "/api/consultation/v1/consultations/vivre-mieux/proposals/similar"
PROPOSALS = (
    "Il faut créer des pistes cyclables sécurisées entre les villages",
    "Il faut plus de médecins dans les campagnes",
    "Il faut ouvrir des maisons de santé dans les déserts médicaux",
    "Il faut développer les transports en commun en zone rurale",
    "Il faut rendre les transports gratuits pour les jeunes",
    "Il faut planter des arbres dans les cours d’école",
    "Il faut végétaliser les cours d’écoles et les places",
    "Il faut rénover les logements mal isolés",
    "Il faut soutenir les commerces de proximité en centre-ville",
    "Il faut aider les agriculteurs à vendre en circuit court",
    "Il faut servir des repas bio et locaux à la cantine",
    "Il faut que les trains s’arrêtent dans les petites gares",
    "Il faut rouvrir les petites lignes de train",
    "Il faut lutter contre l’isolement des personnes âgées",
    "Il faut réduire l’éclairage public la nuit",
    "Il faut que les œuvres d’art circulent d’un village à l’autre",
)


@pytest.fixture
def proposals(database: Database, consultation: Consultation) -> Consultation:
    """The consultation with its accepted proposals."""
    now = datetime.now(UTC)
    with database.transaction() as session:
        session.add_all(
            Proposal(
                id=uuid7(),
                consultation_id=consultation.id,
                text=text,
                language="fr",
                state="accepted",
                submitted_at=now + timedelta(seconds=n),
            )
            for n, text in enumerate(PROPOSALS)
        )
    return consultation


def found(client: FlaskClient, text: str) -> list[str]:
    answer = client.get(ADDRESS, query_string={"text": text})
    assert answer.status_code == 200, answer.json
    return [item["text"] for item in answer.json["items"]]


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [
        ("Il faut planter des arbres dans les écoles", "Il faut planter des arbres dans les cours d’école"),
        ("Il faut une piste cyclable pour aller au village", PROPOSALS[0]),
        ("il faut de nouvelles pistes cyclables", PROPOSALS[0]),
        ("Il faut aider les personnes âgées isolées", PROPOSALS[13]),
        ("Il faut des transports gratuits", PROPOSALS[4]),
        ("Il faut la rénovation des logements", PROPOSALS[7]),
    ],
)
def test_the_nearest_is_found_through_plurals_verbs_and_their_nouns(
    client: FlaskClient, proposals: Consultation, typed: str, nearest: str
) -> None:
    assert found(client, typed)[0] == nearest


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [
        ("Il faut aider les personnes agees isolees", PROPOSALS[13]),
        ("IL FAUT VEGETALISER LES PLACES", PROPOSALS[6]),
        ("Il faut reduire l'eclairage", PROPOSALS[14]),
        ("Il faut une école plantée d’arbres", PROPOSALS[5]),
        ("Il faut montrer les oeuvres d'art", PROPOSALS[15]),
    ],
)
def test_accents_capitals_ligatures_and_apostrophes_make_no_difference(
    client: FlaskClient, proposals: Consultation, typed: str, nearest: str
) -> None:
    assert found(client, typed)[0] == nearest


def test_a_proposal_typed_without_accents_is_found_with_them(
    client: FlaskClient, database: Database, consultation: Consultation
) -> None:
    with database.transaction() as session:
        for text in ("Il faut vegetaliser les ecoles", "Il faut des trains"):
            session.add(
                Proposal(
                    id=uuid7(),
                    consultation_id=consultation.id,
                    text=text,
                    language="fr",
                    state="accepted",
                    submitted_at=datetime.now(UTC),
                )
            )
    assert found(client, "Il faut végétaliser les écoles") == ["Il faut vegetaliser les ecoles"]


def test_what_every_proposal_says_makes_none_similar(client: FlaskClient, proposals: Consultation) -> None:
    assert found(client, "Il faut des licornes") == []
    assert found(client, "Il faut") == []


def test_only_what_is_accepted_in_this_consultation_is_shown(
    client: FlaskClient, database: Database, proposals: Consultation
) -> None:
    with database.transaction() as session:
        for state in ("pending", "postponed", "refused", "archived"):
            session.add(
                Proposal(
                    id=uuid7(),
                    consultation_id=proposals.id,
                    text="Il faut des licornes",
                    language="fr",
                    state=state,
                    reason="test" if state == "refused" else None,
                    submitted_at=datetime.now(UTC),
                )
            )
    assert found(client, "Il faut des licornes") == []


def test_english_is_stemmed_as_english(
    client: FlaskClient, database: Database, consultation: Consultation
) -> None:
    with database.transaction() as session:
        session.add(
            Proposal(
                id=uuid7(),
                consultation_id=consultation.id,
                text="Il faut: running trains at night",
                language="en",
                state="accepted",
                submitted_at=datetime.now(UTC),
            )
        )
    answer = client.get(ADDRESS, query_string={"text": "trains that run", "language": "en"})
    assert len(answer.json["items"]) == 1


def test_a_text_is_needed(client: FlaskClient, proposals: Consultation) -> None:
    for query in ({}, {"text": ""}, {"text": "x" * 1001}):
        answer = client.get(ADDRESS, query_string=query)
        assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "text")


@pytest.mark.parametrize(
    "typed",
    [
        "& | ! ( ) : * <-> \\ ' '' \"",
        "arbres & | !",
        "'; DROP TABLE proposal; --",
        "arbres:* \\' école'",
        "a\\b/c <b>arbres</b> http://exemple.fr/?a=b&c='d'",
    ],
)
def test_what_looks_like_a_query_is_only_words(
    client: FlaskClient, proposals: Consultation, typed: str
) -> None:
    assert all(text in PROPOSALS for text in found(client, typed))


@settings(max_examples=60)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60))
def test_no_text_at_all_breaks_the_search(database: Database, proposals: Consultation, text: str) -> None:
    with database.transaction() as session:
        assert len(find_similar(session, proposals, text, "fr")) <= 6
