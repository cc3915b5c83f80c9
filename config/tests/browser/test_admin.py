import csv
import re

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from config.tests.browser.test_accessibility import EVERY_WAY, RULES, look
from referrals import invites
from users.demo import STAFF_PHONE
from users.models import User

PASSWORD = "only-for-tests-1"


def enter(page, phone: str) -> None:
    page.goto("/admin/")
    page.locator("#id_username").fill(phone)
    page.locator("#id_password").fill(PASSWORD)
    page.locator("button[type=submit]").click()
    expect(page).to_have_url(re.compile("/admin/$"))


@pytest.fixture
def admin(page, staff):
    """The admin, with somebody in it who may do everything."""
    enter(page, staff.phone)
    return page


def test_the_dashboard_shows_figures_and_charts(page):
    """First of this file: the server keeps the figures for a while."""
    call_command("demo", "--force", "--users", "200")
    staff = User.objects.get(phone=STAFF_PHONE)
    staff.set_password(PASSWORD)
    staff.save()
    enter(page, STAFF_PHONE)
    charts = page.locator("canvas")
    expect(charts).to_have_count(2)
    for index in range(2):
        drawn = charts.nth(index).evaluate(
            """canvas => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
                .data.some(value => value)"""
        )
        assert drawn, "the canvas is empty"
    for title in ("New users", "Logins", "Joined by invite", "Numbers under attack"):
        expect(page.locator("main, #content").get_by_text(title).first).to_be_visible()
    text = page.locator("body").inner_text()
    assert len(re.findall(r"\b[1-9][0-9]\s%", text)) == 2
    assert re.search(r"Numbers under attack\s+3\b", text)
    assert len(re.findall(r"\b[1-9][0-9]? invitees?\b", text)) == 10


def test_a_wrong_password_is_refused(page, staff):
    page.goto("/admin/")
    page.locator("#id_username").fill(staff.phone)
    page.locator("#id_password").fill("wrong")
    page.locator("button[type=submit]").click()
    expect(page.get_by_text("Please enter the correct phone")).to_be_visible()


def test_a_user_is_found_by_phone_and_by_invite_code(admin, join):
    user, others = join(), [join() for _ in range(3)]
    for text in (user.phone, user.invite_code.value):
        admin.goto("/admin/users/user/")
        admin.locator("#searchbar").fill(text)
        admin.locator("#searchbar").press("Enter")
        expect(admin.locator("#result_list tbody tr")).to_have_count(1)
        expect(admin.locator("#result_list")).to_contain_text(user.phone)
    assert others


def test_a_banned_user_is_out_at_once(admin, join, logged_in):
    user = join()
    theirs = logged_in(user)
    admin.goto(f"/admin/users/user/?q={user.phone}")
    admin.locator("input.action-select").check()
    admin.locator("select[name=action]").select_option(label="Ban")
    admin.get_by_role("button", name=re.compile("^(Go|Run)")).click()
    expect(admin.get_by_text("1 user changed.")).to_be_visible()
    user.refresh_from_db()
    assert not user.is_active
    theirs.reload()
    expect(theirs.get_by_label("Phone number")).to_be_visible()


def test_users_are_exported_with_who_invited_them(admin, join):
    user, friend = join(first_name="=Anna"), join()
    invites.activate(user, friend.invite_code.value)
    admin.goto("/admin/users/user/")
    with admin.expect_download() as download:
        admin.get_by_role("link", name="Export CSV").click()
    with download.value.path().open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == User.objects.count()
    (row,) = [row for row in rows if row["phone"].endswith(user.phone)]
    assert row["invited_by"].endswith(friend.phone)
    assert row["activated_code"] == friend.invite_code.value
    assert row["first_name"] != "=Anna", "a spreadsheet would take it for a formula"


def test_nothing_is_in_the_way_of_staff(admin, join):
    """By WCAG 2.2 AA; the magnifying glass is small, and Enter does the same."""
    rules = [rule for rule in RULES if rule.startswith("wcag")]
    for path in ("", "users/user/", "referrals/activation/", "users/session/", "users/limit/"):
        admin.goto(f"/admin/{path}")
        look(admin, EVERY_WAY, rules, passed_over=["#searchbar-submit"])
