"""Plays through `/start/` in any language."""

from playwright.sync_api import Page

ANNA, BORIS = "[data-phone=anna]", "[data-phone=boris]"


def play(page: Page) -> None:
    """Both log in, Boris activates Anna's invite code, and she sees him on her list."""
    for phone in (ANNA, BORIS):
        page.click(f"{phone} [data-screen=phone] button")
        page.click(f"{phone} .message")
        page.click(f"{phone} [data-screen=code] button >> nth=0")
        page.locator(f"{phone} [data-do=share]").wait_for()
    page.click(f"{ANNA} [data-do=share]")
    page.click(f"{BORIS} .message >> nth=0")
    page.click(f"{BORIS} [data-activation] button")
    page.locator(".steps .done >> nth=3").wait_for()
