"""A person using a browser."""

import re

from playwright.sync_api import Page, expect

from config.tests.factories import new_phone


class Person:
    def __init__(self, page: Page, phone: str = "", *, script: bool = True) -> None:
        self.page, self.phone, self._script = page, phone or new_phone(), script

    def ask_for_a_code(self) -> None:
        self.page.goto("/")
        self.page.get_by_label("Phone number").fill(self.phone)
        self.page.get_by_role("button", name="Get a code").click()
        expect(self.page).to_have_url(re.compile("/code/$"))
        self.page.wait_for_load_state()

    @property
    def code(self) -> str:
        """The code in the simulated message on the page."""
        return self.page.locator(".sms-text b").inner_text()

    @property
    def wrong_code(self) -> str:
        return f"{(int(self.code) + 1) % 10_000:04}"

    def enter(self, code: str) -> None:
        """Enter a code; scripts submit the first complete one automatically."""
        self.page.get_by_label("4-digit code").wait_for()
        self.page.wait_for_load_state()  # its script submits a complete code
        at_once = self._script and self.page.locator("form[data-auto]").count()
        with self.page.expect_navigation():
            self.page.get_by_label("4-digit code").fill(code)
            if not at_once:
                self.page.get_by_role("button", name="Log in").click()

    def log_in(self) -> "Person":
        self.ask_for_a_code()
        self.enter(self.code)
        expect(self.page).to_have_url(re.compile("/profile/$"))
        self.page.wait_for_load_state()
        return self

    @property
    def invite_code(self) -> str:
        return self.page.locator("#own-code").inner_text()

    @property
    def invite_path(self) -> str:
        """The path of the invite link."""
        return "/i/" + self.page.locator("#own-link").inner_text().rpartition("/i/")[2]

    def activate(self, code: str) -> None:
        self.page.get_by_label("A friend's invite code").fill(code)
        self.page.get_by_role("button", name="Activate").click()

    @property
    def written_phone(self) -> str:
        """`+79161234567` → `+7 916 123-45-67`."""
        p = self.phone
        return f"{p[:2]} {p[2:5]} {p[5:8]}-{p[8:10]}-{p[10:]}"
