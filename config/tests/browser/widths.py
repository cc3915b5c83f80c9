"""Finds elements that overflow the screen, and contents that overflow their element."""

from playwright.sync_api import Page

WIDTHS = (320, 390, 1280)
OVERFLOWING = """() => [...document.body.querySelectorAll("*")]
    .filter((one) => {
        const box = one.getBoundingClientRect();
        if (!box.width || !box.height || one.matches("input, .unseen, svg *")) return false;
        const spills = one.clientWidth && one.scrollWidth > one.clientWidth + 1;
        return spills || box.left < -1 || box.right > document.documentElement.clientWidth + 1;
    })
    .map((one) => one.outerHTML.slice(0, 120))"""


def fits(page: Page) -> None:
    """Assert that everything fits on small and usual phones and on a desktop."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
        assert page.evaluate(OVERFLOWING) == [], f"{page.url}, {width} px"
