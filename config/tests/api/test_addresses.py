"""Almost correct URLs are answered with the correct one; the API's roots lead to its docs."""

import pytest

from config.tests.api_client import error

pytestmark = pytest.mark.django_db
KEY = "019a7e1c-1a2b-7c3d-8e4f-5a6b7c8d9e0f"


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/auth/code",
        "/api/v1/auth/token/refresh",
        f"/api/v1/auth/sessions/{KEY}",
        "/api/v1/profile",
        "/api/v1/profile/invitees",
        "/api/v1",
        "/api/docs",
        "/api/schema",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
def test_without_its_closing_slash_it_is_not_found_but_told(
    me, django_assert_num_queries, path, method
):
    with django_assert_num_queries(0):
        answer = me.call(method, f"{path}?limit=5", {})
    assert (answer.status_code, error(answer)) == (404, "not_found")
    detail = answer.json()["errors"][0]["detail"]
    assert detail == f"Not found. The address must end in a slash: {path}/"


@pytest.mark.parametrize(
    "path", ["/api/v1/nope", "/api/v1/nope/", "/api/v1/auth/sessions/5", "/api//"]
)
def test_no_address_is_told_where_there_is_none(me, django_assert_num_queries, path):
    with django_assert_num_queries(0):
        answer = me.call("GET", path)
    assert answer.json()["errors"][0]["detail"] == "Not found."


def test_the_address_told_is_below_the_prefix_of_the_server(anyone):
    answer = anyone.call("GET", "/api/v1/profile", SCRIPT_NAME="/shop")
    assert answer.json()["errors"][0]["detail"].endswith(" /shop/api/v1/profile/")


@pytest.mark.parametrize("path", ["/api/", "/api/v1/"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_where_no_call_is_people_are_led_to_the_docs(anyone, path, method):
    answer = anyone.call(method, path)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/api/docs/")
    answer = anyone.call("POST", path, {})
    assert (answer.status_code, error(answer)) == (404, "not_found")
