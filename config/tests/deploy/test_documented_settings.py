"""The documented settings are exactly those that are read."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def settings_read() -> set[str]:
    modules = [path for path in ROOT.glob("config/**/*.py") if "tests" not in path.parts]
    return set(re.findall(r"env\.read\(\s*[\"'](\w+)", "".join(map(Path.read_text, modules))))


def test_the_settings_are_found():
    assert {"SECRET_KEY", "SMS_URL", "HOST", "WEB_CONCURRENCY"} < settings_read()


def test_every_setting_is_in_the_page_on_configuration():
    page = (ROOT / "docs" / "configuration.md").read_text()
    rows = "".join(re.findall(r"^\| (`[A-Z].*?) \|", page, re.MULTILINE))
    assert set(re.findall(r"`(\w+)`", rows)) == settings_read()


def test_every_setting_is_in_the_example():
    example = (ROOT / ".env.example").read_text()
    assert set(re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE)) == settings_read()
