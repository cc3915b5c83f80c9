import csv
import io
import tracemalloc

import pytest
from django.contrib.auth.models import Permission

from config.tests.factories import strangers
from referrals.admin import export
from users.models import User
from users.phones import apart, parse_phone

pytestmark = pytest.mark.django_db
EXPORT = "/admin/users/user/export/"


@pytest.fixture
def desk(client, staff):
    """A browser in which `staff` is logged in to the admin."""
    client.force_login(staff)
    return client


def rows(answer) -> list[dict]:
    assert answer.status_code == 200
    assert answer.streaming
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_every_user_is_there_with_who_invited_them(desk, user, friend, as_user):
    as_user(user).activate(friend.invite_code.value)
    user.first_name, user.last_name, user.email = "Анна", 'Бо"рис, мл.', "anna@example.org"
    user.save()
    everybody = rows(desk.get(EXPORT))
    assert [row["id"] for row in everybody] == [
        str(pk) for pk in User.objects.order_by("pk").values_list("pk", flat=True)
    ]
    row = next(row for row in everybody if row["id"] == str(user.pk))
    assert row == {
        "id": str(user.pk),
        "phone": apart(user.phone),
        "first_name": "Анна",
        "last_name": 'Бо"рис, мл.',
        "email": "anna@example.org",
        "joined": f"{user.date_joined:%Y-%m-%dT%H:%M:%SZ}",
        "last_login": f"{user.last_login:%Y-%m-%dT%H:%M:%SZ}" if user.last_login else "",
        "active": "True",
        "invite_code": user.invite_code.value,
        "invitees": "0",
        "invited_by": apart(friend.phone),
        "activated_code": friend.invite_code.value,
        "activated_at": f"{user.activation.activated_at:%Y-%m-%dT%H:%M:%SZ}",
    }


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(desk, user, start):
    User.objects.filter(pk=user.pk).update(first_name=f'{start}HYPERLINK("http://evil","x")')
    row = next(row for row in rows(desk.get(EXPORT)) if row["id"] == str(user.pk))
    assert row["first_name"] == f'\'{start}HYPERLINK("http://evil","x")'
    for name, text in row.items():
        assert name == "phone" or not export.FORMULA.search(text)


@pytest.mark.parametrize(
    ("phone", "written"),
    [
        ("+79161234567", "+7 9161234567"),
        ("+12125550118", "+1 2125550118"),
        ("+33612345678", "+33 612345678"),
        ("+380501234567", "+380 501234567"),
    ],
)
def test_a_phone_is_text_without_an_apostrophe_and_the_same_phone(desk, join, phone, written):
    join(phone=phone)
    (row,) = rows(desk.get(EXPORT, {"q": phone}))
    assert row["phone"] == written
    assert parse_phone(row["phone"]) == phone


def test_no_cell_is_a_formula_where_a_semicolon_parts_cells(desk, user):
    User.objects.filter(pk=user.pk).update(first_name="x;=1+1", last_name="＝1+1")
    row = next(row for row in rows(desk.get(EXPORT)) if row["id"] == str(user.pk))
    assert (row["first_name"], row["last_name"]) == ("x;'=1+1", "'＝1+1")


@pytest.mark.parametrize("query", ["?q={}", "?q={}&is_active__exact=1", "?is_staff__exact=0&q={}"])
def test_the_file_has_what_the_list_shows(desk, user, friend, query):
    assert [row["id"] for row in rows(desk.get(EXPORT + query.format(user.invite_code.value)))] == [
        str(user.pk)
    ]
    assert rows(desk.get(EXPORT + "?is_active__exact=0")) == []


def test_an_unknown_filter_leads_back_to_the_list(desk):
    assert desk.get(EXPORT + "?nothing=1").status_code == 302


def test_the_list_links_to_the_file_with_its_filters(desk):
    text = desk.get("/admin/users/user/?q=7K2M9X&is_staff__exact=0").content.decode()
    assert f"{EXPORT}?q=7K2M9X&amp;is_staff__exact=0" in text


def test_staff_need_a_permission_of_its_own(client, join):
    person = join(is_staff=True)
    client.force_login(person)

    def may(*codenames: str) -> None:
        person.user_permissions.set(Permission.objects.filter(codename__in=codenames))

    for too_few in (("view_user", "change_user"), ("export_user",)):
        may(*too_few)
        assert client.get(EXPORT).status_code == 403
        assert EXPORT not in client.get("/admin/users/user/").content.decode()
    may("view_user", "export_user")
    assert len(rows(client.get(EXPORT))) == 1


def test_nobody_else_gets_the_file(client, user):
    assert client.get(EXPORT).status_code == 302
    client.force_login(user)
    assert client.get(EXPORT).status_code == 302


def test_an_export_is_in_the_security_log_without_what_was_searched(desk, staff, user, caplog):
    caplog.set_level("INFO", "users.security")
    desk.get(EXPORT, {"q": user.phone})
    record = next(one for one in caplog.records if one.name == "users.security")
    assert (record.event, record.user, record.filtered) == ("users exported", staff.pk, True)
    assert user.phone not in record.getMessage()


def test_each_chunk_takes_three_statements(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(export, "CHUNK", 10)
    strangers(95)
    with django_assert_num_queries(31):  # ten chunks of three queries, and one that finds nothing
        lines = b"".join(export.csv_of(User.objects.all())).decode().splitlines()
    assert len(lines) == 96


def test_memory_does_not_grow_with_the_number_of_users(monkeypatch):
    monkeypatch.setattr(export, "CHUNK", 100)

    def peak() -> int:
        tracemalloc.start()
        assert sum(len(part) for part in export.csv_of(User.objects.all())) > 1000
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return used

    strangers(200)
    peak()
    few = peak()
    strangers(4000)
    assert peak() < 3 * few  # 21 times as many users
