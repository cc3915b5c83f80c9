"""The profile has three sections; the first has the user's code and ways to share it."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from config.tests.factories import invitees
from referrals import funnel, invites
from referrals.models import InviteCode
from users.errors import TooMany
from users.models import User
from users.phones import written
from users.tests.browsing import Browser, text

pytestmark = pytest.mark.django_db
SECTIONS = {"/profile/": "Invite", "/profile/invitees/": "People", "/profile/settings/": "Settings"}


@pytest.mark.parametrize(("path", "name"), SECTIONS.items())
def test_each_section_leads_to_the_others_and_says_which_it_is(my_browser, path, name):
    page = my_browser.get(path).content.decode()
    tabs = re.search('<nav class="tabs".*?</nav>', page, re.DOTALL)[0]
    assert re.findall('href="([^"]+)"', tabs) == list(SECTIONS)
    assert f'<a href="{path}" aria-current="page">{name}</a>' in tabs
    assert tabs.count("aria-current") == 1


@pytest.mark.parametrize("path", SECTIONS)
def test_the_heading_is_the_phone_until_there_is_a_name(my_browser, user, path):
    assert f"<h1>{written(user.phone)}</h1>" in heading(my_browser.get(path))
    User.objects.filter(pk=user.pk).update(first_name="Anna", last_name="Karenina")
    shown = heading(my_browser.get(path))
    assert "<h1>Anna Karenina</h1>" in shown
    assert written(user.phone) in shown


def heading(answer):
    """The page with the classes removed from its first-level heading."""
    page = re.search('<div class="heading">.*?</div>', answer.content.decode(), re.DOTALL)[0]
    return re.sub('<h1 class="[^"]*">', "<h1>", page)


@pytest.mark.parametrize("path", [*SECTIONS, "/profile/qr/", "/profile/delete/", "/profile/phone/"])
def test_a_page_has_one_primary_button_at_most(my_browser, path):
    assert len(primary(my_browser.get(path).content.decode())) <= 1


def primary(page):
    """The buttons that stand out."""
    classes = [set(one.split()) for one in re.findall('class="(button(?: [^"]*)?)"', page)]
    return [one for one in classes if "quiet" not in one]


@pytest.mark.parametrize("offered", ["own", "unknown", "accepted"])
def test_one_button_stands_out_beside_any_invitation(my_browser, user, friend, offered):
    codes = {"own": user.invite_code.value, "unknown": "ZZZ999", "accepted": None}
    if offered == "accepted":
        invites.activate(user, friend.invite_code.value)
    my_browser.get(f"/i/{codes[offered] or friend.invite_code.value}")
    page = my_browser.get("/profile/").content.decode()
    assert 'id="invitation"' in page
    assert len(primary(page)) == 1


def test_the_page_has_the_code_the_link_and_a_picture_of_it(my_browser, user, settings):
    page = my_browser.get("/profile/").content.decode()
    link = f"{settings.PUBLIC_URL}/i/{user.invite_code.value}"
    assert f">{user.invite_code.value}</p>" in page
    assert f">{link}</p>" in page
    assert 'class="segno"' in page


def test_what_ones_link_has_led_to_is_told_in_one_line(my_browser, user):
    assert "joined" not in my_browser.profile()
    invitees(user, 5)
    for _ in range(12):
        funnel.count(user.invite_code.value, funnel.Step.OPENED)
    funnel.flush()
    assert "12 opened, 5 joined" in my_browser.profile()


def sharing(browser):
    """The messengers' URLs by name."""
    page = browser.get("/profile/").content.decode()
    found = re.findall('href="([^"]+)" rel="noopener noreferrer">([^<]+)<', page)
    return {name: unescape(address) for address, name in found}


@pytest.mark.parametrize(
    ("language", "words", "sms"),
    [
        ("en", "Join me! My invite code is {}.", "SMS"),
        ("ru", "Приглашаю! Мой инвайт-код: {}.", "СМС"),
    ],
)
def test_messengers_get_the_link_and_a_text_in_ones_language(user, settings, language, words, sms):
    browser = Browser(language=language)
    browser.log_in(user.phone)
    code = user.invite_code.value
    link, words = f"{settings.PUBLIC_URL}/i/{code}", words.format(code)
    addresses = sharing(browser)
    assert list(addresses) == ["Telegram", "WhatsApp", sms]
    telegram, whatsapp, message = map(urlsplit, addresses.values())
    assert (telegram.netloc, telegram.path) == ("t.me", "/share/url")
    assert parse_qs(telegram.query) == {"url": [link], "text": [words]}
    assert (whatsapp.netloc, whatsapp.path) == ("wa.me", "/")
    assert parse_qs(whatsapp.query) == {"text": [f"{words} {link}"]}
    assert (message.scheme, message.path) == ("sms", "")
    assert parse_qs(message.query) == {"body": [f"{words} {link}"]}
    assert "+" not in message.query, "which phones show as it is"


def test_the_share_sheet_of_the_browser_gets_the_same(my_browser, user, settings):
    page = my_browser.get("/profile/").content.decode()
    code = user.invite_code.value
    assert f'data-share="{settings.PUBLIC_URL}/i/{code}"' in page
    assert f'data-share-text="Join me! My invite code is {code}."' in page


def test_the_address_of_an_activation_can_be_opened(my_browser):
    answer = my_browser.get("/profile/activate/")
    assert answer.status_code == 200
    assert 'name="invite_code"' in answer.content.decode()


def test_no_free_invite_code_is_a_page_of_its_own(my_browser, monkeypatch):
    InviteCode.objects.all().delete()
    monkeypatch.setattr("referrals.invites.DRAWS", 0)
    answer = my_browser.get("/profile/")
    assert answer.status_code == 503
    assert "create an invite code" in text(answer)


def test_a_budget_spent_outside_of_a_form_is_a_page_of_its_own(my_browser, monkeypatch):
    def spent(user):
        raise TooMany(47.2)

    monkeypatch.setattr("referrals.profiles.referral_of", spent)
    answer = my_browser.get("/profile/")
    assert (answer.status_code, answer["Retry-After"]) == (429, "48")
    assert "Too many requests. Try again in 48 seconds." in text(answer)
