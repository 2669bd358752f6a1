"""In the demo somebody follows two proposals, and is told of everything that came of them, up to the measures."""

from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import delete, func, select, text

from deploy.local import migrations
from deploy.local.demo import voting
from deploy.local.demo.accounts import CITIZEN, ensure_accounts
from deploy.local.demo.following import FOLLOWED
from deploy.local.demo.load import load_into
from deploy.local.demo.workshops import demo_actions, demo_drafts
from libs.chassis.db import Database
from libs.chassis.inbox import Inbox
from libs.chassis.testing.postgres import TestServer
from services.notifications.follows.models import Follow
from services.notifications.inbox.models import Notice
from services.notifications.worker import consumers

Installation = tuple[Database, Database, Database]


@pytest.fixture
def installation(postgres: TestServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    """The migrated databases of identity, consultation and notifications, in which a demo with few votes is loaded."""
    monkeypatch.setattr(voting, "PARTICIPANTS", 2)
    monkeypatch.setattr(voting, "PAST_PARTICIPANTS", 2)
    names = ("identity", "consultation", "notifications")
    with postgres.database() as one, postgres.database() as two, postgres.database() as three:
        urls = dict(zip(names, (one, two, three), strict=True))
        migrations.migrate(
            {f"MAILLAGE_{name.upper()}_DATABASE_URL": url for name, url in urls.items()}, print
        )
        people, opinions, notices = (Database(urls[name], service=name, owner="coalition") for name in names)
        load_into(people, opinions, print, notices=notices)
        yield people, opinions, notices
        for database in (people, opinions, notices):
            database.close()


def test_the_citizen_hears_of_the_end_the_results_and_each_measured_action_once(
    installation: Installation,
) -> None:
    people, opinions, notices = installation
    with opinions.transaction() as session:
        told = session.scalars(text("SELECT envelope FROM outbox ORDER BY position")).all()
    assert all(Inbox(notices, consumers).receive(told))
    with people.transaction() as session:
        citizen = ensure_accounts(session)[CITIZEN].subject
    with notices.transaction() as session:
        kept = session.scalars(select(Notice).where(Notice.recipient_id == citizen)).all()
    followed = [notice for notice in kept if notice.follow_id is not None]
    assert Counter((notice.kind, str(notice.facts.get("measure"))) for notice in followed) == {
        ("followed.consultation_closed", "None"): 1,
        ("followed.results_published", "None"): 1,
        ("followed.action_measured", "None"): 2,
        ("followed.action_measured", "['corrected']"): 1,
    }


def test_who_ceased_to_follow_stays_so_at_the_next_start(installation: Installation) -> None:
    people, opinions, notices = installation
    with notices.transaction() as session:
        session.execute(delete(Follow))
    load_into(people, opinions, print, notices=notices)
    with notices.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Follow)) == 0


def test_an_action_that_is_measured_came_from_each_proposal_followed() -> None:
    measured = {action.draft for action in demo_actions() if any(one.measures for one in action.indicators)}
    origins = [set(demo_drafts()[draft].proposals) for draft in measured]
    assert all(any(key in proposals for proposals in origins) for key in FOLLOWED)
