"""Consent in JSON."""

from __future__ import annotations

import marshmallow as ma

from libs.chassis.schemas import Range, Schema


class GivenConsentSchema(Schema):
    """The caller's consent, as long as it is not withdrawn. An older version must be given anew to vote."""

    version = ma.fields.Integer(required=True, attribute="consent_version")
    at = ma.fields.AwareDateTime(required=True, attribute="consented_at")


class ConsentSchema(Schema):
    """The text people are asked to agree to, and whether the caller did."""

    version = ma.fields.Integer(required=True)
    text = ma.fields.Dict(required=True)
    given = ma.fields.Nested(GivenConsentSchema(), required=True, allow_none=True)


class NewConsentSchema(Schema):
    """Consent to a version of the text: the one that was read."""

    version = ma.fields.Integer(required=True, validate=Range(min=0, max=10_000))


CONSENT = ConsentSchema()
