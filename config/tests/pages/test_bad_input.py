"""Bad input to any page gets a page, never a server error."""

import re

import pytest

from users.models import User
from users.tests.browsing import Browser

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=x"


def part(more, size=1):
    """A multipart form with one part."""
    head = f'--x\r\nContent-Disposition: form-data; name="phone"{more}\r\n\r\n'
    return head.encode() + b"9" * size + b"\r\n--x--\r\n"


TAKES = [
    "/profile/names/",
    "/profile/activate/",
    "/profile/invitation/accept/",
    "/profile/delete/",
    "/profile/sessions/end-others/",
    "/language/",
]
ODD = [
    (b"first_name=%00%ed%a0%80&invite_code=%00&language=%00&next=%00&confirmed=", FORM),
    (b"\xff\xfe\x00=%ff&=&&&=%", FORM),
    (b"first_name=" + b"9" * 60_000 + b"&invite_code=" + b"9" * 5_000, FORM),
    (b"--x\r\nnonsense", "multipart/form-data; boundary=x"),
    (b"", "multipart/form-data"),
    (b'{"phone": "1"}', "application/json"),
    (b"<a/>", "text/xml"),
]
TOO_MANY = [(b"&".join(b"a%d=1" % n for n in range(2000)), FORM), (part("; filename=a"), PARTS)]
TOO_LARGE = [(b"phone=" + b"9" * 10_000_000, FORM), (part("", 10_000_000), PARTS)]


def send(browser, path, body, kind, page="/profile/"):
    """Post with the form's CSRF token, so that the body gets as far as possible."""
    shown = browser.get(page).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', shown)[1]
    return browser.post(path, body, content_type=kind, headers={"X-CSRFToken": token})


@pytest.mark.parametrize("path", TAKES)
@pytest.mark.parametrize(("body", "kind"), ODD)
def test_an_odd_body_is_no_server_error(my_browser, user, path, body, kind):
    assert send(my_browser, path, body, kind).status_code in (302, 400)
    assert User.objects.get(pk=user.pk).first_name == ""


@pytest.mark.parametrize(("body", "kind"), ODD)
def test_an_odd_body_from_a_visitor_is_refused_in_words(phone, body, kind):
    browser = Browser()
    assert send(browser, "/", body, kind, page="/").status_code == 400
    browser.submit("/", phone=phone)
    answer = send(browser, "/code/", body, kind, page="/code/")
    assert answer.status_code == 400
    assert 'role="alert" id="code_error"' in answer.content.decode()


@pytest.mark.parametrize("path", ["/", "/code/", *TAKES])
@pytest.mark.parametrize(("body", "kind"), TOO_MANY)
def test_too_many_fields_and_files_are_refused_on_a_page(my_browser, path, body, kind):
    answer = send(my_browser, path, body, kind)
    assert answer.status_code == 400
    assert "<h1>Bad request" in answer.content.decode()


@pytest.mark.parametrize("path", ["/", "/code/", *TAKES])
@pytest.mark.parametrize(("body", "kind"), TOO_LARGE, ids=["form", "parts"])
def test_too_much_is_refused_on_a_page(my_browser, path, body, kind):
    answer = send(my_browser, path, body, kind)
    assert answer.status_code == 413
    assert "<h1>Too large" in answer.content.decode()


@pytest.mark.parametrize(
    "path", ["/profile/sessions/x/end/", "/i/", "/i/%2e%2e%2f", "/profile/%00", "/code/%ff"]
)
def test_an_odd_address_is_a_404(my_browser, path):
    assert my_browser.get(path).status_code == 404
