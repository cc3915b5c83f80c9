"""The profile's layout holds with long names and many invitees."""

import re

import pytest
from playwright.sync_api import expect

from config.tests.browser.widths import WIDTHS, fits
from config.tests.factories import invitees
from referrals import invites
from users.models import User

SECTIONS = ("/profile/", "/profile/invitees/", "/profile/settings/", "/profile/qr/")
LONG = {"first_name": "Ш" * 150, "last_name": "Konstantinopolskaya-" * 7}
MANY = 2_147_483_647
PLACES = """() => [...document.querySelectorAll("main *")].map((one) => {
    const { x, y, width, height } = one.getBoundingClientRect();
    return [x, y + scrollY, width, height];
})"""


@pytest.fixture
def popular(join):
    """A user with the longest possible name and the most invitees, also with long names."""
    user = join(**LONG)
    invited = invitees(user, 12)
    User.objects.filter(pk__in=[one.pk for one in invited]).update(**LONG)
    user.invite_code.activations_count = MANY
    user.invite_code.save()
    return user


@pytest.mark.parametrize(("locale", "is_staff"), [("en-GB", False), ("ru-RU", True)])
def test_nothing_is_wider_than_the_window(logged_in, popular, locale, is_staff):
    User.objects.filter(pk=popular.pk).update(is_staff=is_staff)
    page = logged_in(popular, locale=locale)
    for path in SECTIONS:
        page.goto(path)
        fits(page)


@pytest.mark.parametrize("locale", ["en-GB", "ru-RU"])
def test_nothing_moves_while_a_button_says_copied(logged_in, user, locale):
    page = logged_in(user, locale=locale, permissions=["clipboard-write"])
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        before = page.evaluate(PLACES)
        for button in page.locator("[data-copy]").all():
            button.click()
            expect(button).to_have_class(re.compile("done"))
        assert page.evaluate(PLACES) == before


@pytest.mark.parametrize("locale", ["en-GB", "ru-RU"])
def test_a_refused_code_has_its_error_right_below(logged_in, user, locale):
    page = logged_in(user, locale=locale, viewport={"width": 390, "height": 844})
    field = page.locator("#invite_code").bounding_box()
    button = page.locator("form[action='/profile/activate/'] button").bounding_box()
    assert button["y"] == field["y"]


def test_a_form_leads_back_to_where_it_is(logged_in, user):
    page = logged_in(user, viewport={"width": 390, "height": 400})
    page.goto("/profile/settings/")
    page.get_by_role("button", name="Save").click()
    said = page.get_by_role("status")
    expect(said).to_have_text("Saved.")
    expect(said).to_be_in_viewport()
    assert page.url.endswith("/profile/settings/#about")


def test_a_refusal_is_in_view_beside_its_field_and_its_address_can_be_reloaded(logged_in, user):
    page = logged_in(user, viewport={"width": 390, "height": 400})
    page.get_by_label("A friend's invite code").fill("ZZZ999")
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_role("alert")).to_be_in_viewport()
    expect(page.get_by_label("A friend's invite code")).to_be_focused()
    page.goto(page.url)
    expect(page.get_by_label("A friend's invite code")).to_have_value("")


def test_a_refusal_about_no_field_is_in_view_too(logged_in, join):
    user, friend, other = join(), join(), join()
    page = logged_in(user, viewport={"width": 390, "height": 400})
    invites.activate(user, friend.invite_code.value)
    page.get_by_label("A friend's invite code").fill(other.invite_code.value)
    page.get_by_role("button", name="Activate").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("already activated")
    expect(alert).to_be_in_viewport()
    expect(alert).to_be_focused()
