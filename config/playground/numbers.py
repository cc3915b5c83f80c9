"""Phone numbers for the playground."""

import random

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType

NOBODYS = {"RU": "+79430000000"}
"""Examples that no operator has given out; pictures of the page may show what is made of them."""


def new_number(region: str) -> str:
    """A random mobile number of the region in its usual spelling; empty if there is none.

    Its first half is taken from the region's example number, which makes it a mobile number.
    """
    example = phonenumbers.parse(NOBODYS[region]) if region in NOBODYS else _example(region)
    if example is None:
        return ""
    written = phonenumbers.format_number(example, PhoneNumberFormat.E164)
    drawn = (len(written) - len(f"+{example.country_code}") + 1) // 2
    while True:
        digits = "".join(random.choices("0123456789", k=drawn))  # noqa: S311
        number = phonenumbers.parse(written[:-drawn] + digits)
        if _kind(number) == _kind(example):
            return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


def _example(region: str) -> PhoneNumber | None:
    return phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE)


def _kind(number: PhoneNumber) -> tuple[str | None, int]:
    return phonenumbers.region_code_for_number(number), phonenumbers.number_type(number)
