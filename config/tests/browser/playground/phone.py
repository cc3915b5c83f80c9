"""One of the two phones, and the calls below them."""

import re

from playwright.sync_api import expect


class Phone:
    def __init__(self, page, name):
        self.page, self.root = page, page.get_by_role("region", name=name, exact=True)
        self.refusal = self.root.get_by_role("alert")
        self.messages = self.root.get_by_role("list").first.get_by_role("button")
        self.invitees = self.root.locator("[data-invitees] li")

    def press(self, name):
        self.root.get_by_role("button", name=name, exact=True).click()

    def ask(self):
        self.press("Get a code")
        expect(self.messages).to_have_count(1)

    def log_in(self):
        self.ask()
        self.messages.click()
        self.press("Log in")
        expect(self.root.get_by_text("Invite code", exact=True)).to_be_visible()
        return self

    @property
    def phone(self):
        return "+" + re.sub(r"\D", "", self.root.locator("[name=phone]").input_value())

    @property
    def invite_code(self):
        return self.root.locator("[data-invite-code]").inner_text()


def calls(page):
    """The calls in order: caller, call, status."""
    lines = page.locator("[data-calls] summary").all_inner_texts()
    return [re.sub(r"\s+", " ", line).rsplit(" · ", 1)[0] for line in reversed(lines)]


def snippets(page, language):
    page.get_by_role("radio", name=re.compile(f"^{language}$", re.IGNORECASE)).check()
    return [one.text_content() for one in reversed(page.locator("[data-snippet]").all())]
