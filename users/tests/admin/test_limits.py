import re
import time

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from users.limits import alarm, policy
from users.limits.policy import (
    GUESSES_PER_KNOWN_PHONE,
    GUESSES_PER_NETWORK,
    GUESSES_PER_PHONE,
    MESSAGES_PER_PHONE,
)
from users.login import gateways
from users.models import Challenge, Counter, Limit
from users.tests.browsing import wrong
from users.tests.failures import fail

pytestmark = pytest.mark.django_db
USERS, LIMITS, COUNTERS = "/admin/users/user/", "/admin/users/limit/", "/admin/users/counter/"


def test_limits_are_found_by_phone_and_by_address_and_cleared(desk, user):
    fail(GUESSES_PER_PHONE, 6, user.phone)
    fail(GUESSES_PER_NETWORK, 30, "203.0.113.9")

    def rows(query: str) -> str:
        text = desk.get("/admin/users/limit/", {"q": query}).content.decode()
        return text if 'name="_selected_action"' in text else ""

    def long(query: str) -> list[str]:
        text = desk.get("/admin/users/limit/", {"long": query}).content.decode()
        return re.findall(r"\d+ / \d+", text)

    assert "6 / 6" in rows("8" + user.phone[2:])
    assert "30 / 30" in rows("203.0.113.9")
    assert rows("203.0.113.8") == rows("nobody") == ""
    assert (long("phones"), long("networks")) == (["6 / 6"], ["30 / 30"])
    key = GUESSES_PER_PHONE.key(user.phone)
    desk.post(f"/admin/users/limit/{key}/delete/", {"post": "yes"})
    assert GUESSES_PER_PHONE.take(user.phone) == 0


def test_every_counter_has_a_title(desk):
    kinds = (policy.MESSAGES, policy.LOGINS, policy.WRONG_GUESSES, policy.BUDGET, alarm.GUESSES)
    for counter in kinds:
        Counter.objects.create(kind=counter.kind, hour=timezone.now(), count=1)
    text = desk.get(COUNTERS).content.decode()
    for counter in kinds:
        assert counter.title
        assert str(counter.title) in text


def test_the_alarm_is_no_row_to_delete(desk):
    Limit.objects.create(key=alarm.KEY, kind=alarm.KEY, count=1, resets_at=time.time() + 1000)
    assert alarm.KEY not in desk.get(LIMITS).content.decode()
    desk.post(f"{LIMITS}{alarm.KEY}/delete/", {"post": "yes"})
    assert alarm.is_on(alarm.ends_at())


def test_counters_are_no_rows_to_delete(desk):
    row = Counter.objects.create(kind=policy.BUDGET.kind, hour=timezone.now(), count=1)
    assert desk.post(f"{COUNTERS}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Counter.objects.exists()


def next_code(desk, user) -> str:
    text = desk.get(f"{USERS}{user.pk}/change/").content.decode()
    return re.search(r"(4 digits|8 digits[^<]*|\d digits from[^<]*)", text)[1].strip()


def test_the_next_code_is_told_for_unknown_and_for_known_networks(desk, user):
    assert next_code(desk, user) == "4 digits"
    fail(GUESSES_PER_PHONE, 6, user.phone)
    assert next_code(desk, user) == "8 digits from unknown networks, 4 from known ones"
    fail(GUESSES_PER_KNOWN_PHONE, 6, user.phone)
    assert next_code(desk, user) == "8 digits from unknown networks, 8 from known ones"
    form = {"action": "forget_guesses", "_selected_action": [user.pk]}
    assert desk.post(USERS, form).status_code == 302
    assert next_code(desk, user) == "4 digits"


def test_the_alarm_makes_the_next_code_elsewhere_long(desk, user):
    Limit.objects.create(key=alarm.KEY, kind=alarm.KEY, count=1, resets_at=time.time() + 1000)
    assert next_code(desk, user) == "8 digits from unknown networks, 4 from known ones"


def test_a_number_under_attack_leads_to_its_user_and_is_reset_in_its_row(desk, anyone, join):
    user = join(phone="+79161234567")
    attack(anyone, user.phone)
    text = desk.get(LIMITS, {"long": "phones"}).content.decode()
    assert f'href="{USERS}{user.pk}/change/">+7 916 123-45-67</a>' in text
    (reset,) = re.findall(rf'href="({LIMITS}\w+/reset/)"', text)
    question = desk.get(reset).content.decode()
    assert "+7 916 123-45-67" in question
    assert policy.LONG in policy.digits_for(user.phone), "nothing is done by GET"
    assert desk.post(reset).url == LIMITS
    assert policy.LONG not in policy.digits_for(user.phone)


def test_a_number_of_nobody_is_not_told(desk, anyone, phone):
    attack(anyone, phone)
    text = desk.get(LIMITS, {"long": "phones"}).content.decode()
    assert "6 / 6" in text
    assert f'href="{USERS}' not in text.partition('id="result_list"')[2]


def test_who_has_another_phone_now_is_not_under_attack(desk, anyone, user):
    attack(anyone, user.phone)
    user.phone = "+79167654321"
    user.save(update_fields=["phone"])
    text = desk.get(LIMITS, {"long": "phones"}).content.decode()
    assert str(user.pk) not in text


def test_limits_of_which_nothing_is_used_are_no_rows(desk, user):
    for count, ends_in in ((0, 1000), (3, -1)):
        Limit.objects.create(
            key=f"{count}",
            kind=GUESSES_PER_PHONE.name,
            count=count,
            resets_at=time.time() + ends_in,
        )
    Limit.objects.create(key="free", kind=MESSAGES_PER_PHONE.name, resets_at=time.time() - 1)
    Limit.objects.create(key="used", kind=MESSAGES_PER_PHONE.name, resets_at=time.time() + 100)
    shown = re.findall(r"\d+ / \d+", desk.get(LIMITS).content.decode())
    assert shown == ["1 / 10"]


def test_whoever_may_only_look_resets_nothing(client, join, user):
    fail(GUESSES_PER_PHONE, 6, user.phone)
    watcher = join(is_staff=True)
    watcher.user_permissions.set(Permission.objects.filter(codename="view_limit"))
    client.force_login(watcher)
    assert "/reset/" not in client.get(LIMITS).content.decode()
    reset = f"{LIMITS}{GUESSES_PER_PHONE.key(user.phone)}/reset/"
    assert client.get(reset).status_code == client.post(reset).status_code == 403
    assert policy.LONG in policy.digits_for(user.phone)


def test_the_alarm_is_not_reset_as_a_limit(desk):
    Limit.objects.create(key=alarm.KEY, kind=alarm.KEY, count=1, resets_at=time.time() + 1000)
    assert desk.post(f"{LIMITS}{alarm.KEY}/reset/").status_code == 404
    assert alarm.ends_at()


def attack(anyone, phone) -> None:
    """Guess wrong until codes get longer."""
    while policy.LONG not in policy.digits_for(phone):
        anyone.request_code(phone)
        code = gateways.outbox[-1].text.rsplit("#", 1)[1]
        anyone.confirm(phone, wrong(code))
        Challenge.objects.update(sent_at=0)
