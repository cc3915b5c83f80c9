"""The forms of the profile's pages."""

from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from users.models import User
from users.pages.forms import PageForm


class NamesForm(PageForm, forms.ModelForm):  # type: ignore[type-arg]
    """What users may change about themselves."""

    class Meta:
        model = User
        fields = ("first_name", "last_name", "email")
        labels: ClassVar = {
            "first_name": pgettext_lazy("label", "First name"),
            "last_name": pgettext_lazy("label", "Last name"),
            "email": pgettext_lazy("label", "Email"),
        }
        widgets: ClassVar = {
            "first_name": forms.TextInput({"autocomplete": "given-name"}),
            "last_name": forms.TextInput({"autocomplete": "family-name"}),
            "email": forms.EmailInput({"autocomplete": "email"}),
        }


class InviteCodeForm(PageForm, forms.Form):
    """Somebody else's code, however it is written."""

    invite_code = forms.CharField(
        label=_("A friend's invite code"),
        help_text=_("You can do this once. The person who invited you will see your phone number."),
        max_length=32,
        widget=forms.TextInput(
            {
                "class": "mono",
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
            }
        ),
    )


class DeletionForm(PageForm, forms.Form):
    confirmed = forms.BooleanField(
        label=_("Yes, delete my account"),
        error_messages={"required": _("Tick the box to delete your account.")},
    )
