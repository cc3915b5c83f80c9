import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.tests.api_client import error
from config.tests.load import once
from users import phones
from users.errors import InvalidPhone
from users.phones import mask_phone, parse_phone

WRITTEN = [
    "+79161234567",
    "89161234567",
    "9161234567",
    "79161234567",
    "8 (916) 123-45-67",
    "+7(916)123-45-67",
    "+7 916 123.45.67",
    "  8 916 123 45 67 ",
    "00 7 916 123-45-67",
    "007 916 123-45-67",
    "tel:+7-916-123-45-67",
    "TEL:89161234567",
    "8/916/1234567",
    "00(7)916 1234567",
    "(00 7) 916/123-45-67",
    "00/7/916/123/45/67",
    "8 916 123\N{HYPHEN BULLET}45\N{KATAKANA-HIRAGANA PROLONGED SOUND MARK}67",
    "+7\N{NO-BREAK SPACE}916\N{NARROW NO-BREAK SPACE}123\N{EN DASH}45\N{EM DASH}67",
    "+7 916 123\N{NON-BREAKING HYPHEN}45\N{MINUS SIGN}67",
    "\N{LEFT-TO-RIGHT EMBEDDING}+79161234567\N{POP DIRECTIONAL FORMATTING}",
    "\N{RIGHT-TO-LEFT MARK}8916\N{ZERO WIDTH SPACE}123\N{SOFT HYPHEN}4567",
    "8916123456７",
    "8 916 123⁻45₋67",
    "＋７（９１６）１２３－４５－６７",
    "٨٩١٦١٢٣٤٥٦٧",
    "۸۹۱۶۱۲۳۴۵۶۷",
    "+79161234567" + " " * 52,
]
REFUSED = [
    "",
    " ",
    "112",
    "12345",
    "84951234567",  # a fixed line
    "+7916123456",
    "+791612345678",
    "+999161234567",
    "+8 916 123 45 67",
    "8916123456a",
    "891612345⑥7",
    "8916123456²",
    "+79161234567\0",
    "+79161234567\n+79167654321",
    "79161234567;ext=1",
    "tel:+79161234567;phone-context=+7",
    "tel:tel:+79161234567",
    "sip:+79161234567",
    "+79161234567#123",
    "+79161234567,,12",
    "8 916 123\t4567",
    "8 800 FLOWERS",
    "++79161234567",
    "7+9161234567",
    "+79161234567" + " " * 53,
    "000 7 916 123 45 67",
    "9" * 5000,
    "' OR 1=1 --",
]


@pytest.mark.parametrize("written", WRITTEN)
def test_one_number_in_many_spellings_is_one_user(written):
    assert parse_phone(written) == "+79161234567"


@pytest.mark.parametrize("raw", REFUSED)
def test_what_is_no_mobile_number_is_refused(raw):
    with pytest.raises(InvalidPhone):
        parse_phone(raw)


@pytest.mark.parametrize(
    "raw",
    [
        "+800 1234 5678",
        "+808 1234 5678",
        "+870 773 111 632",  # Inmarsat
        "+878 10 123 456 789 01",
        "+881 6 1234 5678",  # Iridium
        "00 881 6 1234 5678",
        "+882 13 123 456",
        "+882 16 5552 1234",  # Thuraya
        "+883 5100 12345",
        "+979 123 456 789",
    ],
)
@pytest.mark.parametrize("regions", [[], ["RU", "001"]])
def test_satellite_numbers_and_others_of_no_country_are_refused(raw, regions, settings):
    settings.PHONE_REGIONS = regions
    with pytest.raises(InvalidPhone):
        parse_phone(raw)


def test_a_foreign_mobile_number_needs_its_country():
    assert parse_phone("+1 202 555 0123") == "+12025550123"
    with pytest.raises(InvalidPhone):
        parse_phone("202 555 0123")


def test_the_default_region_is_configurable(settings):
    settings.PHONE_REGION = "DE"
    assert parse_phone("01512 3456789") == "+4915123456789"


def test_countries_can_be_restricted(settings):
    settings.PHONE_REGIONS = ["RU"]
    assert parse_phone("+79161234567")
    with pytest.raises(InvalidPhone):
        parse_phone("+77011234567")  # Kazakhstan shares +7


@pytest.mark.parametrize(
    ("written", "phone"),
    [
        # From contacts on an iPhone, which wraps numbers in marks of direction.
        ("\u202a+7 (916) 123\u201145\u201167\u202c", "+79161234567"),
        # From a Russian site that keeps numbers on one line.
        ("+7\u00a0(916)\u00a0123\u201345\u201367", "+79161234567"),
        # Dialled from abroad, by a link and from a German business card.
        ("00 7 916 123 45 67", "+79161234567"),
        ("tel:+7-916-123-45-67", "+79161234567"),
        ("+49 (0) 1512 / 3456789", "+4915123456789"),
        # From a Japanese keyboard, and from Arabic and Persian ones.
        ("＋８１　９０－１２３４－５６７８", "+819012345678"),
        ("\u200f+٩٦٦ ٥٠ ١٢٣ ٤٥٦٧\u200f", "+966501234567"),
        ("۰۰۹۸ ۹۱۲ ۳۴۵ ۶۷۸۹", "+989123456789"),
        # French groups, and an English number with its trunk zero.
        ("+33 6.12.34.56.78", "+33612345678"),
        ("+44\u2009(0)7400\u2009123456", "+447400123456"),
    ],
)
def test_numbers_as_people_paste_them(written, phone):
    assert parse_phone(written) == phone


@pytest.mark.parametrize(
    "written",
    [
        "+7 916 123-45-67 ext. 5",
        "+7 916 123-45-67 доб. 5",
        "+79161234567x5",
        "+7 916 CALL-ME1",
        "8 (916) МАМА-123",
        "моб. +7 916 123-45-67",
        "+7 916 123-45-6\N{CIRCLED LATIN SMALL LETTER A}",
    ],
)
def test_letters_are_no_part_of_a_number(written):
    with pytest.raises(InvalidPhone):
        parse_phone(written)


DIGITS = ["0123456789", "０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹"]
BETWEEN = st.text(
    " \u00a0\u2009\u202f-\u2010\u2011\u2012\u2013\u2014./()\u200e\u200f\u00ad", max_size=2
)


@given(
    st.sampled_from(["+7", "8", "00 7", "tel:+7", ""]),
    st.lists(BETWEEN, min_size=10, max_size=10),
    st.sampled_from(DIGITS),
)
def test_however_it_is_written_it_is_the_same_user(prefix, between, digits):
    plain = "".join(map("".join, zip("9161234567", between, strict=True)))
    written = prefix + "".join(digits[int(one)] if one.isdigit() else one for one in plain)
    assert parse_phone(f"\u202a{written}\u202c") == "+79161234567"


PASTED = st.text(st.characters(categories=["Nd", "Pd", "Zs", "Cf"]) | st.sampled_from("+()./7891"))


@given(st.text(max_size=70) | PASTED)
def test_any_text_is_a_number_or_refused(raw):
    try:
        phone = parse_phone(raw)
    except InvalidPhone:
        return
    assert parse_phone(phone) == phone


def test_a_masked_phone_hides_the_middle():
    assert mask_phone("+79161234567") == "+7916***67"


@pytest.mark.django_db
@pytest.mark.parametrize("raw", ["84951234567", "nobody", "+7916"])
def test_the_api_names_the_field_that_is_wrong(anyone, raw, sms_outbox):
    answer = anyone.request_code(raw)
    assert (answer.status_code, error(answer)) == (400, "invalid_phone")
    assert answer.json()["errors"][0]["attr"] == "phone"
    assert sms_outbox == []


@once
@pytest.mark.parametrize(
    "phone",
    [
        "+79161234567",
        "+12125550118",
        "+33612345678",
        "+380501234567",
        "+2250701234567",
        "+77011234567",
    ],
)
def test_a_phone_is_written_as_its_country_writes_it(phone):
    parsed = phonenumbers.parse(phone)
    shown = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    assert phones.written(phone) == shown
    assert (
        phones.apart(phone)
        == f"+{parsed.country_code} {phone[len(str(parsed.country_code)) + 1 :]}"
    )


@once
@pytest.mark.parametrize("text", ["", "+", "nobody", "+999"])
def test_what_is_no_phone_is_written_as_it_is(text):
    assert phones.written(text) == text
