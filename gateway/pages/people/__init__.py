"""One’s own account: what is held, taking it away, having it erased."""

from flask import Blueprint

BLUEPRINTS: tuple[Blueprint, ...] = ()
