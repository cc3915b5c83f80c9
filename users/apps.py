from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.utils.translation import gettext_lazy as _


class UsersConfig(AppConfig):
    name = "users"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        """Connect receivers, system checks and the schema's description of our tokens."""
        from users import checks, receivers  # noqa: F401, PLC0415
        from users.api import openapi  # noqa: F401, PLC0415

        # A login by phone records its time in the statement that locks the user.
        user_logged_in.disconnect(dispatch_uid="update_last_login")
