"""Takes screenshots of every page, on a server with made-up data.

    python -m tools.screenshots [--quick]

They go to .cache/screenshots: phone and desktop, light and dark, English and Russian. Those in the
README also go to docs/screenshots. A quick run covers one combination and leaves docs/screenshots
alone.
"""

import argparse
import shutil
from collections.abc import Callable
from itertools import product
from typing import Any

from playwright.sync_api import Browser, Page

from tools import chromium, mistakes
from tools.demo import Demo, serving
from tools.playground import play
from tools.server import ROOT

ALL, KEPT = ROOT / ".cache" / "screenshots", ROOT / "docs" / "screenshots"
ANDROID = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/142.0.0.0 Mobile Safari/537.36"
)
DEVICES: dict[str, dict[str, Any]] = {
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "has_touch": True,
        "is_mobile": True,
        "user_agent": ANDROID,
    },
    "desktop": {"viewport": {"width": 1280, "height": 800}},
}
LINK = "/i/7K2M9X"
OTHER_PAGES = {
    "invitees": "/profile/invitees/",
    "settings": "/profile/settings/",
    "qr": "/profile/qr/",
    "phone": "/profile/phone/",
    "delete": "/profile/delete/",
    "help": "/help/",
    "privacy": "/privacy/",
    "404": "/nowhere",
}
Look = tuple[str, str, str]  # device, colour scheme, language
LOOKS: list[Look] = list(product(DEVICES, ("light", "dark"), ("en", "ru")))
IN_README = {
    *(f"start-desktop-{scheme}-{language}" for _, scheme, language in LOOKS),
    *(f"profile-phone-{scheme}-{language}" for _, scheme, language in LOOKS),
    "code-phone-light-en",
    "code-phone-light-ru",
    "profile-desktop-light-en",
    "dashboard-desktop-light-en",
    "dashboard-desktop-dark-ru",
    "swagger-desktop-light-en",
}


def walk(page: Page, demo: Demo, shoot: Callable[[str], None]) -> None:
    """Through the product, from login to the admin."""
    _pages(page, demo, shoot)
    _documents(page, shoot)
    _admin(page, demo, shoot)
    page.goto(LINK)
    shoot("accept")
    page.click("form[action$='/logout/'] button")  # else the next look would show one more session
    page.wait_for_url(f"{demo.base}/")
    page.goto(LINK)
    shoot("invitation")
    mistakes.walk(page, shoot)
    _playground(page, demo, shoot)


def _pages(page: Page, demo: Demo, shoot: Callable[[str], None]) -> None:
    page.goto("/")
    shoot("login")
    page.fill("#phone", demo.star)
    page.click("main button")
    page.wait_for_url("**/code/")
    shoot("code")
    page.fill("#code", page.locator(".sms-text b").inner_text())
    page.wait_for_url("**/profile/")
    shoot("profile")
    for name, path in OTHER_PAGES.items():
        page.goto(path)
        shoot(name)


def _documents(page: Page, shoot: Callable[[str], None]) -> None:
    page.goto("/api/docs/")
    page.locator(".opblock-tag-section").first.wait_for()
    page.evaluate("document.querySelector('.scheme-container').scrollIntoView()")
    shoot("swagger")
    page.locator(".opblock-post .opblock-summary-control").first.click()
    page.locator(".try-out__btn").click()
    page.locator(".execute").click()
    page.locator(".live-responses-table").wait_for()
    shoot("swagger-try")
    page.goto("/api/redoc/")
    page.locator("h1").first.wait_for()
    shoot("redoc")


def _admin(page: Page, demo: Demo, shoot: Callable[[str], None]) -> None:
    page.goto("/admin/")
    shoot("admin-login")
    page.fill("#id_username", demo.staff)
    page.fill("#id_password", demo.password)
    page.click("button[type=submit]")
    page.locator("canvas").first.wait_for()
    shoot("dashboard")
    for name, path in (("users", "users/user/"), ("limits", "users/limit/")):
        page.goto(f"/admin/{path}")
        shoot(name)
    page.goto(f"/admin/users/user/?q={demo.star[1:]}")
    page.goto(page.locator("#result_list a[href*='/change/']").first.get_attribute("href") or "")
    shoot("user")


def _playground(page: Page, demo: Demo, shoot: Callable[[str], None]) -> None:
    page.goto(f"{demo.playground}/start/")
    page.set_viewport_size({"width": page.evaluate("innerWidth"), "height": 1120})
    play(page)
    page.wait_for_timeout(2000)  # its buttons say again what they are for
    shoot("start")


def photograph(browser: Browser, demo: Demo, look: Look, kept: set[str]) -> None:
    """Every page in one look: the first screen and in full; those in `kept` for the README."""
    device, scheme, language = look
    context = browser.new_context(
        base_url=demo.base,
        color_scheme="dark" if scheme == "dark" else "light",
        extra_http_headers={"X-Forwarded-For": f"203.0.113.{LOOKS.index(look) + 1}"},
        locale=language,
        reduced_motion="reduce",
        timezone_id="Europe/Moscow",
        **DEVICES[device],
    )
    page = context.new_page()

    def shoot(name: str) -> None:
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(300)  # let charts and fonts settle
        file = f"{name}-{device}-{scheme}-{language}"
        page.screenshot(path=ALL / f"{file}.png")
        page.screenshot(path=ALL / f"{file}-full.png", full_page=True)
        if file in kept:
            shutil.copy(ALL / f"{file}.png", KEPT)

    walk(page, demo, shoot)
    context.close()


def main() -> None:
    """Take all screenshots, or those of one look."""
    parser = argparse.ArgumentParser(prog="python -m tools.screenshots")
    parser.add_argument("--quick", action="store_true", help="one look, and none for the README")
    quick = parser.parse_args().quick
    for folder in [ALL] if quick else [ALL, KEPT]:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    with serving() as demo, chromium.browser() as browser:
        for look in LOOKS[:1] if quick else LOOKS:
            photograph(browser, demo, look, set() if quick else IN_README)
    print(f"{len(list(ALL.iterdir()))} pictures in {ALL}")
    if not quick:
        weight = sum(file.stat().st_size for file in KEPT.iterdir())
        print(f"{len(IN_README)} of them in {KEPT}, {weight // 1024} KB")


if __name__ == "__main__":
    main()
