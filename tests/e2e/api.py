"""The API of a running demo, asked for people by their address: they sign in by the mails that the demo shows."""

from __future__ import annotations

import html
import json
import re
import time
import urllib.request
from typing import Any

NOBODY = ""
PATIENCE_S = 30.0
CODE = re.compile(r"^[ \t]*(\d{3})[^\S\n]?(\d{3})[ \t]*$", re.MULTILINE)
"""The code of a mail, alone on its line: other mails hold figures too, and addresses with digits."""


class Api:
    """The API of the site at an address."""

    def __init__(self, site: str) -> None:
        self._site = site
        self._sessions: dict[str, str] = {}

    def ask(self, who: str, method: str, path: str, body: Any = None, *, owner: str = "coalition") -> Any:
        """The JSON that is answered to `who` (`NOBODY` sends no token). Raises `HTTPError` on a refusal."""
        headers = {"Content-Type": "application/json"}
        if who:
            headers["Authorization"] = f"Bearer {self._token(who, owner)}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._site + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"null")

    def _token(self, who: str, owner: str) -> str:
        if who not in self._sessions:
            before = self._codes(who)[:1]
            asked = self.ask(NOBODY, "POST", "/api/identity/v1/sign-in", {"email": who})
            given = {
                "grant_type": "email_code",
                "request": asked["request"],
                "code": self._code(who, before),
            }
            self._sessions[who] = self.ask(NOBODY, "POST", "/api/identity/v1/token", given)["session"]
        given = {"grant_type": "session", "session": self._sessions[who], "audience": owner}
        return str(self.ask(NOBODY, "POST", "/api/identity/v1/token", given)["access_token"])

    def _code(self, who: str, before: list[str]) -> str:
        """The code of the next mail, `before` being the newest so far: the page shows a number of mails only."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            newest = self._codes(who)[:1]
            if newest not in ([], before):
                return newest[0]
            time.sleep(0.2)
        raise AssertionError(f"no mail for {who}")

    def _codes(self, who: str) -> list[str]:
        """The codes in the mails to an address, the newest first."""
        with urllib.request.urlopen(f"{self._site}/demo/mail", timeout=30) as answer:
            mails = html.unescape(answer.read().decode()).split('<div class="panel mail">')[1:]
        found = (CODE.search(mail) for mail in mails if who in mail)
        return [code[1] + code[2] for code in found if code is not None]
