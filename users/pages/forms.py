"""The forms of the login pages, and what all forms of the pages have in common."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from users.errors import InvalidPhone
from users.phones import example_phone

MOBILE_ONLY = ("required", "max_length", "null_characters_not_allowed")


class PageForm(forms.BaseForm):
    """Fields are named as in the request, and the one to be corrected has the focus."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"auto_id": "%s", "label_suffix": "", **options})

    def add_error(self, field: str | None, error: Any) -> None:
        super().add_error(field, error)
        if field:
            self.fields[field].widget.attrs["autofocus"] = True


class PhoneForm(PageForm, forms.Form):
    phone = forms.CharField(
        label=_("Phone number"),
        max_length=64,
        error_messages=dict.fromkeys(MOBILE_ONLY, InvalidPhone.detail),
        widget=forms.TextInput(
            {"type": "tel", "inputmode": "tel", "autocomplete": "tel", "autofocus": True}
        ),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        text = _("For example, %(example)s")
        self.fields["phone"].help_text = text % {"example": example_phone()}


class CodeForm(PageForm, forms.Form):
    """A code of `digits`, or of any length where it was asked for elsewhere."""

    code = forms.CharField(
        label=_("Code"),
        max_length=32,
        widget=forms.TextInput(
            {
                "class": "digits",
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "pattern": r"[0-9 \-]*",
                "autofocus": True,
            }
        ),
    )

    def __init__(self, *args: Any, digits: int | None, **options: Any) -> None:
        super().__init__(*args, **options)
        if digits:
            label = ngettext("%(n)d-digit code", "%(n)d-digit code", digits)
            self.fields["code"].label = label % {"n": digits}
