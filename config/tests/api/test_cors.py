"""Front ends on allowed origins may call the API from the browser."""

import pytest
from django.test import Client

from config import environment as env

pytestmark = pytest.mark.django_db
SHOP, OTHER = "https://shop.example", "https://evil.example"
PROFILE = "/api/v1/profile/"


@pytest.fixture
def client(settings):
    settings.CORS_ALLOWED_ORIGINS = [SHOP]
    settings.MIDDLEWARE = [
        settings.MIDDLEWARE[0],
        "corsheaders.middleware.CorsMiddleware",
        *settings.MIDDLEWARE[1:],
    ]
    return Client()


def opened(answer):
    return {name for name in answer.headers if name.lower().startswith("access-control")}


def test_an_allowed_origin_may_ask_and_read_what_it_needs(client):
    answer = client.get(PROFILE, headers={"Origin": SHOP})
    assert answer.status_code == 401
    assert answer["Access-Control-Allow-Origin"] == SHOP
    assert answer["Access-Control-Expose-Headers"] == "Retry-After, X-Request-ID"
    assert "Access-Control-Allow-Credentials" not in answer
    assert "origin" in answer["Vary"].lower()


def test_it_is_told_beforehand_what_it_may_send(client):
    asked = {
        "Origin": SHOP,
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "authorization,content-type,x-request-id",
    }
    answer = client.options(PROFILE, headers=asked)
    assert answer.status_code == 200
    assert "PATCH" in answer["Access-Control-Allow-Methods"]
    allowed = answer["Access-Control-Allow-Headers"].split(", ")
    assert {"authorization", "content-type", "x-request-id"} <= set(allowed)
    assert "X-Request-ID" in answer


@pytest.mark.parametrize(
    "origin", [OTHER, "null", f"{SHOP}.evil.example", "http://shop.example", f"{SHOP}:444", "[", ""]
)
def test_no_other_origin_is_let_in(client, origin):
    for method in ("get", "options"):
        assert opened(getattr(client, method)(PROFILE, headers={"Origin": origin})) == set()


@pytest.mark.parametrize("path", ["/", "/profile/", "/admin/login/", "/healthz", "/i/7K2M9X"])
def test_pages_and_the_admin_stay_closed(client, path):
    assert opened(client.get(path, headers={"Origin": SHOP})) == set()


def test_by_default_nobody_is_let_in():
    answer = Client().get(PROFILE, headers={"Origin": SHOP})
    assert opened(answer) == set()
    assert "origin" not in answer.headers.get("Vary", "").lower()


def test_origins_are_read_as_browsers_write_them(monkeypatch):
    monkeypatch.setenv("CORS_ALLOWED_ORIGINS", "https://Shop.example/, http://localhost:5173")
    read = env.read("CORS_ALLOWED_ORIGINS", env.origins, ",")
    assert read == [SHOP, "http://localhost:5173"]


@pytest.mark.parametrize("wrong", ["*", "shop.example", "https://shop.example/app", "null"])
def test_what_is_no_origin_stops_the_start(monkeypatch, wrong):
    monkeypatch.setenv("CORS_ALLOWED_ORIGINS", wrong)
    with pytest.raises(SystemExit, match="CORS_ALLOWED_ORIGINS"):
        env.read("CORS_ALLOWED_ORIGINS", env.origins, ",")
