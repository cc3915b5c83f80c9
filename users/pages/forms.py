"""The login forms, and what all forms of the pages share."""

from typing import Any

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from users.errors import InvalidCode, InvalidPhone
from users.login.pasted_codes import LENGTH as CODE_LENGTH
from users.pages.refusals import explain
from users.phones import LENGTH, default_country, example_phone, tidied

UNREADABLE = ("max_length", "null_characters_not_allowed")


class PageForm(forms.BaseForm):
    """Fields are named as in the API, and the first field with an error gets the focus."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"auto_id": "%s", "label_suffix": "", **options})

    def add_error(self, field: str | None, error: Any) -> None:
        super().add_error(field, error)
        if field:
            self.fields[field].widget.attrs["autofocus"] = True


class PhoneInput(forms.CharField):
    """A phone in any spelling, shown again in the usual one."""

    def prepare_value(self, value: Any) -> Any:
        """The phone as the page shows it."""
        return tidied(value) if value else value


class PhoneForm(PageForm, forms.Form):
    phone = PhoneInput(
        label=_("Phone number"),
        max_length=LENGTH,
        widget=forms.TextInput(
            {
                "type": "tel",
                "inputmode": "tel",
                "autocomplete": "tel",
                "enterkeyhint": "next",
                "autofocus": True,
            }
        ),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field, (country, trunk) = self.fields["phone"], default_country()
        field.help_text = gettext("You can leave out +%(country)s.") % {"country": country}
        field.error_messages |= dict.fromkeys(["required", *UNREADABLE], explain(InvalidPhone()))
        field.widget.attrs |= {
            "placeholder": example_phone(),
            "data-country": country,
            "data-trunk": trunk,
        }


class CodeInput(forms.TextInput):
    """Never shows the code again: a mistyped one has to be retyped."""

    def format_value(self, value: Any) -> None:
        """Nothing."""


class CodeForm(PageForm, forms.Form):
    """A code of `digits`, or of any length if it was requested in another browser."""

    code = forms.CharField(
        label=_("Code"),
        max_length=CODE_LENGTH,
        error_messages=dict.fromkeys(UNREADABLE, InvalidCode.detail),
        widget=CodeInput(
            {
                "class": "digits",
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "enterkeyhint": "go",
                "autofocus": True,
            }
        ),
    )

    def __init__(self, *args: Any, digits: int | None, **options: Any) -> None:
        super().__init__(*args, **options)
        if digits:
            label = ngettext("%(n)d-digit code", "%(n)d-digit code", digits)
            self.fields["code"].label = label % {"n": digits}
