"""What the site says of itself: legal pages, accessibility, the description of its API."""

from flask import Blueprint

BLUEPRINTS: tuple[Blueprint, ...] = ()
