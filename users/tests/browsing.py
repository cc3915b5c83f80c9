"""A browser for tests: cookies, forms with their token, explicit redirects."""

import re

from django.test import Client

from users.login import gateways


class Browser(Client):
    """Submits forms with the token from the form on `page`."""

    def __init__(self, address="127.0.0.1", language="en"):
        super().__init__(
            enforce_csrf_checks=True,
            REMOTE_ADDR=address,
            HTTP_ACCEPT_LANGUAGE=language,
            HTTP_USER_AGENT="Mozilla/5.0 (X11; Linux x86_64) Chrome/130.0 Safari/537.36",
        )

    def submit(self, path, page=None, **fields):
        """Submit a form of `page`, by default of the page at `path`."""
        shown = self.get(page or path).content.decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', shown)[1]
        return self.post(path, {**fields, "csrfmiddlewaretoken": token})

    def log_in(self, phone):
        """Take both steps; returns the second response."""
        assert self.submit("/", phone=phone).status_code == 302
        code = gateways.outbox[-1].text.rsplit("#", 1)[1]
        return self.submit("/code/", code=code)

    def profile(self):
        """The profile page's text."""
        return text(self.get("/profile/"))

    def on_profile(self, path, **fields):
        """Submit a form of the profile page."""
        return self.submit(path, page="/profile/", **fields)


def text(answer):
    """The page's text without tags and repeated blanks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def wrong(code):
    """A different code of the same length."""
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}}"
