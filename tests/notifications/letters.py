"""What somebody reads in a mail of ours, and the links in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

SITE = "https://maillage.test"


@dataclass(frozen=True)
class Letter:
    """What somebody reads in a mail of ours."""

    message: EmailMessage
    text: str
    html: str

    @property
    def to(self) -> str:
        return str(self.message["To"])

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def confirmation(self) -> str:
        return self._token("/follow/confirm")

    @property
    def unsubscribe(self) -> str:
        return self._token("/unsubscribe")

    def _token(self, path: str) -> str:
        found = re.search(rf"{SITE}{path}\?token=([\w-]+)", self.text)
        assert found, self.text
        return found[1]


def letter(message: Any) -> Letter:
    assert isinstance(message, EmailMessage)
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    return Letter(message, *(part.get_content().replace("\r\n", "\n") for part in (plain, html)))
