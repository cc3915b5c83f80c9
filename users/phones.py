"""Phone numbers: many ways to write one, one way to store it."""

import re
import unicodedata
from typing import Any

import phonenumbers
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from users.errors import InvalidPhone

LENGTH = 64
"""The longest that a phone may be as written."""

_WRITTEN = re.compile(r"(?:tel:)?(\(?\+?[0-9 ().\-/]+)")
_NO_COUNTRY = "001"  # what phonenumbers calls numbers of no country, such as satellite phones
_MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


def parse_phone(raw: str) -> str:
    """The E.164 form of a mobile number as people write it: `8 (916) 123-45-67` → `+79161234567`.

    Numbers without a country belong to `PHONE_REGION`. Raises `InvalidPhone` for anything that is
    not a valid mobile number of a country, or lies outside `PHONE_REGIONS`.
    """
    if len(raw) > LENGTH:
        raise InvalidPhone
    written = _WRITTEN.fullmatch("".join(map(_plain, raw)).strip().lower())
    if not written:
        raise InvalidPhone
    try:
        number = phonenumbers.parse(_with_plus(written[1]), settings.PHONE_REGION)
    except phonenumbers.NumberParseException:
        raise InvalidPhone from None
    region = phonenumbers.region_code_for_number(number)
    if region in (None, _NO_COUNTRY):
        raise InvalidPhone
    if settings.PHONE_REGIONS and region not in settings.PHONE_REGIONS:
        raise InvalidPhone
    if phonenumbers.number_type(number) not in _MOBILE:  # UNKNOWN where the number is not valid
        raise InvalidPhone
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _plain(char: str) -> str:
    """A character as a plain keyboard has it: people paste any dash, space or digit."""
    category = unicodedata.category(char)
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if category == "Cf":  # bidi marks, zero-width characters, soft hyphens
        return ""
    if category == "Pd" or char == "\N{MINUS SIGN}":
        return "-"
    return unicodedata.normalize("NFKC", char) if category[0] in "PSZ" else char


def _with_plus(written: str) -> str:
    """International numbers are dialled with 00 from many countries, if not from `PHONE_REGION`."""
    return re.sub(r"^00[ -]*(?=[1-9])", "+", written)


def mask_phone(phone: str) -> str:
    """A phone as logs may show it: `+79161234567` → `+7916***67`."""
    return f"{phone[:5]}***{phone[-2:]}"


def written(phone: str) -> str:
    """A phone as people read it: `+79161234567` → `+7 916 123-45-67`."""
    return _international(phonenumbers.parse(phone))


def example_phone() -> str:
    """A mobile number of the default region, as people write it."""
    number = phonenumbers.example_number_for_type(settings.PHONE_REGION, PhoneNumberType.MOBILE)
    return _international(number) if number else ""


def _international(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


class WrittenPhoneField(forms.CharField):
    """A form field with room for spaces and brackets."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "max_length": LENGTH})


class PhoneField(models.CharField):  # type: ignore[type-arg]
    """A plain column that holds E.164 and whose forms take a phone as people write it."""

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        """The phone in E.164; `ValidationError` if it is none."""
        try:
            value = parse_phone(value)
        except InvalidPhone as error:
            raise ValidationError(error.detail, code=error.code) from None
        return super().clean(value, model_instance)

    def formfield(self, **kwargs: Any) -> Any:
        """A text field wide enough for spaces and brackets."""
        return super().formfield(**{"form_class": WrittenPhoneField, **kwargs})
