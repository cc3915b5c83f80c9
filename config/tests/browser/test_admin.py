import csv
import re
from datetime import UTC, datetime

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from playwright.sync_api import expect

from config.tests.browser.test_accessibility import EVERY_WAY, RULES, look
from referrals import invites
from users.demo import STAFF_PHONE
from users.models import Session, User
from users.phones import apart

PASSWORD = "only-for-tests-1"


_kinds: list[ContentType] = []


@pytest.fixture(autouse=True)
def same_kinds(one_database_is_enough, db):
    """Restore the content types: the server caches their ids, which emptying the tables changes."""
    if not _kinds:
        _kinds.extend(ContentType.objects.all())
    ContentType.objects.all().delete()
    ContentType.objects.bulk_create(_kinds)
    ContentType.objects.clear_cache()


def enter(page, phone: str) -> None:
    page.goto("/admin/")
    page.locator("#id_username").fill(phone)
    page.locator("#id_password").fill(PASSWORD)
    page.locator("button[type=submit]").click()
    expect(page).to_have_url(re.compile("^[^?]*/admin/$"))
    page.wait_for_load_state()


@pytest.fixture
def admin(page, staff):
    """The admin, opened by a superuser."""
    enter(page, staff.phone)
    return page


def test_the_dashboard_shows_figures_and_charts(page):
    """Must run first: the server caches the figures for a while."""
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
    for title in (
        "New users",
        "Logins",
        "Joined by invite",
        "Numbers under attack",
        "Invite funnel",
    ):
        expect(page.locator("main, #content").get_by_text(title).first).to_be_visible()
    text = page.locator("body").inner_text()
    assert len(re.findall(r"(?<![+−])\b[1-9][0-9]\s%", text)) == 2
    assert re.search(r"Numbers under attack\s+3\b", text)
    assert len(re.findall(r"\b[1-9][0-9]? invitees?\b", text)) == 10


def test_a_wrong_password_is_refused(page, staff):
    page.goto("/admin/")
    page.locator("#id_username").fill(staff.phone)
    page.locator("#id_password").fill("wrong")
    page.locator("button[type=submit]").click()
    expect(page.get_by_text("Please enter the correct phone")).to_be_visible()
    expect(page.locator(".errornote:visible")).to_have_count(1)


def test_on_a_phone_titles_are_whole_and_labels_begin_as_sentences_do(somebody, staff):
    page = somebody(locale="ru-RU", viewport={"width": 390, "height": 844})
    enter(page, staff.phone)
    page.goto("/admin/users/user/")
    title = page.locator("h1, header, #header-inner").get_by_text("Пользователи").first
    assert title.evaluate("title => title.scrollWidth <= title.clientWidth")
    labels = page.locator("#result_list [data-label]").evaluate_all(
        "cells => cells.map((cell) => cell.dataset.label)"
    )
    assert labels[1:4] == ["Телефон", "Инвайт-код", "Кто пригласил"]


def test_a_user_is_found_by_phone_and_by_invite_code(admin, join):
    user, others = join(), [join() for _ in range(3)]
    for text in (user.phone, user.invite_code.value):
        admin.goto("/admin/users/user/")
        admin.locator("#searchbar").fill(text)
        admin.locator("#searchbar").press("Enter")
        expect(admin.locator("#result_list tbody tr")).to_have_count(1)
        expect(admin.locator("#result_list")).to_contain_text(str(user))
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
    (row,) = [row for row in rows if row["phone"] == apart(user.phone)]
    assert row["invited_by"] == apart(friend.phone)
    assert row["activated_code"] == friend.invite_code.value
    assert row["first_name"] != "=Anna", "a spreadsheet would take it for a formula"


def test_nothing_is_in_the_way_of_staff(admin, join):
    """WCAG 2.2 AA, except for the small magnifying glass; Enter does the same."""
    rules = [rule for rule in RULES if rule.startswith("wcag")]
    user = join()
    theirs = f"users/user/{user.pk}/"
    lists = ("users/user/", "referrals/activation/", "users/session/", "users/limit/")
    for path in ("", *lists, f"{theirs}change/", f"{theirs}ban-user/"):
        admin.goto(f"/admin/{path}")
        look(admin, EVERY_WAY, rules, passed_over=["#searchbar-submit"])


@pytest.mark.parametrize("locale", ["en-GB", "ru-RU"])
def test_the_menu_of_the_user_stays_within_its_edges(somebody, staff, locale):
    page = somebody(locale=locale, viewport={"width": 1280, "height": 800})
    enter(page, staff.phone)
    page.locator("[x-on\\:click^='openUserLinks']").first.click()
    menu = page.locator("nav[x-show=openUserLinks]").first
    expect(menu).to_be_visible()
    over = menu.evaluate(
        """menu => [...menu.querySelectorAll("*")].filter(one =>
            one.getBoundingClientRect().right > menu.getBoundingClientRect().right).length"""
    )
    assert over == 0


@pytest.mark.parametrize("locale", ["en-GB", "ru-RU"])
def test_no_page_is_wider_than_its_window(somebody, staff, join, locale):
    user, friend = join(), join()
    invites.activate(user, friend.invite_code.value)
    page = somebody(locale=locale)
    enter(page, staff.phone)
    theirs = f"users/user/{user.pk}/"
    for path in ("", "?days=90", f"{theirs}change/", f"{theirs}ban-user/", "users/session/"):
        page.goto(f"/admin/{path}")
        for width in (320, 390, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)


def test_the_list_of_sessions_has_room_for_three_times_on_a_desktop(somebody, staff, join, as_user):
    for _ in range(2):
        as_user(join())
    Session.objects.update(ended_at=datetime(2026, 11, 30, 22, 30, tzinfo=UTC))
    page = somebody(locale="ru-RU", viewport={"width": 1280, "height": 800})
    enter(page, staff.phone)
    page.goto("/admin/users/session/")
    last = page.locator("#result_list tbody tr").last.locator("td").last
    assert last.evaluate("cell => cell.getBoundingClientRect().right") <= 1280


def test_times_are_in_the_persons_zone_with_utc_on_hover(somebody, staff, join):
    user = join()
    User.objects.filter(pk=user.pk).update(date_joined=datetime(2026, 1, 2, 22, 30, tzinfo=UTC))
    page = somebody(timezone_id="Europe/Moscow")
    enter(page, staff.phone)
    page.goto(f"/admin/users/user/?q={user.phone}")
    time = page.locator("#result_list time").first
    expect(time).to_have_text("3 Jan 2026, 01:30")
    assert "Jan. 2, 2026, 10:30 p.m. UTC" in (time.get_attribute("title") or "")


def test_a_question_opens_as_a_dialog_and_in_a_tab_of_its_own(admin, join):
    user = join()
    page = f"/admin/users/user/{user.pk}/"
    admin.goto(f"{page}ban-user/")
    admin.locator("#dialog button").click()
    expect(admin).to_have_url(re.compile(f"{page}change/$"))
    admin.wait_for_load_state()
    admin.get_by_text("Actions").first.click()
    admin.locator(f"a[href$='{page}unban-user/']").click()
    dialog = admin.locator("#modal-content #dialog")
    expect(dialog).to_contain_text(str(user))
    dialog.locator("button").click()
    expect(admin).to_have_url(re.compile(f"{page}change/$"))
    expect(admin.get_by_text("1 user changed.")).to_be_visible()
    user.refresh_from_db()
    assert user.is_active
