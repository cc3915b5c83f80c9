"""Phone numbers: parsed from any spelling, stored in one."""

import re
import unicodedata
from typing import Any

import phonenumbers
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneNumberFormat, PhoneNumberType

from users.errors import InvalidPhone

LENGTH = 64
"""The longest that a phone may be as written."""

_WRITTEN = re.compile(r"(?:tel:)?(\(?\+?[0-9 ().\-/]+)")
_DASHES = "\N{MINUS SIGN}\N{HYPHEN BULLET}\N{KATAKANA-HIRAGANA PROLONGED SOUND MARK}"
"""What people take for a dash and Unicode for something else."""
_NO_COUNTRY = "001"  # what phonenumbers calls numbers of no country, such as satellite phones
_MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


def parse_phone(raw: str) -> str:
    """The E.164 form of a mobile number as people write it: `8 (916) 123-45-67` → `+79161234567`.

    Numbers without a country belong to `PHONE_REGION`. Raises `InvalidPhone` for anything that is
    not a valid mobile number of a country, or is outside `PHONE_REGIONS`.
    """
    if len(raw) > LENGTH:
        raise InvalidPhone
    written = _WRITTEN.fullmatch(plain_text(raw).strip().lower())
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


def plain_text(raw: str) -> str:
    """The text with plain digits, dashes and spaces: people paste any kind."""
    return "".join(map(_plain, raw))


def _plain(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if category == "Cf":  # bidi marks, zero-width characters, soft hyphens
        return ""
    if category == "Pd" or char in _DASHES:
        return "-"
    same = unicodedata.normalize("NFKC", char) if category[0] in "PSZ" else char
    return char if same == char else plain_text(same)


def _with_plus(written: str) -> str:
    """Many countries dial international numbers with 00, even if `PHONE_REGION` doesn't."""
    return re.sub(r"^\(?00[^0-9]*(?=[1-9])", "+", written)


def mask_phone(phone: str) -> str:
    """A phone masked for logs: `+79161234567` → `+7916***67`."""
    return f"{phone[:5]}***{phone[-2:]}"


def written(phone: str) -> str:
    """A phone as people read it: `+79161234567` → `+7 916 123-45-67`."""
    code, _, national = apart(phone)[1:].partition(" ")
    if not national.isdecimal():  # not a number yet
        return phone
    number = phonenumbers.PhoneNumber(
        country_code=int(code),
        national_number=int(national),
        italian_leading_zero=national.startswith("0") or None,
    )  # parsing it anew would take twice as long
    return _international(number)


def apart(phone: str) -> str:
    """A phone with its country code set apart, quickly: `+79161234567` → `+7 9161234567`."""
    for end in (2, 3, 4):  # no country code is a prefix of another
        if phone[1:end].isdecimal() and int(phone[1:end]) in COUNTRY_CODE_TO_REGION_CODE:
            return f"{phone[:end]} {phone[end:]}"
    return phone


def tidied(raw: str) -> str:
    """A phone in readable form, or the text itself if it isn't a phone."""
    try:
        return written(parse_phone(raw))
    except InvalidPhone:
        return raw


def example_phone() -> str:
    """A mobile number of the default region, as people write it."""
    number = phonenumbers.example_number_for_type(settings.PHONE_REGION, PhoneNumberType.MOBILE)
    return _international(number) if number else ""


def default_country() -> tuple[str, str]:
    """The country code and the trunk prefix of `PHONE_REGION`."""
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(settings.PHONE_REGION)
    assert metadata is not None  # noqa: S101  # settings accept only existing regions
    return str(metadata.country_code), metadata.national_prefix or ""


def _international(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


class WrittenPhoneField(forms.CharField):
    """A form field with room for spaces and brackets."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "max_length": LENGTH})


class PhoneField(models.CharField):  # type: ignore[type-arg]
    """A plain column in E.164; its form fields accept any spelling."""

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        """The phone in E.164. Raises `ValidationError`."""
        try:
            value = parse_phone(value)
        except InvalidPhone as error:
            raise ValidationError(error.detail, code=error.code) from None
        return super().clean(value, model_instance)

    def formfield(self, **kwargs: Any) -> Any:
        """A text field wide enough for spaces and brackets."""
        return super().formfield(**{"form_class": WrittenPhoneField, **kwargs})
