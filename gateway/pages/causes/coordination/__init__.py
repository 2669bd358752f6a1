"""The desk of those who coordinate a cause: they prepare, convene, set up and publish; the services decide who may."""

from gateway.pages.causes.coordination import actions, consultations, desk, proposals, workshops

BLUEPRINTS = (
    desk.blueprint,
    consultations.blueprint,
    proposals.blueprint,
    workshops.blueprint,
    actions.blueprint,
)
