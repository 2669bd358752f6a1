"""What the outside reads about keys, in the standards' own words."""

from __future__ import annotations

import marshmallow as ma

from libs.chassis.schemas import Schema


class JwksSchema(Schema):
    """A JWK set (RFC 7517)."""

    keys = ma.fields.List(ma.fields.Dict(), required=True)


class ProviderSchema(Schema):
    """The provider's metadata (OpenID Connect Discovery 1.0, section 3)."""

    issuer = ma.fields.Url(required=True, require_tld=False)
    jwks_uri = ma.fields.Url(required=True, require_tld=False)
    token_endpoint = ma.fields.Url(required=True, require_tld=False)
    grant_types_supported = ma.fields.List(ma.fields.String(), required=True)
    subject_types_supported = ma.fields.List(ma.fields.String(), required=True)
    id_token_signing_alg_values_supported = ma.fields.List(ma.fields.String(), required=True)
    response_types_supported = ma.fields.List(ma.fields.String(), required=True)
