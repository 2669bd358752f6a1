"""One's own account: what is held, taking it away, having it erased."""

from gateway.pages.people import account, erasure

BLUEPRINTS = (account.blueprint, erasure.blueprint)
