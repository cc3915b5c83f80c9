from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReferralsConfig(AppConfig):
    name = "referrals"
    verbose_name = _("Referrals")

    def ready(self) -> None:
        """Listen for logins and deletions."""
        from referrals import receivers  # noqa: F401, PLC0415
