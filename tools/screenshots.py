"""Pictures of what there is to see, from a server on made-up data.

    python -m tools.screenshots

All of them go to .cache/screenshots: every page on a phone and a desktop, light and dark, in
English and Russian. The few that the README shows go to docs/screenshots, too.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Browser, Page

from tools import chromium

ROOT = Path(__file__).resolve().parent.parent
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
LOOKS = list(product(DEVICES, ("light", "dark"), ("en", "ru")))
IN_README = {
    "code-phone-light-en",
    "code-phone-light-ru",
    "profile-phone-light-en",
    "profile-phone-light-ru",
    "profile-phone-dark-en",
    "profile-phone-dark-ru",
    "profile-desktop-light-en",
    "dashboard-desktop-light-en",
    "dashboard-desktop-dark-ru",
    "swagger-desktop-light-en",
}


@dataclass(frozen=True)
class Demo:
    """Where the server is and who may log in."""

    base: str
    staff: str
    password: str
    star: str


def manage(*arguments: str, environment: dict[str, str]) -> str:
    """What a command of manage.py prints."""
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout


@contextmanager
def serving() -> Iterator[Demo]:
    """A server on made-up data of its own, for as long as the block lasts."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "DATABASE_URL": f"sqlite:///{folder}/demo.sqlite3",
            "DEBUG": "false",
            "PORT": str(port),
            "PUBLIC_URL": "http://referrals.example",
            "SECRET_KEY": os.urandom(32).hex(),
            "SMS_DELAY": "0",
            "SMS_URL": "simulated://",
            "TRUSTED_PROXY_COUNT": "1",
        }
        manage("migrate", "--verbosity", "0", environment=environment)
        manage("collectstatic", "--noinput", "--verbosity", "0", environment=environment)
        said = manage("demo", "--force", environment=environment)
        found = re.search(r"phone (\S+)\s+password (\S+)\s.*phone (\S+)", said, re.DOTALL)
        assert found, said
        command = [sys.executable, "-m", "gunicorn", "--config", "config/server/gunicorn.py"]
        server = subprocess.Popen(
            command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        try:
            await_answer(f"http://127.0.0.1:{port}/readyz")
            yield Demo(f"http://127.0.0.1:{port}", *found.groups())
        finally:
            server.terminate()
            server.wait(60)


def await_answer(url: str) -> None:
    """Wait up to 30 s for the server."""
    for _ in range(300):
        try:
            with urlopen(url, timeout=5):
                return
        except URLError:
            time.sleep(0.1)
    raise TimeoutError(url)


def walk(page: Page, demo: Demo, shoot: Callable[[str], None]) -> None:
    """Through the product, from login to the admin."""
    page.goto("/")
    shoot("login")
    page.fill("#phone", demo.star)
    page.click("main button")
    page.wait_for_url("**/code/")
    shoot("code")
    page.fill("#code", page.locator(".sms-text b").inner_text())
    page.click("main button >> nth=0")
    page.wait_for_url("**/profile/")
    shoot("profile")
    for name, path in (("invitees", "/profile/invitees/"), ("delete", "/profile/delete/")):
        page.goto(path)
        shoot(name)
    page.goto("/nowhere")
    shoot("404")
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
    page.goto("/admin/")
    shoot("admin-login")
    page.fill("#id_username", demo.staff)
    page.fill("#id_password", demo.password)
    page.click("button[type=submit]")
    page.locator("canvas").first.wait_for()
    shoot("dashboard")
    for name, path in (("users", "users/user/"), ("budgets", "users/budget/")):
        page.goto(f"/admin/{path}")
        shoot(name)
    page.goto(f"/admin/users/user/?q={demo.star[1:]}")
    page.goto(page.locator("#result_list a[href*='/change/']").first.get_attribute("href") or "")
    shoot("user")
    page.goto("/profile/")
    page.click("form[action$='/logout/'] button")  # else the next look has one session more
    page.wait_for_url(f"{demo.base}/")


def photograph(browser: Browser, demo: Demo, device: str, scheme: str, language: str) -> None:
    """Every page in one look: as it opens, and in full."""
    context = browser.new_context(
        base_url=demo.base,
        color_scheme="dark" if scheme == "dark" else "light",
        extra_http_headers={
            "X-Forwarded-For": f"203.0.113.{LOOKS.index((device, scheme, language)) + 1}"
        },
        locale=language,
        reduced_motion="reduce",
        timezone_id="Europe/Moscow",
        **DEVICES[device],
    )
    page = context.new_page()

    def shoot(name: str) -> None:
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(300)  # charts and fonts settle
        file = f"{name}-{device}-{scheme}-{language}"
        page.screenshot(path=ALL / f"{file}.png")
        page.screenshot(path=ALL / f"{file}-full.png", full_page=True)
        if file in IN_README:
            shutil.copy(ALL / f"{file}.png", KEPT)

    walk(page, demo, shoot)
    context.close()


def main() -> None:
    """Take them all anew."""
    for folder in (ALL, KEPT):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    with serving() as demo, chromium.browser() as browser:
        for look in LOOKS:
            photograph(browser, demo, *look)
    weight = sum(file.stat().st_size for file in KEPT.iterdir())
    print(f"{len(list(KEPT.iterdir()))} pictures in {KEPT}, {weight // 1024} KB; all in {ALL}")


if __name__ == "__main__":
    main()
