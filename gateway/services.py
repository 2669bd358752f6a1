"""The one place of the gateway that calls services over HTTP.

A call either returns what the service answered or raises `ServiceProblem`: the service's own refusal, in the words
it chose for the reader's language, or `ServiceUnreachable` when there is no usable answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import httpx

from libs.chassis.messages import N_
from libs.chassis.read_only import READ_ONLY

TIMEOUT_S = 3.0
Json = dict[str, Any]


class ServiceProblem(Exception):
    """A service said no. `detail` is its translated sentence; `fields` maps a field to what is wrong with it."""

    def __init__(self, status: int, code: str, detail: str, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.detail = detail
        self.fields = dict(fields or {})

    @property
    def concerns_input(self) -> bool:
        """Whether the form at hand is to stay, with what was typed: to be mended, or to be sent again later."""
        return self.status in (400, 409, 422, 429) or self.read_only

    @property
    def read_only(self) -> bool:
        """Whether nothing can be changed for now, on purpose."""
        return self.code == READ_ONLY


class ServiceUnreachable(ServiceProblem):
    """No answer in time, or one that cannot be read. Whether the request was carried out is unknown."""

    def __init__(self) -> None:
        super().__init__(503, "service.unreachable", N_("This part of the site does not answer for now."))


class Services:
    """Calls to every service, over one pool of connections. Safe to share between threads."""

    def __init__(
        self,
        base_url: str,
        headers: Callable[[], Mapping[str, str]],
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """`headers` gives what each call carries on from the reader's request: language, trace."""
        self._client = httpx.Client(base_url=base_url, transport=transport, timeout=TIMEOUT_S)
        self._headers = headers

    def call(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        json: Json | None = None,
        params: Mapping[str, Any] | None = None,
    ) -> Any:
        """What the service answered, read from JSON; None where it had nothing to say.

        `token` is the bearer token of the person or browser on whose behalf the call is made.
        Raises `ServiceProblem`.
        """
        headers = dict(self._headers())
        if token:
            headers["Authorization"] = f"Bearer {token}"
        try:
            response = self._client.request(method, path, json=json, params=params, headers=headers)
            answer = _read(response)
        except (httpx.HTTPError, ValueError) as error:
            raise ServiceUnreachable from error
        if response.is_success:
            return answer
        raise _problem(response.status_code, answer)


def _read(response: httpx.Response) -> Any:
    """Its JSON, or None where it says nothing; at an address that no service has, that. Raises `ValueError`."""
    if response.status_code == 404 and "json" not in response.headers.get("Content-Type", ""):
        return {"code": "service.no_such_address"}
    return response.json() if response.content else None


def _problem(status: int, answer: Any) -> ServiceProblem:
    if not isinstance(answer, dict):
        return ServiceUnreachable()
    fields = {error["field"]: error["detail"] for error in answer.get("errors", [])}
    return ServiceProblem(status, answer.get("code", ""), answer.get("detail", ""), fields)
