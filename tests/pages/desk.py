"""What tests of the coordinator's desk share: what is typed in its forms, and how an answer is read."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from werkzeug.test import TestResponse

from tests.pages.house import words
from tests.pages.programme import Programme

TODAY = datetime.now(UTC).date()
SOON = (TODAY + timedelta(days=30)).isoformat()
CAUSE = {
    "slug": "grand-age",
    "title_fr": "Grand âge",
    "title_en": "Old age",
    "mandate_fr": "Vieillir chez soi.\nEn bonne compagnie.",
    "mandate_en": "",
    "opens_at_day": TODAY.isoformat(),
    "opens_at_hour": "08:00",
    "closes_at_day": (TODAY + timedelta(days=900)).isoformat(),
    "closes_at_hour": "20:00",
}
CONSULTATION = {
    "slug": "mobilites",
    "title_fr": "Mobilités",
    "question_fr": "Comment mieux se déplacer ?",
    "introduction_fr": "Une question.",
    "languages": ["fr", "en"],
    "opens_at_day": SOON,
    "opens_at_hour": "08:00",
    "closes_at_day": (TODAY + timedelta(days=90)).isoformat(),
    "closes_at_hour": "20:00",
    "can_propose": "yes",
    "proposal_prefix": "Il faut",
    "proposal_length_min": "12",
    "proposal_length_max": "140",
    "consent_text_fr": "J’accepte que mes votes soient comptés.",
    "governance_controllers": "Coalition des territoires\nFédération des Pimms",
    "governance_dpo": "dpo@maillage.example",
    "governance_impact_assessment": "AIPD 2026-04",
    "governance_minimum_age": "15",
    "governance_votes_kept_until": (TODAY + timedelta(days=900)).isoformat(),
    "governance_contacts_kept_until": (TODAY + timedelta(days=400)).isoformat(),
}
WORKSHOP = {
    "title_fr": "Se déplacer sans voiture à soi",
    "agenda_fr": "Constats.\nPistes.",
    "facilitator": "Union nationale des Pimms",
    "starts_at_day": SOON,
    "starts_at_hour": "18:30",
    "ends_at_day": SOON,
    "ends_at_hour": "21:00",
    "place": "Salle des fêtes, Mirecourt",
    "capacity": "12",
}
ACTION = {
    "title_fr": "Dix véhicules partagés",
    "description_fr": "Dix communes, dix véhicules.",
    "bodies_owner": "Fédération des mobilités rurales",
    "bodies_measurer": "Université de Lorraine",
}
INDICATOR = {
    "indicator_title_fr": "Communes où l’on partage un véhicule",
    "indicator_unit": "communes",
    "indicator_baseline": "0",
    "indicator_target": "10",
    "indicator_first_due_on": TODAY.isoformat(),
    "indicator_every_months": "6",
}


def went(answer: TestResponse) -> str:
    """Where a form that was taken leads."""
    assert answer.status_code == 303, words(answer)
    return answer.headers["Location"]


def refusal(answer: TestResponse) -> str:
    """The page of a form that was refused."""
    assert answer.status_code == 422
    page = words(answer)
    assert "<title>Erreur" in page
    return page


def said_at(page: str, field: str) -> str:
    """What is said to be wrong with a field, and that the field says so itself."""
    found = re.search(rf'id="{field}-error">.*?<span>(.*?)</span>', page)
    assert found is not None, f"nothing is said of {field}"
    assert re.search(rf'(?:aria-describedby="[^"]*{field}-error|href="#{field}")', page)
    return found[1]


def in_hand(cause: Programme, **bodies: Any) -> UUID:
    (action,) = cause.hold(cause.convene(), "Dix véhicules partagés")
    cause.adopt(action, **bodies)
    return action
