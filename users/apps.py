from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UsersConfig(AppConfig):
    name = "users"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        """Listen for deletions, check the settings, describe our tokens to the API schema."""
        from users import checks, receivers  # noqa: F401, PLC0415
        from users.api import openapi  # noqa: F401, PLC0415
