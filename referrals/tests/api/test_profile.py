import pytest
from drf_spectacular.generators import SchemaGenerator

from config.tests.api_client import error
from users.models import User

pytestmark = pytest.mark.django_db

FIELDS = {
    "id",
    "phone",
    "first_name",
    "last_name",
    "email",
    "invite_code",
    "invite_link",
    "activated_invite_code",
    "activated_at",
    "invitees_count",
    "invitees",
    "invitees_next",
}


def test_a_new_profile_has_everything_and_nothing_else(me, user):
    answer = me.profile().json()
    assert set(answer) == FIELDS
    assert answer == {
        "id": str(user.pk),
        "phone": user.phone,
        "first_name": "",
        "last_name": "",
        "email": "",
        "invite_code": user.invite_code.value,
        "invite_link": f"http://127.0.0.1:8000/i/{user.invite_code.value}",
        "activated_invite_code": None,
        "activated_at": None,
        "invitees_count": 0,
        "invitees": [],
        "invitees_next": None,
    }


def test_times_are_iso_8601_in_utc(me, friend):
    assert me.activate(friend.invite_code.value).json()["activated_at"].endswith("Z")


def test_names_and_email_can_be_changed(me, user):
    names = {"first_name": " Anna ", "last_name": "Ильина", "email": "anna@example.org"}
    answer = me.call("PATCH", "profile/", names)
    assert answer.status_code == 200
    assert set(answer.json()) == FIELDS
    user.refresh_from_db()
    assert (user.first_name, user.last_name, user.email) == ("Anna", "Ильина", "anna@example.org")
    assert me.call("PATCH", "profile/", {"email": ""}).json()["email"] == ""


def test_an_email_may_have_254_characters(me):
    email = f"a@{'b' * 63}.{'c' * 63}.{'d' * 63}.{'e' * 56}.org"
    assert len(email) == 254
    assert me.call("PATCH", "profile/", {"email": email}).json()["email"] == email


def test_to_the_schema_an_email_is_one_string():
    """Anything else becomes an empty class in generated clients."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    name = schema["paths"]["/api/v1/profile/"]["patch"]["requestBody"]["content"]
    reference = name["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]
    email = schema["components"]["schemas"][reference]["properties"]["email"]
    assert (email["type"], email["maxLength"]) == ("string", 254)
    assert not {"oneOf", "anyOf", "allOf"} & set(email)


def test_phone_code_and_counts_cannot_be_changed_by_their_owner(me, user, friend):
    before = me.profile().json()
    forbidden = {
        "phone": "+79160000000",
        "invite_code": "222222",
        "activated_invite_code": friend.invite_code.value,
        "activated_at": "2020-01-01T00:00:00Z",
        "invitees_count": 99,
        "invitees": [friend.phone],
        "is_staff": True,
        "is_superuser": True,
        "is_active": False,
        "id": str(friend.pk),
        "password": "x",
    }
    for name, value in forbidden.items():
        assert me.call("PATCH", "profile/", {name: value}).json() == before
    user.refresh_from_db()
    assert (user.is_staff, user.is_superuser, user.is_active) == (False, False, True)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "no address"),
        ("email", "a@b"),
        ("email", 5),
        ("email", f"a@{'b' * 63}.{'c' * 63}.{'d' * 63}.{'e' * 60}.org"),
        ("first_name", "x" * 151),
        ("first_name", " " + "x" * 150),
        ("last_name", 5),
    ],
)
def test_a_bad_change_is_refused_as_a_whole(me, field, value):
    before = me.profile().json()
    answer = me.call("PATCH", "profile/", {"first_name": "Anna", field: value})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == field
    assert me.profile().json() == before


def test_parallel_changes_of_different_fields_both_stay(at_once, join, as_user):
    user = join()
    changes = [{"first_name": "Anna"}, {"last_name": "Berg"}, {"email": "a@example.org"}] * 4
    clients = [as_user(user) for _ in changes]
    at_once(lambda n: clients[n].call("PATCH", "profile/", changes[n]), range(len(changes)))
    user.refresh_from_db()
    assert (user.first_name, user.last_name, user.email) == ("Anna", "Berg", "a@example.org")


def test_an_ordinary_user_sees_no_other_profile(me, friend):
    for path in ("profiles/", f"profiles/{friend.pk}/"):
        answer = me.call("GET", path)
        assert (answer.status_code, error(answer)) == (403, "permission_denied")
        assert friend.phone not in answer.content.decode()


def test_nobody_sees_profiles_anonymously_or_creates_users(anyone, user):
    for path in ("profiles/", f"profiles/{user.pk}/"):
        assert anyone.call("GET", path).status_code == 401
        assert anyone.call("POST", path, {"phone": "+79160000000"}).status_code == 401
    assert User.objects.count() == 1
