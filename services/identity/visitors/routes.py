"""Taking part without an account: a signed token that names nobody."""

from __future__ import annotations

from libs.chassis.ids import uuid4
from libs.chassis.web import Blueprint, extension, public
from services.identity.keys.rules import VISITOR_TOKEN
from services.identity.keys.signer import Bearer, SignedToken
from services.identity.visitors.schemas import VisitorTokenSchema

visitors = Blueprint(
    "visitors", __name__, url_prefix="/v1/visitors", description="Participation without an account"
)


@visitors.post("")
@public
@visitors.response(201, VisitorTokenSchema())
def create_visitor() -> SignedToken:
    """A token for one browser, good for a year. Nothing is stored here: the token is all there is."""
    owner = extension("identity.settings").owner
    signed: SignedToken = extension("identity.signer").sign(
        Bearer(subject=uuid4(), kind="visitor", audience=owner), VISITOR_TOKEN
    )
    return signed
