import re

import pytest
from playwright.sync_api import expect

from config.tests.browser.person import Person
from config.tests.factories import new_phone
from referrals import invites
from users.models import User


def test_two_people_invite_each_other(anna, boris):
    anna.log_in()
    boris.log_in()
    boris.activate(anna.invite_code)
    expect(boris.page.get_by_role("status")).to_have_text("Invite code activated.")
    expect(boris.page.get_by_text("You activated the invite code")).to_contain_text(
        anna.invite_code
    )
    assert anna.written_phone not in boris.page.locator("main").inner_text()
    anna.page.get_by_role("link", name="People").click()
    expect(anna.page.get_by_role("heading", name="You invited 1 person")).to_be_visible()
    expect(anna.page.locator("[data-rows]")).to_contain_text(boris.written_phone)
    anna.page.get_by_role("link", name="Invite", exact=True).click()
    anna.activate(boris.invite_code)
    boris.page.get_by_role("link", name="People").click()
    expect(boris.page.locator("[data-rows]")).to_contain_text(anna.written_phone)


def test_a_second_activation_is_refused(anna, boris, join):
    friend = join()
    anna.log_in()
    boris.log_in()
    boris.page.goto("/profile/")
    other_tab = boris.page.context.new_page()
    other_tab.goto("/profile/")
    boris.activate(anna.invite_code)
    expect(boris.page.get_by_label("A friend's invite code")).to_have_count(0)
    Person(other_tab).activate(friend.invite_code.value)
    expect(other_tab.get_by_role("alert")).to_contain_text("already activated")
    friend.invite_code.refresh_from_db()
    assert friend.invite_code.activations_count == 0


@pytest.mark.parametrize(
    ("entered", "said"), [("own", "your own invite code"), ("ZZZ999", "no such invite code")]
)
def test_a_code_that_can_not_be_activated_is_explained(anna, entered, said):
    anna.log_in()
    anna.activate(anna.invite_code if entered == "own" else entered)
    expect(anna.page.get_by_role("alert")).to_contain_text(said)


def test_the_code_is_copied(somebody):
    anna = Person(somebody(permissions=["clipboard-read", "clipboard-write"])).log_in()
    anna.page.get_by_role("button", name="Copy code").click()
    expect(anna.page.get_by_role("button", name="Copied")).to_be_visible()
    assert anna.page.evaluate("navigator.clipboard.readText()") == anna.invite_code


def test_the_share_sheet_gets_the_text_and_the_link(anna):
    anna.page.add_init_script("navigator.share = async (data) => { window.shared = data; }")
    anna.log_in()
    anna.page.get_by_role("button", name="More…").click()
    shared = anna.page.evaluate("window.shared")
    assert shared["text"] == f"Join me! My invite code is {anna.invite_code}."
    assert shared["url"].endswith(anna.invite_path)


def test_the_qr_code_is_enlarged_and_downloaded(anna):
    anna.log_in()
    code = anna.invite_code
    anna.page.get_by_role("link", name="Enlarge").click()
    expect(anna.page.get_by_role("img", name="QR code of your invite link")).to_be_visible()
    for kind in ("PNG", "SVG"):
        with anna.page.expect_download() as download:
            anna.page.get_by_role("link", name=f"Download {kind}").click()
        assert download.value.suggested_filename == f"invite-{code}.{kind.lower()}"


def test_an_invitee_is_found_by_name(anna, join):
    anna.log_in()
    for n in range(11):
        invites.activate(join(first_name=f"Friend {n}"), anna.invite_code)
    anna.page.get_by_role("link", name="People").click()
    anna.page.get_by_label("Name or number").fill("friend 10")
    anna.page.keyboard.press("Enter")
    expect(anna.page.locator("[data-rows] > li")).to_have_count(1)
    expect(anna.page.locator("[data-rows]")).to_contain_text("Friend 10")
    anna.page.get_by_role("link", name="Show everyone").click()
    expect(anna.page.locator("[data-rows] > li")).to_have_count(11)


def test_names_are_saved(anna):
    anna.log_in()
    anna.page.get_by_role("link", name="Settings").click()
    anna.page.get_by_label("First name").fill("Anna")
    anna.page.get_by_label("Email").fill("anna@example.org")
    anna.page.get_by_role("button", name="Save").click()
    expect(anna.page.get_by_role("status")).to_have_text("Saved.")
    expect(anna.page.get_by_role("heading", level=1)).to_have_text("Anna")
    expect(anna.page.get_by_label("First name")).to_have_value("Anna")
    assert User.objects.get().email == "anna@example.org"


def test_the_phone_is_changed(anna):
    anna.log_in()
    anna.page.get_by_role("link", name="Settings").click()
    anna.page.get_by_role("link", name="Change number").click()
    anna.phone = new_phone()
    anna.page.get_by_label("New phone number").fill(anna.phone)
    anna.page.get_by_role("button", name="Get a code").click()
    anna.page.get_by_label("4-digit code").wait_for()
    anna.page.wait_for_load_state()  # its script submits a complete code
    anna.page.get_by_label("4-digit code").fill(anna.code)
    expect(anna.page.get_by_role("status")).to_have_text("Your phone number has been changed.")
    expect(anna.page.get_by_role("heading", level=1)).to_have_text(anna.written_phone)
    assert User.objects.get().phone == anna.phone


def test_more_invitees_come_on_demand(anna, join):
    anna.log_in()
    for _ in range(55):
        invites.activate(join(), anna.invite_code)
    anna.page.get_by_role("link", name="People").click()
    expect(anna.page.get_by_role("heading", name="You invited 55 people")).to_be_visible()
    expect(anna.page.locator("[data-rows] > li")).to_have_count(50)
    anna.page.get_by_role("link", name="Show more").click()
    expect(anna.page.locator("[data-rows] > li")).to_have_count(55)
    expect(anna.page.get_by_role("link", name="Show more")).to_have_count(0)


def test_times_are_shown_in_the_zone_of_the_person(somebody):
    anna = Person(somebody(timezone_id="Asia/Vladivostok")).log_in()
    anna.page.get_by_role("link", name="Settings").click()
    shown = anna.page.locator("time").first
    assert "UTC" not in shown.inner_text()
    assert "+00:00" in shown.get_attribute("datetime")


def test_an_account_is_deleted_behind_a_confirmation(anna):
    anna.log_in()
    anna.page.get_by_role("link", name="Settings").click()
    anna.page.get_by_role("link", name=re.compile("Delete account")).click()
    anna.page.get_by_role("button", name="Delete account").click()
    assert User.objects.count() == 1, "without the tick nothing is sent"
    anna.page.get_by_role("checkbox").check()
    anna.page.get_by_role("button", name="Delete account").click()
    expect(anna.page.get_by_role("status")).to_have_text("Your account has been deleted.")
    assert not User.objects.exists()
    anna.page.goto("/profile/")
    expect(anna.page.get_by_label("Phone number")).to_be_visible()


@pytest.mark.smoke
def test_everything_works_without_javascript(somebody):
    anna = Person(somebody(java_script_enabled=False), script=False).log_in()
    boris = Person(somebody(java_script_enabled=False), script=False)
    boris.page.goto(anna.invite_path)
    boris.ask_for_a_code()
    boris.page.get_by_role("button", name="Resend").click()
    expect(boris.page.get_by_role("status")).to_contain_text("A code was sent a moment ago")
    boris.enter(boris.wrong_code)
    expect(boris.page.get_by_role("alert")).to_contain_text("2 attempts left.")
    boris.enter(boris.code)
    boris.page.get_by_role("button", name="Accept").click()
    expect(boris.page.get_by_text("You activated the invite code")).to_be_visible()
    anna.page.get_by_role("link", name="People").click()
    expect(anna.page.locator("[data-rows]")).to_contain_text(boris.written_phone)
    boris.page.get_by_role("button", name="Русский").click()
    boris.page.get_by_role("button", name="Выйти").click()
    boris.page.goto("/profile/")
    expect(boris.page.get_by_role("heading", level=1)).to_have_text("Вход по телефону")
