"""schemathesis makes up requests from the schema; every answer must be one the schema foresees."""

import pytest
import schemathesis
from django.test import RequestFactory
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from config.tests.product import running
from users.sessions.lifecycle import open_session, pair

CHECKS = [
    schemathesis.checks.not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]


@pytest.mark.django_db(transaction=True)
def test_every_answer_is_one_the_schema_foresees(transactional_db, join):
    with running() as server:
        base = f"http://127.0.0.1:{server.port}"
        schema = schemathesis.openapi.from_url(f"{base}/api/schema/?format=json")
        operations = [result.ok() for result in schema.get_all_operations()]
        for operation in operations:
            staff = join(is_staff=True)  # a new one each time, since one of the calls deletes it
            access = pair(open_session(staff, RequestFactory().get("/")))["access"]
            conform(operation, base, {"Authorization": f"Bearer {access}"})
        assert len(operations) == 15


def conform(operation, base: str, headers: dict[str, str]) -> None:
    @settings(
        max_examples=20,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def every_case(case):
        case.validate_response(case.call(base_url=base, headers=headers), checks=CHECKS)

    every_case()
