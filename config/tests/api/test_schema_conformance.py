"""schemathesis makes up requests from the schema; every answer must be one the schema foresees."""

import pytest

from config.tests.product import running
from tools.fuzz import callers, conform, operations


@pytest.mark.django_db(transaction=True)
def test_every_answer_is_one_the_schema_foresees(transactional_db):
    with running() as server:
        every = operations(server.base)
        for operation in every:
            assert conform(operation, server.base, callers(operation), 20) > 0
        assert len(every) == 15
