"""What came of the demo's consultations: published results, workshops, actions and their measures.

All of it is made by the service's own commands, each at the instant at which people would have given it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from deploy.local.demo.accounts import CITIZEN, COORDINATOR, MEASURER
from deploy.local.demo.content import Actors, accepted_proposals, find_consultation, person_called
from deploy.local.demo.days import Days
from deploy.local.demo.past import past_consultation
from deploy.local.demo.proposals import demo_proposals
from deploy.local.demo.silence import tell_nobody
from deploy.local.demo.workshops import (
    DemoAction,
    DemoIndicator,
    DemoMilestone,
    DemoWorkshop,
    demo_actions,
    demo_drafts,
    demo_workshops,
)
from services.consultation.actions import commands as actions
from services.consultation.actions.models import Action, Indicator, Milestone
from services.consultation.actions.rules import Status
from services.consultation.consultations.commands import record_dates
from services.consultation.consultations.models import Consultation
from services.consultation.results.commands import publish, record_publications
from services.consultation.workshops import commands as workshops
from services.consultation.workshops.models import Workshop

PUBLISHED, EMBARGO_ENDS = -396, -393
A_WHILE = timedelta(minutes=7)


def write_outcomes(session: Session, actors: Actors, now: datetime) -> bool:
    """Write everything that came of the consultations, there with their votes; whether it was missing.

    Where any of the demo's workshops is known, everything stays as people left it.
    """
    titles = [workshop.title["fr"] for workshop in demo_workshops()]
    known = select(Workshop.id).where(Workshop.title["fr"].astext.in_(titles))
    if session.scalars(known).first() is not None:
        return False
    past, present = find_consultation(session, past_consultation().text), find_consultation(session)
    assert past is not None, "the consultations are loaded first"
    assert present is not None, "the consultations are loaded first"
    assert present.cause_id is not None, "and belong to the demo's cause"
    outcomes = _Outcomes(session, present.cause_id, actors, now)
    outcomes.publish_results(past)
    outcomes.hold_workshops(demo_proposals_of(session, past, present))
    outcomes.carry_out_actions()
    return True


def demo_proposals_of(session: Session, past: Consultation, present: Consultation) -> dict[str, UUID]:
    """The ids of the accepted proposals of both consultations, by their keys."""
    return accepted_proposals(session, past, past_consultation().proposals) | accepted_proposals(
        session, present, demo_proposals()
    )


def actions_by_draft(session: Session) -> dict[str, UUID]:
    """The ids of the demo's actions, by the key of the draft that each was."""
    rows = session.execute(select(Action.title["fr"].astext.label("title"), Action.id))
    ids = {row.title: row.id for row in rows}
    return {key: ids[draft.title["fr"]] for key, draft in demo_drafts().items() if draft.title["fr"] in ids}


class _Outcomes:
    """One load of what came of the cause's consultations."""

    def __init__(self, session: Session, cause_id: UUID, actors: Actors, now: datetime) -> None:
        self.session, self.cause_id, self.actors, self.now = session, cause_id, actors, now
        self.days = Days(now)

    def publish_results(self, past: Consultation) -> None:
        """Final results, under an embargo that has long ended; their authors are invented, and told nothing."""
        record_dates(self.session, self.now)  # a consultation is told of before its results are
        publish(
            self.session,
            past.slug,
            self.actors[COORDINATOR],
            embargo_until=self.days.moment(EMBARGO_ENDS, 6),
            note=past_consultation().note,
            corrects=None,
            now=self.days.moment(PUBLISHED, 15),
        )
        record_publications(self.session, self.now)
        tell_nobody(self.session, [person_called(each.author) for each in past_consultation().proposals])

    def hold_workshops(self, proposals: Mapping[str, UUID]) -> None:
        """Convene each workshop, let people ask for a place, and report those that were held."""
        for demo in demo_workshops():
            workshop = self._convene(demo, proposals)
            self._fill(demo, workshop)
            if demo.minutes is not None:
                self._report(demo, workshop, demo.minutes, proposals)

    def carry_out_actions(self) -> None:
        """Drafts get an owner and a measurer, begin, reach milestones and are measured."""
        ids = actions_by_draft(self.session)
        for demo in demo_actions():
            action = self.session.get_one(Action, ids[demo.draft])
            self._begin(demo, action)
            for milestone in demo.milestones:
                self._set_milestone(milestone, action)
            for indicator in demo.indicators:
                self._set_indicator(indicator, action)

    def _convene(self, demo: DemoWorkshop, proposals: Mapping[str, UUID]) -> Workshop:
        starts_at = self.days.moment(demo.day, demo.at)
        new = workshops.NewWorkshop(
            title=demo.title,
            agenda=demo.agenda,
            facilitator=demo.facilitator,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=demo.hours),
            place=demo.place,
            online_url=demo.online_url,
            capacity=demo.capacity,
        )
        about = [proposals[key] for key in demo.proposals]
        return workshops.convene(self.session, self.cause_id, new, about, self.days.moment(demo.convened, 10))

    def _fill(self, demo: DemoWorkshop, workshop: Workshop) -> None:
        people = [person_called(f"{demo.key} {number}") for number in range(1, demo.registered)]
        for number, subject in enumerate([self.actors[CITIZEN].subject, *people][: demo.registered]):
            at = self.days.moment(demo.convened + 1, 12) + number * A_WHILE
            workshops.register(self.session, workshop.id, subject, at)

    def _report(
        self, demo: DemoWorkshop, workshop: Workshop, minutes: str, proposals: Mapping[str, UUID]
    ) -> None:
        drafts = [
            workshops.Draft(
                title=draft.title,
                description=draft.description,
                proposals=[proposals[key] for key in draft.proposals],
            )
            for draft in demo.drafts
        ]
        reported_at = self.days.moment(demo.day + 1, 11)
        workshops.report(
            self.session,
            workshop,
            minutes=minutes,
            attendance=demo.attendance,
            drafts=drafts,
            now=reported_at,
        )

    def _begin(self, demo: DemoAction, action: Action) -> None:
        measurer = self.actors[MEASURER].subject
        bodies = actions.Bodies(owner=demo.owner, measurer=demo.measurer, measurer_account=measurer)
        actions.adopt(self.session, action, bodies)
        actions.move(self.session, action, Status.UNDER_WAY)

    def _set_milestone(self, demo: DemoMilestone, action: Action) -> None:
        actions.add_milestone(self.session, action, title=demo.title, due_on=self.days.date(demo.due))
        if demo.reached is not None:
            added = select(Milestone).where(Milestone.action_id == action.id).order_by(Milestone.id.desc())
            milestone = self.session.scalars(added.limit(1)).one()
            actions.reach_milestone(self.session, milestone, self.days.date(demo.reached))

    def _set_indicator(self, demo: DemoIndicator, action: Action) -> None:
        actions.add_indicator(
            self.session,
            action,
            title=demo.title,
            unit=demo.unit,
            baseline=demo.baseline,
            target=demo.target,
            first_due_on=self.days.date(demo.first_due),
            every_months=demo.every_months,
        )
        added = select(Indicator.id).where(Indicator.action_id == action.id).order_by(Indicator.id.desc())
        self._measure(demo, self.session.scalars(added.limit(1)).one())

    def _measure(self, demo: DemoIndicator, indicator_id: UUID) -> None:
        last: UUID | None = None
        for measure in demo.measures:
            new = actions.NewMeasure(
                measured_on=self.days.date(measure.day),
                value=measure.value,
                kind=measure.kind,
                evidence=measure.evidence,
                evidence_url=None,
                corrects=last if measure.reason else None,
                reason=measure.reason,
            )
            written_at = self.days.moment(measure.written, 15)
            last = actions.measure(self.session, indicator_id, self.actors[MEASURER], new, written_at).id
