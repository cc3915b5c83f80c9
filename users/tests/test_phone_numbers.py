import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.tests.api_client import error
from users.errors import InvalidPhone
from users.phones import mask_phone, parse_phone


@pytest.mark.parametrize(
    "written",
    [
        "+79161234567",
        "89161234567",
        "9161234567",
        "79161234567",
        "8 (916) 123-45-67",
        "+7(916)123-45-67",
        "+7 916 123.45.67",
        "  8 916 123 45 67 ",
    ],
)
def test_one_number_in_many_spellings_is_one_user(written):
    assert parse_phone(written) == "+79161234567"


@pytest.mark.parametrize(
    "raw",
    [
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
        "8916123456７",  # a full-width digit
        "٨٩١٦١٢٣٤٥٦٧",
        "+79161234567\0",
        "+79161234567\n+79167654321",
        "79161234567;ext=1",
        "tel:+79161234567",
        "++79161234567",
        "7+9161234567",
        "8916123456" + "-" * 30 + "7",
        "9" * 5000,
        "' OR 1=1 --",
    ],
)
def test_what_is_no_mobile_number_is_refused(raw):
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


@given(st.text(max_size=60))
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
