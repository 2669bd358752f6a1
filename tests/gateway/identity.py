"""The identity service in memory: visitors, signing in by mail, and a profile."""

from __future__ import annotations

from typing import Any

from tests.gateway.service import Refusal, Service

CODE = "123456"
HANDLERS = {
    "POST identity/v1/visitors": "make_visitor",
    "POST identity/v1/sign-in": "ask_for_mail",
    "POST identity/v1/token": "give_token",
    "DELETE identity/v1/session": "end_session",
    "PATCH identity/v1/me": "change_profile",
}


class Identity(Service):
    """Its attributes are its state, to arrange and to look at."""

    def __init__(self) -> None:
        super().__init__()
        self.visitors = 0

    def make_visitor(self, asked: dict[str, Any]) -> tuple[int, Any]:
        self.visitors += 1
        return 201, {"token": f"visitor-{self.visitors}", "expires_at": "2027-01-01T00:00:00+00:00"}

    def ask_for_mail(self, asked: dict[str, Any]) -> tuple[int, Any]:
        if "@" not in asked["body"]["email"]:
            raise Refusal(422, "invalid", "", email="Cette adresse n’est pas complète.")
        return 202, {"request": "request-1", "expires_at": "2026-12-01T00:00:00+00:00"}

    def give_token(self, asked: dict[str, Any]) -> tuple[int, Any]:
        return 200, self.token(asked["body"])

    def token(self, grant: dict[str, Any]) -> dict[str, Any]:
        match grant:
            case {"grant_type": "email_code", "code": code} if code.replace(" ", "") != CODE:
                raise Refusal(422, "sign_in.code", "", code="Ce code n’est pas le bon.")
            case {"grant_type": "email_link", "token": token} if token != "good":
                raise Refusal(422, "sign_in.link", "Ce lien ne vaut plus.")
        return {
            "session": "secret",
            "access_token": "account-1",
            "expires_in": 300,
            "person": self.person(),
            "return_to": "",
            "new_account": True,
        }

    def end_session(self, asked: dict[str, Any]) -> tuple[int, Any]:
        return 204, None

    def change_profile(self, asked: dict[str, Any]) -> tuple[int, Any]:
        return 200, self.person()

    def person(self) -> dict[str, Any]:
        return {"id": "p", "display_name": "", "email": "camille@exemple.fr", "roles": self.roles}
