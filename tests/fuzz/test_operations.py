"""Every operation of every service is sent what its description allows and what it forbids, by everybody.

Whatever comes, it answers what it says it answers: never a failure of its own, a status and a type that are described,
a document that fits its schema; and every refusal is a problem document. The examples are drawn from the same seed
each time, fifty an operation, each operation on a database of its own.
"""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from libs.chassis.testing.postgres import TestServer
from tests.fuzz.callers import Caller, Issuer
from tests.fuzz.examples import described, requests
from tests.fuzz.worlds import SERVICES, Service

EXAMPLES = 50
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
OPERATIONS = [
    pytest.param(service, found.ok(), id=f"{service}: {found.ok().label}")
    for service in SERVICES
    for found in described(service).get_all_operations()
]


@pytest.mark.parametrize(("name", "operation"), OPERATIONS)
def test_an_operation_answers_as_described_whatever_it_is_sent(
    name: str,
    operation: schemathesis.APIOperation,
    services: dict[str, Service],
    postgres: TestServer,
    issuer: Issuer,
) -> None:
    service = services[name]
    said = {caller: issuer.headers(caller, service.owner) for caller in service.callers}
    successes = {int(status) for status in operation.responses.status_codes if status.startswith("2")}
    answered = []
    with service.running(postgres, issuer.verifier(service.owner)) as app:

        @settings(
            max_examples=EXAMPLES,
            phases=(Phase.generate,),
        )
        @given(requests(operation, service.ids, service.callers))
        def send(request: tuple[schemathesis.Case, Caller, dict[str, str]]) -> None:
            case, caller, headers = request
            answer = case.call(app=app, headers=headers | said[caller])
            case.validate_response(answer, checks=CHECKS)
            answered.append(answer.status_code)
            assert answer.status_code >= 400 or answer.status_code in successes

        send()
    assert len(answered) >= EXAMPLES
