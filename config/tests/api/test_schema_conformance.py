"""schemathesis generates requests from the schema, which must cover every answer."""

from collections import Counter

import pytest
from drf_spectacular.generators import SchemaGenerator

from config.tests.product import running
from tools.fuzz import configured, problems, schema_of


@pytest.mark.django_db(transaction=True)
def test_every_answer_is_one_the_schema_foresees(transactional_db):
    tried, schema = Counter(), SchemaGenerator().get_schema(request=None, public=True)
    with running() as server:
        assert list(problems(schema_of(server.base, configured(1, 1)), tried)) == []
    calls = {f"{method.upper()} {path}" for path, one in schema["paths"].items() for method in one}
    assert set(tried) == calls
