"""The login of the admin."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from unfold.forms import AuthenticationForm

from users.clients import Client
from users.errors import TooMany
from users.limits import policy


class LimitedLoginForm(AuthenticationForm):
    """The admin's login form; a network has ten wrong passwords, and then one a minute."""

    def clean(self) -> dict[str, Any]:
        """Take one attempt before the password is looked at, and give it back if it was right."""
        network = Client.of(self.request.META).network if self.request else ""
        if policy.PASSWORDS_PER_NETWORK.take(network):
            raise ValidationError(TooMany.detail, code=TooMany.code)
        cleaned: dict[str, Any] = super().clean()
        policy.PASSWORDS_PER_NETWORK.refund(network)
        return cleaned


admin.site.login_form = LimitedLoginForm
