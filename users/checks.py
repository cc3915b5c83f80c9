"""System checks: errors in settings, and with `--deploy` what isn't fit for production."""

from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Tags, register

from users.login import gateways


@register(Tags.compatibility)
def gateways_can_be_used(**kwargs: Any) -> list[CheckMessage]:
    """Report gateway URLs that Apprise does not understand."""
    real = [url for url in settings.SMS_URL if not url.startswith(("simulated:", "outbox:"))]
    if not real:
        return []
    import apprise  # noqa: PLC0415

    return [
        checks.Error(f"SMS_URL: number {number} is no gateway that Apprise knows.", id="users.E001")
        for number, url in enumerate(real, start=1)
        if apprise.Apprise.instantiate(gateways.addressed(url, "+79161234567")) is None
    ]


@register(Tags.security, deploy=True)
def ready_for_the_public(**kwargs: Any) -> list[CheckMessage]:
    """Warn of settings that are fine for trying out but wrong for real users."""
    keys = [settings.SECRET_KEY, settings.JWT_SIGNING_KEY, settings.OTP_KEY]
    found = {
        "users.W001": gateways.is_simulated()
        and "SMS_URL: codes are simulated and shown to callers.",
        "users.W002": settings.TEST_PHONES
        and "TEST_PHONES: some phones have fixed codes; remove them after the review.",
        "users.W003": len(set(keys)) < len(keys)
        and "SECRET_KEY, JWT_SIGNING_KEY and OTP_KEY must all differ.",
        "users.W004": any(len(set(key)) < 10 for key in keys)
        and "A key repeats itself; `make run` writes random ones to .env.",
        "users.W005": not settings.PUBLIC_URL.startswith("https://")
        and "PUBLIC_URL: tokens and codes need https.",
        "users.W006": "*" in settings.ALLOWED_HOSTS and "ALLOWED_HOSTS: takes any host.",
    }
    return [checks.Warning(text, id=name) for name, text in found.items() if text]
