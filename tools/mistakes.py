"""Mistyped phones and codes, for the screenshots."""

import itertools
from collections.abc import Callable

from playwright.sync_api import Page

_numbers = itertools.count(10)  # a new phone for each look, since mistakes are counted


def walk(page: Page, shoot: Callable[[str], None]) -> None:
    """From an invalid number to an 8-digit code, without logging in."""
    page.goto("/")
    page.fill("#phone", "12")
    _send(page, "#phone")
    shoot("no-number")
    page.fill("#phone", f"+7 916 555-00-{next(_numbers)}")
    _send(page, "#phone")
    page.goto("/")
    shoot("pending")
    _send(page, "#phone")
    shoot("sent-recently")
    page.goto("/code/")
    _mistype(page)
    shoot("no-attempts")
    _send(page, ".again button")
    _mistype(page)
    _send(page, ".again button")
    page.click("summary")
    shoot("long-code")


def _mistype(page: Page) -> None:
    code = page.locator(".sms-text b").inner_text()
    wrong = str(int(code) + 1).zfill(len(code))[-len(code) :]
    for attempt in range(3):
        with page.expect_navigation():
            page.fill("#code", wrong)  # the first one is sent automatically
            if attempt:
                page.press("#code", "Enter")


def _send(page: Page, field: str) -> None:
    with page.expect_navigation():
        page.press(field, "Enter")
