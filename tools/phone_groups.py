"""Generates the digit groups of mobile numbers by country for users/static/users/fields.js.

    python -m tools.phone_groups

They come from the example numbers of phonenumbers: `3 3-2-2:7` are the groups after +7. A country
may group some numbers differently; the server does so once it knows the whole number.
"""

import re
from collections import defaultdict

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from tools.server import ROOT

FILE = ROOT / "users" / "static" / "users" / "fields.js"
LINE = re.compile(r'(?<=const GROUPS = ").*(?=";)')


def groups() -> str:
    """The groups of all countries on one line."""
    codes = defaultdict(list)
    for code, regions in sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items()):
        number = phonenumbers.example_number_for_type(regions[0], PhoneNumberType.MOBILE)
        if number:
            text = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
            sizes = re.sub(r"\d+", lambda found: str(len(found[0])), text.partition(" ")[2])
            codes[sizes].append(str(code))
    return "|".join(f"{sizes}:{','.join(codes[sizes])}" for sizes in sorted(codes))


def main() -> None:
    """Write them into the script."""
    FILE.write_text(LINE.sub(groups(), FILE.read_text()))


if __name__ == "__main__":
    main()
