"""Summaries in JSON."""

from __future__ import annotations

import marshmallow as ma

from libs.chassis.schemas import Schema


def _counts(description: str) -> ma.fields.Dict:
    return ma.fields.Dict(
        keys=ma.fields.String(),
        values=ma.fields.Integer(),
        required=True,
        metadata={"description": description},
    )


class SummarySchema(Schema):
    """How many défis there are, counted in several ways."""

    total = ma.fields.Integer(required=True)
    states = _counts("By state: published, paused, completed.")
    stages = _counts("By stage.")
    kinds = _counts("By kind of territory; `unknown` where nobody said.")
    departements = _counts("By département.")
    themes = _counts("By theme; one défi counts under each of its own, `other` for people's own words.")
