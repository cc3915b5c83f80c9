"""Named statements are prepared once per connection, and survive what may happen to them."""

from contextlib import closing

import pytest
from django.db import OperationalError, connection, transaction
from django.db.utils import NotSupportedError

from config.tests.factories import HERE
from config.tests.load import only_postgresql
from users.chains import Step, run_chain
from users.login import send_code
from users.statements import Named, Statement, execute
from users.transactions import atomic_repeated

pytestmark = [only_postgresql, pytest.mark.django_db(transaction=True)]
NUMBER = Named.of("number", "SELECT %(value)s")


@pytest.fixture
def link():
    """The connection that psycopg2 has, with nothing prepared."""
    connection.close()
    connection.ensure_connection()
    link = connection.connection.driver_connection
    execute("DEALLOCATE ALL", {})
    link.prepared.clear()
    return link


@pytest.fixture
def table(link):
    """A table whose column can change its type."""
    execute("CREATE TABLE shifting (value varchar(6))", {})
    execute("INSERT INTO shifting VALUES ('7K2M9X')", {})
    yield Named.of("shifting", "SELECT value FROM shifting WHERE value <> %(other)s")
    execute("DROP TABLE shifting", {})


def names():
    """What PostgreSQL has prepared on this connection, in order."""
    rows = execute("SELECT name FROM pg_prepared_statements ORDER BY prepare_time, name", {})
    return [name for (name,) in rows]


def test_a_statement_is_prepared_once_per_connection(link):
    for number in range(3):
        assert execute(NUMBER, {"value": number}) == [(number,)]
    assert len(names()) == 1
    assert names()[0].startswith("number_")


def test_hot_statements_are_prepared(link):
    send_code("+79161234567", HERE)
    assert any(name.startswith("look_at_challenge_by_network_") for name in names())
    assert any(name.startswith("chain_take_rate_take_rate_open_challenge") for name in names())


def test_a_value_of_another_type_is_not_rounded(link):
    assert execute(NUMBER, {"value": 1}) == [(1,)]
    assert execute(NUMBER, {"value": 1.5}) == [(1.5,)]
    assert execute(NUMBER, {"value": "1.5%"}) == [("1.5%",)]
    assert execute(NUMBER, {"value": None}) == [(None,)]
    assert len(names()) == 4


def test_percent_signs_stay_what_they_are(link):
    assert execute(Named.of("percent", "SELECT 7 %% %(by)s, '%%'"), {"by": 4}) == [(3, "%")]


def test_a_new_connection_prepares_anew(link):
    execute(NUMBER, {"value": 1})
    link.close()
    connection.close()
    assert execute(NUMBER, {"value": 2}) == [(2,)]
    assert len(names()) == 1


def test_what_was_prepared_in_a_transaction_outlives_its_rollback(link):
    with transaction.atomic():
        execute(NUMBER, {"value": 1})
        transaction.set_rollback(True)
    assert execute(NUMBER, {"value": 2}) == [(2,)]
    assert len(names()) == 1


def test_a_changed_schema_is_noticed(table):
    assert execute(table, {"other": ""}) == [("7K2M9X",)]
    execute("ALTER TABLE shifting ALTER value TYPE varchar(7)", {})
    assert execute(table, {"other": ""}) == [("7K2M9X",)]


def test_a_transaction_in_which_the_schema_turns_out_changed_can_be_repeated(table):
    assert execute(table, {"other": ""}) == [("7K2M9X",)]
    execute("ALTER TABLE shifting ALTER value TYPE varchar(7)", {})
    with pytest.raises(NotSupportedError), transaction.atomic():
        execute(table, {"other": ""})
    with transaction.atomic():
        assert execute(table, {"other": ""}) == [("7K2M9X",)]


def test_our_transactions_are_repeated_then(table):
    assert execute(table, {"other": ""}) == [("7K2M9X",)]
    execute("ALTER TABLE shifting ALTER value TYPE varchar(7)", {})
    assert atomic_repeated(execute)(table, {"other": ""}) == [("7K2M9X",)]


def test_a_statement_that_stands_in_a_chain_twice_has_values_of_its_own(link, monkeypatch):
    monkeypatch.setattr(Statement, "known", {})
    add = Statement("add", "SELECT %(a)s + %(b)s FROM {before}")
    steps = [Step(add, {"a": 1, "b": 2}), Step(add, {"a": 3, "b": 4})]
    assert run_chain(*steps) == run_chain(*steps) == [(3,), (7,)]


@pytest.mark.parametrize("mixed_up", ["DEALLOCATE ALL", "PREPARE {} AS SELECT 1"])
def test_a_pooler_that_mixes_connections_up_is_named_in_the_error(link, mixed_up):
    execute(NUMBER, {"value": 1})
    (name,) = names()
    execute("DEALLOCATE ALL", {})
    if mixed_up.startswith("PREPARE"):
        link.prepared.clear()
        execute(mixed_up.format(name), {})
    with pytest.raises(OperationalError, match=r"PgBouncer.*DB_PREPARE=false"):
        execute(NUMBER, {"value": 2})


def test_nothing_is_prepared_where_the_setting_says_so(settings):
    settings.DB_PREPARE = False
    with closing(connection._get_new_connection(connection.get_connection_params())) as link:
        cursor = link.cursor()
        cursor.execute(NUMBER, {"value": 1})
        cursor.execute("SELECT count(*) FROM pg_prepared_statements")
        assert cursor.fetchone() == (0,)
