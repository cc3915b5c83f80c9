"""Access control: forms have a CSRF token, pages an owner."""

import pytest

from users.models import Session, User
from users.phones import written
from users.tests.browsing import Browser, text

pytestmark = pytest.mark.django_db


ANSWERS = ["invitation/accept", "invitation/dismiss"]
FORMS = ["activate", "names", "logout", "delete", "sessions/end-others", *ANSWERS]


@pytest.mark.parametrize("name", FORMS)
def test_a_form_without_its_token_is_refused_on_a_page(my_browser, user, name):
    answer = my_browser.post(f"/profile/{name}/", {"confirmed": "on", "invite_code": "222BBB"})
    assert answer.status_code == 403
    assert "This page has expired" in text(answer)
    assert Session.objects.live().get().user == user


@pytest.mark.parametrize("path", ["/", "/code/", "/code/resend/", "/language/"])
def test_a_form_of_visitors_without_its_token_is_refused(path):
    assert Browser().post(path, {"phone": "+79160000001", "language": "ru"}).status_code == 403


@pytest.mark.parametrize("name", ["logout", "sessions/end-others", *ANSWERS])
def test_what_forms_are_sent_to_leads_back_to_the_profile(my_browser, name):
    assert my_browser.get(f"/profile/{name}/")["Location"] == "/profile/"
    assert Session.objects.live().exists()


PAGES = [
    "/profile/",
    "/profile/invitees/",
    "/profile/settings/",
    "/profile/qr/",
    "/profile/delete/",
]


@pytest.mark.parametrize("path", PAGES)
def test_personal_pages_leave_no_copy_and_need_a_login(my_browser, path):
    answer = my_browser.get(path)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert Browser().get(path)["Location"] == "/"


@pytest.mark.parametrize("path", PAGES)
def test_no_page_has_anything_of_other_people(my_browser, user, friend, stranger, as_user, path):
    as_user(stranger).activate(friend.invite_code.value)
    my_browser.on_profile("/profile/activate/", invite_code=friend.invite_code.value)
    User.objects.exclude(pk=user.pk).update(first_name="Other", email="other@example.org")
    page = my_browser.get(path).content.decode()
    for phone in (friend.phone, stranger.phone):
        assert phone not in page
        assert written(phone) not in page
    assert "Other" not in page
    assert "other@example.org" not in page
    assert stranger.invite_code.value not in page


@pytest.mark.parametrize("path", ["/", "/code/", *PAGES, "/nowhere", "/language/"])
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "BREW"])
def test_other_methods_are_no_server_error(my_browser, path, method):
    assert my_browser.generic(method, path).status_code < 500
