"""The forms of the profile's pages."""

from contextlib import suppress
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from users.errors import InvalidPhone
from users.models import User
from users.pages.forms import PageForm, PhoneForm
from users.phones import parse_phone


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
    """Someone else's code, in any spelling."""

    invite_code = forms.CharField(
        label=_("A friend's invite code"),
        help_text=_(
            "You can do this once. The person who invited you will see your phone number, and your"
            " name if you give one."
        ),
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


class NewPhoneForm(PhoneForm):
    """A number other than the user's own."""

    def __init__(self, *args: Any, own: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.own = own
        self.fields["phone"].label = _("New phone number")

    def clean_phone(self) -> str:
        """The number as written; the rules validate it."""
        entered: str = self.cleaned_data["phone"]
        with suppress(InvalidPhone):
            if parse_phone(entered) == self.own:
                raise forms.ValidationError(_("This is already your number."))
        return entered


class DeletionForm(PageForm, forms.Form):
    confirmed = forms.BooleanField(
        label=_("Yes, delete my account"),
        error_messages={"required": _("Tick the box to delete your account.")},
    )
