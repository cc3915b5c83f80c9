"""From an invite link in a message to a friend on the list."""

import time

import pytest
from playwright.sync_api import expect

from config.tests.product import running
from referrals.models import Activation

SECONDS = 10


@pytest.fixture(scope="module")
def server(django_db_setup, django_db_blocker):
    """A server whose messages take the shortest simulated time."""
    with django_db_blocker.unblock(), running(SMS_DELAY="1", WEB_CONCURRENCY="1") as one:
        yield one


@pytest.fixture
def link(join):
    """A friend's invite link."""
    return f"/i/{join().invite_code.value}"


def test_one_phone_one_code_one_tap_in_under_ten_seconds(boris, link):
    began, page = time.monotonic(), boris.page
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("You've been invited")
    page.get_by_label("Phone number").fill(boris.phone)
    page.get_by_role("button", name="Get a code").click()
    boris.enter(boris.code)
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_role("status")).to_have_text("Invitation accepted.")
    assert time.monotonic() - began < SECONDS
    assert Activation.objects.get().invitee.phone == boris.phone
    page.reload()
    expect(page.get_by_role("heading", name="Accept the invitation?")).to_have_count(0)


def test_the_phone_field_is_ready_to_type_in(page, link):
    page.goto(link)
    expect(page.get_by_label("Phone number")).to_be_focused()


def test_who_is_logged_in_accepts_with_one_tap(logged_in, join, link):
    page = logged_in(join())
    page.goto(link)
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_role("status")).to_have_text("Invitation accepted.")


def test_not_now_is_taken_for_an_answer(logged_in, join, link):
    page = logged_in(join())
    page.goto(link)
    page.get_by_role("button", name="Not now").click()
    expect(page.locator("#invitation")).to_have_count(0)
    page.reload()
    expect(page.locator("#invitation")).to_have_count(0)
    assert not Activation.objects.exists()


def test_a_wrong_code_is_said_to_be_wrong(logged_in, join):
    page = logged_in(join())
    page.goto("/i/ZZZ999")
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_role("alert")).to_have_text("There is no such invite code.")
    expect(page.locator("#invitation")).to_have_count(0)
