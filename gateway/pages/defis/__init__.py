"""A défi and all that people do in it: launching, joining, pledging, meeting, asking for a gate; and field agents."""

from gateway.pages.defis import (
    accompaniment,
    debates,
    drafting,
    gates,
    invitations,
    launch,
    meetings,
    mine,
    page,
    people,
    pledges,
    scheduling,
)

BLUEPRINTS = (
    page.blueprint,
    people.blueprint,
    invitations.blueprint,
    pledges.blueprint,
    launch.blueprint,
    drafting.blueprint,
    mine.blueprint,
    meetings.blueprint,
    scheduling.blueprint,
    debates.blueprint,
    gates.blueprint,
    accompaniment.blueprint,
)
