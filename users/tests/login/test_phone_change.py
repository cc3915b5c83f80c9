"""An account moves to another number by a code sent to it."""

from datetime import date, timedelta

import pytest

from config.tests.api_client import Client, error
from users.limits.policy import GUESSES_PER_NETWORK, GUESSES_PER_PHONE
from users.models import Challenge, Session, User
from users.tests.browsing import wrong
from users.tests.counts import used

pytestmark = pytest.mark.django_db


@pytest.fixture
def code(me, phone, sent_code):
    """The code sent to `phone`, the new number."""
    me.request_code(phone)
    return sent_code()


def log_in(phone, sent_code, address="192.0.2.9"):
    client = Client(address)
    client.request_code(phone)
    return client.confirm(phone, sent_code())


def test_the_account_has_the_new_number_and_is_the_same(me, user, friend, phone, code, as_user):
    me.activate(friend.invite_code.value)
    as_user(friend).activate(user.invite_code.value)
    before = me.profile().json()
    answer = me.change_phone(phone, code)
    assert answer.status_code == 200
    assert answer.json() == me.profile().json() == {**before, "phone": phone}
    assert as_user(friend).profile().json()["invitees"] == [phone]
    assert Challenge.objects.count() == 0


def test_the_number_may_be_written_as_people_do(me, sent_code):
    me.request_code("8 (916) 123-45-67")
    assert me.change_phone("+7 916 123-45-67", sent_code()).json()["phone"] == "+79161234567"


def test_the_new_number_logs_in_and_the_old_one_begins_anew(me, user, phone, code, sent_code):
    old = user.phone
    me.change_phone(phone, code)
    assert log_in(phone, sent_code).json()["is_new_user"] is False
    assert log_in(old, sent_code).json()["is_new_user"] is True
    assert User.objects.get(phone=phone) == user != User.objects.get(phone=old)


def test_a_code_for_the_old_number_does_not_open_the_account(me, user, phone, sent_code):
    """Not even one that was sent before the change."""
    elsewhere, old = Client("192.0.2.9"), user.phone
    elsewhere.request_code(old)
    earlier = sent_code()
    me.request_code(phone)
    me.change_phone(phone, sent_code())
    assert elsewhere.confirm(old, earlier).json()["is_new_user"] is True
    assert User.objects.get(phone=old) != user


def test_all_other_sessions_end(me, user, phone, code, as_user):
    other = as_user(user)
    me.change_phone(phone, code)
    assert other.profile().status_code == 401
    assert other.refresh(other.refresh_token).status_code == 401
    assert me.profile().status_code == 200
    assert me.refresh(me.refresh_token).status_code == 200


def test_with_the_ticket_the_code_may_be_entered_from_elsewhere(user, as_user, phone, sent_code):
    ticket = Client("192.0.2.7").request_code(phone).json()["ticket"]
    me, code = as_user(user), sent_code()
    assert error(me.change_phone(phone, code)) == "invalid_code"
    assert me.change_phone(phone, code, ticket=ticket).status_code == 200


def test_a_code_is_used_once(me, phone, code, friend, as_user):
    assert me.change_phone(phone, code).status_code == 200
    assert error(as_user(friend).change_phone(phone, code)) == "invalid_code"


def test_the_same_number_again_changes_nothing(me, user, phone, code, as_user, sms_outbox):
    """So the call can be repeated if its answer was lost."""
    me.change_phone(phone, code)
    other, sent = as_user(user), len(sms_outbox)
    assert me.change_phone(phone, code).json()["phone"] == phone
    assert other.profile().status_code == 200
    assert len(sms_outbox) == sent


@pytest.mark.parametrize(
    ("minutes", "status"), [(-1, 200), (9, 200), (10, 200), (10.1, 403), (600, 403)]
)
def test_the_session_must_be_new(me, user, phone, code, minutes, status, time_machine):
    opened = Session.objects.get().created_at
    Session.objects.update(created_at=opened - timedelta(minutes=minutes))
    time_machine.move_to(opened, tick=False)
    answer = me.change_phone(phone, code)
    assert answer.status_code == status
    if status == 403:
        assert error(answer) == "fresh_login_required"


def test_in_an_old_session_no_code_is_compared(me, user, phone, code):
    Session.objects.update(created_at="2026-01-01T00:00:00Z")
    for typed in (code, wrong(code)):
        assert error(me.change_phone(phone, typed)) == "fresh_login_required"
    assert used(GUESSES_PER_PHONE, phone) == 0
    assert Challenge.objects.get().network_left == 3


def test_a_refresh_makes_no_session_new(me, user, phone, code, anyone):
    Session.objects.update(created_at="2026-01-01T00:00:00Z")
    anyone.use(anyone.refresh(me.refresh_token).json()["access"])
    assert error(anyone.change_phone(phone, code)) == "fresh_login_required"


def test_a_wrong_code_is_answered_and_charged_as_at_login(me, user, phone, code):
    for left in (2, 1, 0):
        answer = me.change_phone(phone, wrong(code))
        assert (answer.status_code, error(answer)) == (400, "invalid_code")
        assert answer.json()["meta"] == {"attempts_left": left}
    assert used(GUESSES_PER_PHONE, phone) == used(GUESSES_PER_NETWORK, "127.0.0.1") == 3
    answer = me.change_phone(phone, code)
    assert (answer.status_code, error(answer)) == (429, "too_many_attempts")
    user.refresh_from_db()
    assert user.phone != phone


def test_a_right_code_gives_back_what_was_charged_through_its_door(me, phone, code):
    me.change_phone(phone, wrong(code))
    me.change_phone(phone, code)
    assert used(GUESSES_PER_PHONE, phone) == used(GUESSES_PER_NETWORK, "127.0.0.1") == 0


def test_attempts_at_the_old_number_stay_counted_for_it(me, user, phone, code):
    GUESSES_PER_PHONE.take(user.phone)
    me.change_phone(phone, code)
    assert (used(GUESSES_PER_PHONE, user.phone), used(GUESSES_PER_PHONE, phone)) == (1, 0)


def test_a_taken_number_is_told_to_who_has_its_code_and_to_nobody_else(
    me, user, friend, phone, sent_code
):
    answers = []
    for number in (phone, friend.phone):
        me.request_code(number)
        answers.append(me.change_phone(number, wrong(sent_code())))
    assert [one.status_code for one in answers] == [400, 400]
    assert answers[0].content == answers[1].content
    answer = me.change_phone(friend.phone, sent_code())
    assert (answer.status_code, error(answer)) == (409, "phone_taken")
    assert answer.json()["errors"][0]["attr"] == "phone"


def test_the_code_of_a_taken_number_is_used_up_and_costs_nothing(
    me, user, friend, as_user, sent_code, sms_outbox
):
    other, before = as_user(user), user.phone
    me.request_code(friend.phone)
    code = sent_code()
    me.change_phone(friend.phone, wrong(code))
    assert error(me.change_phone(friend.phone, code)) == "phone_taken"
    assert error(me.change_phone(friend.phone, code)) == "invalid_code"
    assert used(GUESSES_PER_PHONE, friend.phone) == used(GUESSES_PER_NETWORK, "127.0.0.1") == 0
    assert other.profile().json()["phone"] == before
    assert len(sms_outbox) == 1


def test_the_number_of_a_deleted_account_is_free(me, friend, as_user, sent_code):
    number = friend.phone
    as_user(friend).call("DELETE", "profile/")
    me.request_code(number)
    assert me.change_phone(number, sent_code()).json()["phone"] == number


def test_one_may_come_back_to_the_old_number(me, user, phone, code, sent_code):
    old = user.phone
    me.change_phone(phone, code)
    me.request_code(old)
    assert me.change_phone(old, sent_code()).json()["phone"] == old


def test_staff_are_sent_to_the_admin(staff, as_user, phone, sent_code):
    client = as_user(staff)
    client.request_code(phone)
    answer = client.change_phone(phone, sent_code())
    assert (answer.status_code, error(answer)) == (403, "permission_denied")
    assert Challenge.objects.get().network_left == 3


@pytest.mark.parametrize(
    ("number", "code"), [("+7 495 123-45-67", "invalid_phone"), ("x", "invalid_phone")]
)
def test_what_is_no_mobile_number_is_refused(me, number, code):
    answer = me.change_phone(number, "0000")
    assert (answer.status_code, error(answer)) == (400, code)


def test_a_country_that_is_not_served_is_refused(me, settings):
    settings.PHONE_REGIONS = ["RU"]
    assert error(me.change_phone("+77710009998", "0000")) == "invalid_phone"


@pytest.mark.parametrize("body", [{}, {"phone": "+79161234567"}, {"code": "0000"}])
def test_both_fields_are_needed(me, body):
    answer = me.call("PUT", "profile/phone/", body)
    assert (answer.status_code, error(answer)) == (400, "required")


def test_nobody_changes_a_phone_without_a_login(anyone):
    assert error(anyone.change_phone("+79161234567", "0000")) == "not_authenticated"


def test_a_test_phone_can_be_changed_to_and_from_and_gets_no_message(
    me, user, phone, settings, sms_outbox, sent_code
):
    """So that app store reviewers can try this, too; the code proves no more than at login."""
    settings.TEST_PHONES = {"+79160000000": ("4242", date(9999, 1, 1))}
    me.request_code("+79160000000")
    assert me.change_phone("+79160000000", "4242").status_code == 200
    assert sms_outbox == []
    me.request_code(phone)
    assert me.change_phone(phone, sent_code()).status_code == 200
    assert [message.phone for message in sms_outbox] == [phone]


def test_known_networks_go_with_the_account(user, as_user, known, phone, sent_code):
    """They belong to the user; for the old number they are strangers' again."""
    home, old = "192.0.2.50", user.phone
    known(user, home)
    me = as_user(user)
    me.request_code(phone)
    me.change_phone(phone, sent_code())
    for number, expected in ((phone, True), (old, False)):
        Client(home).request_code(number)
        assert Challenge.objects.latest("opened_at").known is expected
