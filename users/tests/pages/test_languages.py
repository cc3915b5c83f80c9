"""Russian and English, by the browser's setting or the switch, with correct plurals."""

import pytest
from django.utils import translation

from users.pages.refusals import try_again
from users.templatetags.wording import clock, device
from users.tests.browsing import Browser, text, wrong

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("wish", "lang", "words"),
    [
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru", "Вход по телефону"),
        ("en", "en", "Log in by phone"),
        ("de,fr;q=0.5", "en", "Log in by phone"),
        ("\0x;q=nonsense", "en", "Log in by phone"),
    ],
)
def test_the_browser_says_which_language(wish, lang, words):
    answer = Browser(language=wish).get("/")
    assert words in text(answer)
    assert f'<html lang="{lang}">' in answer.content.decode()
    assert answer["Content-Language"] == lang
    assert "Accept-Language" in answer["Vary"]


def test_the_switch_is_remembered_for_a_year(phone, sms_outbox):
    browser = Browser(language="en")
    answer = browser.submit("/language/", page="/", language="ru", next="/")
    assert answer["Location"] == "/"
    assert browser.cookies["django_language"]["max-age"] == 31_536_000
    assert "Вход по телефону" in text(browser.get("/"))
    browser.log_in(phone)
    assert "Ваш инвайт-код" in browser.profile()
    assert sms_outbox[-1].text.startswith("Ваш код: ")


def test_the_switch_comes_back_to_the_page_it_was_on(user):
    browser = Browser()
    browser.log_in(user.phone)
    for path in (
        "/profile/",
        "/profile/delete/",
        "/profile/invitees/?q=Anna",
        "/profile/settings/",
    ):
        assert f'name="next" value="{path}"' in browser.get(path).content.decode()
    refused = browser.on_profile("/profile/activate/", invite_code="222BBB")
    assert 'name="next" value="/profile/"' in refused.content.decode()


@pytest.mark.parametrize("next_page", ["https://evil.example/", "//evil.example", "\0", "é", ""])
def test_the_switch_leads_nowhere_else(next_page):
    answer = Browser().submit("/language/", page="/", language="ru", next=next_page)
    assert "evil" not in answer["Location"]


@pytest.mark.parametrize("language", ["de", "xx", "\0", "ru" * 500, ""])
def test_an_unknown_language_changes_nothing(language):
    browser = Browser()
    assert browser.submit("/language/", page="/", language=language).status_code == 302
    assert "Log in by phone" in text(browser.get("/"))


def test_refusals_speak_russian(phone, sent_code):
    browser = Browser(language="ru")
    browser.submit("/", phone=phone)
    code = sent_code()
    for words in ("Осталось 2 попытки.", "Осталась 1 попытка.", "Попыток не осталось."):
        page = text(browser.submit("/code/", code=wrong(code)))
        assert f"Код неверный или больше не действует. {words}" in page


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "Кого вы пригласили"),
        (1, "Вы пригласили 1 человека"),
        (2, "Вы пригласили 2 человек"),
        (5, "Вы пригласили 5 человек"),
        (11, "Вы пригласили 11 человек"),
        (21, "Вы пригласили 21 человека"),
    ],
)
def test_invitees_are_counted_in_russian(user, count, words):
    user.invite_code.activations_count = count
    user.invite_code.save()
    browser = Browser(language="ru")
    browser.log_in(user.phone)
    assert f"{words} " in text(browser.get("/profile/invitees/"))


@pytest.mark.parametrize(
    ("seconds", "english", "russian"),
    [
        (1, "1 second", "1 секунду"),
        (2, "2 seconds", "2 секунды"),
        (48, "48 seconds", "48 секунд"),
        (111, "111 seconds", "111 секунд"),
        (120, "2 minutes", "2 минуты"),
        (3601, "61 minutes", "61 минуту"),
        (7200, "2 hours", "2 часа"),
        (75_601, "22 hours", "22 часа"),
    ],
)
def test_times_to_wait_are_told_in_words(seconds, english, russian):
    with translation.override("en"):
        assert try_again(seconds) == f"Try again in {english}."
    with translation.override("ru"):
        assert try_again(seconds) == f"Попробуйте снова через {russian}."


def test_dates_are_written_as_people_do(user):
    browser = Browser(language="ru")
    browser.log_in(user.phone)
    page = browser.get("/profile/settings/")
    at = page.context["sessions"][0].last_used_at
    with translation.override("ru"):
        from django.utils.formats import date_format

        assert f"{date_format(at, 'DATETIME_FORMAT')} UTC" in text(page)
    assert f'<time datetime="{at.isoformat()}">' in page.content.decode()


def test_error_pages_speak_russian():
    assert "Страница не найдена" in text(Browser(language="ru").get("/nowhere"))
    assert "Страница устарела" in text(Browser(language="ru").post("/"))


@pytest.mark.parametrize(("seconds", "shown"), [(0, "0:00"), (5, "0:05"), (65, "1:05")])
def test_a_clock_counts_down(seconds, shown):
    assert clock(seconds) == shown


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("", "Unknown device"),
        ("Mozilla/5.0", "Unknown device"),
        ("curl/8.0", "curl/8.0"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/130.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36 Edg/130.0", "Edge, Windows"),
    ],
)
def test_devices_have_the_names_that_people_use(agent, name):
    with translation.override("en"):
        assert device(agent) == name
