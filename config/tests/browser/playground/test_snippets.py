"""The snippets make the call they stand for; tokens work in the API and in Swagger UI."""

import json
import os
import shutil
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from config.tests.browser.playground.phone import Phone, snippets
from config.tests.browser.test_swagger import execute
from users.models import Session

RUN = {
    "curl": ["bash", "-c"],
    "python": [sys.executable, "-c"],
    "javascript": ["node", "--input-type=module", "--eval"],
}


def outcome(language, snippet):
    """Run the snippet; returns the status, if it prints one, and the JSON."""
    needed = "curl" if language == "curl" else RUN[language][0]
    if not shutil.which(needed):
        (pytest.fail if os.environ.get("REQUIRE_E2E") else pytest.skip)(f"{needed} is missing")
    done = subprocess.run([*RUN[language], snippet], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    status, start, body = done.stdout.partition("{")
    return status.strip(), json.loads(start + body)


@pytest.mark.parametrize("language", RUN)
def test_a_snippet_does_what_its_button_does(somebody, language):
    page = somebody(known="/auth/token/")
    page.goto("/start/")
    anna, number = Phone(page, "Anna"), Phone(page, "Anna").phone
    anna.root.get_by_label("Phone number").fill("""O'Neil "\\" $HOME `id` \N{SNOWMAN}""")
    anna.press("Get a code")
    expect(anna.refusal).to_contain_text("invalid_phone")
    refused = json.loads(page.locator("[data-answer]").inner_text())
    assert outcome(language, snippets(page, language)[0])[1] == refused
    anna.root.get_by_label("Phone number").fill(number)
    page.route("**/auth/token/", lambda route: route.fulfill(status=502, body="Bad gateway"))
    anna.ask()
    anna.messages.click()
    anna.press("Log in")
    expect(anna.refusal).to_have_text("The server doesn't answer. 502")
    status, tokens = outcome(language, snippets(page, language)[-1])
    assert status in ("200", "")
    assert tokens["is_new_user"]
    assert Session.objects.get().user.phone == number


def test_snippets_of_logged_in_calls_get_what_is_shown(page, anna, boris):
    anna.log_in(), boris.log_in()
    boris.root.get_by_label("A friend's invite code").fill(anna.invite_code)
    boris.press("Activate")
    expect(anna.invitees).to_have_count(1)
    shown = [json.loads(one.text_content()) for one in page.locator("[data-answer]").all()][:2]
    for language in RUN:
        run = [outcome(language, one)[1] for one in reversed(snippets(page, language)[-2:])]
        assert run == shown, language
        assert [one["phone"] for one in run] == [anna.phone, boris.phone]


def test_a_snippet_is_copied(page, anna):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    anna.ask()
    page.locator("[data-calls]").get_by_role("button", name="Copy").click()
    expect(page.locator("[data-calls]").get_by_role("button", name="Copied")).to_be_visible()
    assert [page.evaluate("navigator.clipboard.readText()")] == snippets(page, "curl")


def test_the_token_is_copied(page, server, anna, boris):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    anna.log_in(), boris.log_in()
    for phone in (anna, boris):
        phone.press("Copy token")
        expect(phone.root.get_by_role("button", name="Copied")).to_be_visible()
        access = page.evaluate("navigator.clipboard.readText()")
        status, profile = server.call("GET", "/api/v1/profile/", access=access)
        assert (status, profile["phone"]) == (200, phone.phone)


def test_swagger_opens_with_the_token_entered(page, anna):
    anna.log_in()
    with page.context.expect_page() as opened:
        anna.root.get_by_role("link", name="Swagger UI as Anna").click()
    opened.value.set_default_timeout(30_000)  # Swagger UI is large and uncompressed with DEBUG
    status, profile = execute(opened.value, "get", "profile/")
    assert (status, profile["phone"]) == (200, anna.phone)
