from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReferralsConfig(AppConfig):
    name = "referrals"
    verbose_name = _("Referrals")

    def ready(self) -> None:
        """Connect the receivers of logins and deletions, and the funnel's counters."""
        from referrals import receivers  # noqa: F401, PLC0415
        from referrals.pages import counting  # noqa: F401, PLC0415
