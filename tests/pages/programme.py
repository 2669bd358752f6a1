"""A cause as a real programme has one, made by the service's own commands: what its pages are then asked to show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select

from libs.chassis.ids import uuid7
from libs.chassis.tokens import Grant, Principal
from services.consultation.actions import commands as actions
from services.consultation.actions.models import Indicator
from services.consultation.actions.queries import get_action
from services.consultation.actions.rules import Status
from services.consultation.causes.commands import NewCause, create_cause
from services.consultation.consultations.commands import NewConsultation, create_consultation
from services.consultation.proposals.models import Proposal
from services.consultation.workshops import commands as workshops
from services.consultation.workshops.models import WorkshopAction
from services.consultation.workshops.queries import get_workshop
from tests.pages.house import House

TEXTS = (
    "Il faut rouvrir les petites gares, avec des trains le soir et le dimanche.",
    "Il faut prêter aux communes rurales des véhicules que les habitants partagent.",
    "Il faut que chaque bourg garde un lieu où l’on se retrouve, café ou épicerie.",
)
GOVERNANCE = {
    "controllers": ["Coalition des territoires"],
    "dpo": "dpo@maillage.example",
    "impact_assessment": "AIPD 2026-04",
    "minimum_age": 15,
    "votes_kept_until": "2029-12-31",
    "contacts_kept_until": "2029-06-30",
}


@dataclass(frozen=True, slots=True)
class Programme:
    """A cause with an open consultation and its accepted proposals, and what may be added to it."""

    home: House
    slug: str
    cause: UUID
    consultation: str
    proposals: tuple[UUID, ...]

    @property
    def coordinator(self) -> tuple[tuple[str, str], ...]:
        """The grants of who coordinates it."""
        return (("coordinator", f"cause:{self.cause}"),)

    def convene(self, **changes: Any) -> UUID:
        """A workshop to come, of two places."""
        starts = datetime.now(UTC) + timedelta(days=20)
        values: dict[str, Any] = {
            "title": {
                "fr": "Se déplacer sans voiture à soi",
                "en": "Getting about without a car of one’s own",
            },
            "agenda": {"fr": "Constats, à partir des propositions.\nPistes d’action, en petits groupes."},
            "facilitator": "Union nationale des Pimms",
            "starts_at": starts,
            "ends_at": starts + timedelta(hours=3),
            "place": "Salle des fêtes, Mirecourt",
            "online_url": "https://visio.example/atelier",
            "capacity": 2,
        }
        with self._opinions() as session:
            new = workshops.NewWorkshop(**(values | changes))
            made = workshops.convene(session, self.cause, new, self.proposals[:2], datetime.now(UTC))
            return made.id

    def hold(self, workshop: UUID, *titles: str) -> list[UUID]:
        """Time passes: the workshop was held yesterday, and drafts of these titles came out of its first proposal."""
        now = datetime.now(UTC)
        drafts = [
            workshops.Draft(
                title={"fr": title},
                description={"fr": "Dix communes, dix véhicules, un an d’essai."},
                proposals=self.proposals[:1],
            )
            for title in titles
        ]
        with self._opinions() as session:
            row = get_workshop(session, workshop, lock=True)
            row.starts_at, row.ends_at = now - timedelta(hours=30), now - timedelta(hours=27)
            session.flush()
            workshops.report(
                session, row, minutes="Trente voix.\nUn accord.", attendance=31, drafts=drafts, now=now
            )
        return self._came_out(workshop)

    def cancel(self, workshop: UUID) -> None:
        """It is called off."""
        with self._opinions() as session:
            workshops.cancel(session, get_workshop(session, workshop, lock=True))

    def adopt(self, action: UUID, measurer: UUID | None = None) -> None:
        """Somebody answers for a draft, and it is under way."""
        bodies = actions.Bodies(
            owner="Fédération des mobilités rurales",
            measurer="Université de Lorraine",
            measurer_account=measurer,
        )
        with self._opinions() as session:
            row = get_action(session, action, lock=True)
            actions.adopt(session, row, bodies)
            actions.move(session, row, Status.UNDER_WAY)

    def indicator(self, action: UUID, *, first_due_on: date, target: str = "10") -> UUID:
        """What the action is measured by, every six months."""
        with self._opinions() as session:
            row = get_action(session, action, lock=True)
            actions.add_indicator(
                session,
                row,
                title={"fr": "Communes où l’on partage un véhicule", "en": "Communes that share a vehicle"},
                unit="communes",
                baseline=Decimal(0),
                target=Decimal(target),
                first_due_on=first_due_on,
                every_months=6,
            )
            its = select(Indicator.id).where(Indicator.action_id == action).order_by(Indicator.id.desc())
            found: UUID = session.scalars(its).first()
            return found

    def milestone(self, action: UUID, title: str, due_on: date) -> None:
        """Something to reach."""
        with self._opinions() as session:
            row = get_action(session, action, lock=True)
            actions.add_milestone(session, row, title={"fr": title}, due_on=due_on)

    def measure(
        self,
        indicator: UUID,
        value: str,
        day: date,
        *,
        corrects: UUID | None = None,
        reason: str | None = None,
    ) -> UUID:
        """A figure of a day, written down by the coordinator."""
        caller = Principal(uuid7(), "account", frozenset({Grant("coordinator", f"cause:{self.cause}")}))
        new = actions.NewMeasure(
            measured_on=day,
            value=Decimal(value),
            kind=None,
            evidence="Relevé des conventions signées.",
            evidence_url="https://exemple.fr/releve",
            corrects=corrects,
            reason=reason,
        )
        with self._opinions() as session:
            return actions.measure(session, indicator, caller, new, datetime.now(UTC)).id

    def _opinions(self) -> Any:
        return self.home.databases["consultation"].transaction()

    def _came_out(self, workshop: UUID) -> list[UUID]:
        with self._opinions() as session:
            came_out = select(WorkshopAction.action_id).where(WorkshopAction.workshop_id == workshop)
            return list(session.scalars(came_out.order_by(WorkshopAction.action_id)))


def programme(home: House, slug: str = "territoires") -> Programme:
    """A cause with a consultation of the same slug that is open, and three accepted proposals."""
    now = datetime.now(UTC)
    with home.databases["consultation"].transaction() as session:
        cause = create_cause(session, _cause(slug, now), now)
        asked = create_consultation(session, cause, _question(slug, now), now)
        session.flush()
        made = [
            Proposal(
                id=uuid7(),
                consultation_id=asked.id,
                text=text,
                language="fr",
                state="accepted",
                submitted_at=now,
            )
            for text in TEXTS
        ]
        session.add_all(made)
        return Programme(home, slug, cause.id, slug, tuple(proposal.id for proposal in made))


def _cause(slug: str, now: datetime) -> NewCause:
    return NewCause(
        slug=slug,
        title={"fr": "Grande Cause des Territoires", "en": "The Great Cause of the Territories"},
        mandate={
            "fr": "Améliorer les conditions de vie dans tous les territoires, avec celles et ceux qui y vivent.\n"
            "Cinq à dix actions seront menées, et mesurées pendant deux ans."
        },
        opens_at=now - timedelta(days=60),
        closes_at=now + timedelta(days=900),
    )


def _question(slug: str, now: datetime) -> NewConsultation:
    return NewConsultation(
        slug=slug,
        title={"fr": "Territoires"},
        question={"fr": "Comment améliorer les conditions de vie dans votre territoire ?"},
        introduction={"fr": "Une question posée à tout le pays."},
        opens_at=now - timedelta(days=50),
        closes_at=now + timedelta(days=6),
        consent_text={"fr": "J’accepte que mes votes soient comptés."},
        governance=GOVERNANCE,
    )
