"""The help and privacy pages are public, readable and correct."""

import re

import pytest

from users.sessions import lifecycle
from users.tests.browsing import Browser, text

pytestmark = pytest.mark.django_db
PAGES = ["/help/", "/privacy/"]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["en", "ru"])
def test_they_are_there_for_everybody(path, language, my_browser):
    for browser in (Browser(language=language), my_browser):
        answer = browser.get(path)
        assert answer.status_code == 200
        assert len(re.findall("<h1", answer.content.decode())) == 1


def test_the_figures_are_those_of_the_rules(monkeypatch):
    monkeypatch.setattr("users.login.challenges.RESEND", 77)
    assert "after 77 seconds" in text(Browser().get("/help/"))
    assert f"expires {lifecycle.LIFETIME.days} days after" in text(Browser().get("/privacy/"))


def test_who_gets_the_number_depends_on_the_gateway(settings):
    settings.SMS_URL = ["simulated://"]
    demo = text(Browser().get("/privacy/"))
    settings.SMS_URL = ["json://gateway.example/"]
    real = text(Browser().get("/privacy/"))
    assert "no real SMS is sent" in demo
    assert "no real SMS is sent" not in real
    assert "The service that sends our text messages gets your number" in real
    assert "neither whole phone numbers nor codes" in real
    assert "neither whole phone numbers nor codes" not in demo, "the simulated gateway logs them"


def test_every_cookie_of_the_pages_is_told_of(my_browser, user):
    """A new cookie must be mentioned on the page."""
    my_browser.submit("/language/", page="/profile/", language="en", phone="+7 9")
    my_browser.get("/i/7K2M9X")
    my_browser.on_profile("/profile/names/", first_name="Anna")
    told = {"login", "pending", "invitation", "django_language", "csrftoken", "messages", "typed"}
    assert set(my_browser.cookies) == told
