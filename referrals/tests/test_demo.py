import io
import ipaddress
import time
from collections import Counter as Tally
from datetime import timedelta

import phonenumbers
import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.utils import timezone

from referrals import funnel
from referrals.models import Activation, InviteCode
from referrals.overview import charts
from users import demo
from users.limits import policy
from users.models import Counter, Limit, Session, User
from users.phones import parse_phone

pytestmark = pytest.mark.django_db
DOCUMENTATION = [
    ipaddress.ip_network(net) for net in ("203.0.113.0/24", "198.51.100.0/24", "2001:db8::/32")
]


@pytest.fixture(autouse=True)
def frozen(time_machine):
    """A fixed moment, so that the seed determines everything."""
    time_machine.move_to("2026-11-20T12:34:56Z", tick=False)


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("demo", "--force", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def made(db):
    return run("--users", "300")


def test_production_is_left_alone_unless_told(settings):
    with pytest.raises(CommandError, match="DEBUG is off"):
        call_command("demo")
    assert not User.objects.exists()
    settings.DEBUG = True
    call_command("demo", "--users", "20", stdout=io.StringIO())
    assert User.objects.count() == 20


def test_a_second_run_says_so_and_adds_nothing(made):
    counted = [model.objects.count() for model in (User, Session, Activation, Counter, Limit)]
    assert "nothing was added" in run()
    assert counted == [
        model.objects.count() for model in (User, Session, Activation, Counter, Limit)
    ]


def test_the_printed_password_opens_the_admin(made, client, settings):
    phone, password = made.partition("phone ")[2].split()[0:3:2]
    assert client.login(phone=phone, password=password)
    assert client.get("/admin/").status_code == 200


def test_the_person_with_most_invitees_logs_in_by_phone(made, anyone, sent_code):
    phone = made.split()[-1]
    anyone.request_code(phone)
    profile = anyone.use(anyone.confirm(phone, sent_code()).json()["access"]).profile().json()
    assert profile["invitees_count"] == len(profile["invitees"]) >= 5


def test_the_top_inviter_is_the_first_on_the_first_page_of_the_admin(made):
    cache.clear()
    assert charts.page()["inviters"][0].phone == made.split()[-1]


def test_links_were_opened_more_often_than_people_joined(made):
    cache.clear()
    steps = [int(step.value) for step in charts.page()["funnel"]]
    assert all(steps)
    assert steps[0] > steps[3]
    star = User.objects.get(phone=made.split()[-1])
    opened, asked, new, joined = funnel.of(star.invite_code.value)
    assert opened >= asked >= new == joined > 0


def test_phones_can_be_used_here_and_are_nobodys(made):
    for phone in User.objects.values_list("phone", flat=True):
        assert parse_phone(phone) == phone
        country, national = phone[:2], phone[-10:]
        assert (country, national[:3]) in {("+7", code) for code in demo.FREE_CODES} or (
            country == "+1" and national[3:8] == "55501"
        )
    regions = Tally(
        phonenumbers.region_code_for_number(phonenumbers.parse(phone))
        for phone in User.objects.values_list("phone", flat=True)
    )
    assert regions["RU"] > regions["US"] > 0


def test_addresses_are_those_of_documentation(made):
    for address in Session.objects.values_list("ip", flat=True):
        assert any(ipaddress.ip_address(address) in net for net in DOCUMENTATION), address


def test_the_counts_are_exact(made):
    out = io.StringIO()
    call_command("recount_activations", stdout=out)
    assert out.getvalue() == "0 counters mended.\n"
    assert InviteCode.objects.count() == User.objects.count()
    codes = dict(InviteCode.objects.values_list("owner", "value"))
    for inviter, code in Activation.objects.values_list("inviter", "code"):
        assert codes[inviter] == code


def test_about_half_came_by_a_code_and_a_few_invite_most(made):
    assert 0.4 < Activation.objects.count() / User.objects.count() < 0.6
    counts = sorted(InviteCode.objects.values_list("activations_count", flat=True), reverse=True)
    assert sum(counts[:10]) > sum(counts) / 3
    assert counts[150] == 0


def test_ids_are_in_the_order_in_which_people_came(made):
    by_id = list(User.objects.order_by("pk").values_list("date_joined", flat=True))
    assert by_id == sorted(by_id)


def test_nothing_happens_before_its_time(made):
    now = timezone.now()
    for user in User.objects.prefetch_related("sessions"):
        assert now - timedelta(days=60) <= user.date_joined < now
        times = sorted(session.created_at for session in user.sessions.all())
        assert (times[0], times[-1]) == (user.date_joined, user.last_login)
        for session in user.sessions.all():
            assert session.created_at <= session.last_used_at <= (session.ended_at or now) <= now
    for one in Activation.objects.select_related("invitee", "inviter"):
        assert now > one.activated_at > one.invitee.date_joined
        assert one.activated_at > one.inviter.date_joined


def test_the_history_grows_and_rests_at_night_and_at_weekends(made):
    joined = list(User.objects.values_list("date_joined", flat=True))
    middle = timezone.now() - timedelta(days=30)
    assert sum(moment > middle for moment in joined) > 1.5 * sum(
        moment < middle for moment in joined
    )
    hours = Tally((moment + timedelta(hours=3)).hour for moment in joined)
    assert sum(hours[hour] for hour in range(1, 6)) < sum(hours[hour] for hour in range(17, 21)) / 3
    days = Tally((moment + timedelta(hours=3)).weekday() for moment in joined)
    assert (days[5] + days[6]) / 2 < sum(days[day] for day in range(5)) / 5


def test_there_is_some_of_everything_for_staff_to_see(made):
    assert User.objects.filter(is_staff=True).count() == 1
    assert 0 < User.objects.filter(is_active=False).count() < 15
    assert 50 < User.objects.filter(first_name="").count() < 200
    mutual = [
        one
        for one in Activation.objects.select_related("inviter__activation")
        if getattr(one.inviter, "activation", None)
        and one.inviter.activation.inviter_id == one.invitee_id
    ]
    assert mutual
    assert len(set(Session.objects.values_list("user_agent", flat=True))) >= 5
    assert Session.objects.filter(ended_at=None).exists()
    assert Session.objects.exclude(ended_at=None).exists()
    escalated = [u for u in User.objects.all() if policy.LONG in policy.digits_for(u.phone)]
    assert len(escalated) == 3


def test_the_counters_fit_the_logins(made):
    sums = Tally()
    for counter in Counter.objects.all():
        sums[counter.kind] += counter.count
    logins = Session.objects.count()
    assert sums["logins"] == logins
    assert logins < sums["messages"] < 1.4 * logins
    assert 0 < sums["wrong-guesses"] < logins / 2
    assert set(sums) == {"logins", "messages", "codes-asked", "links-opened", "wrong-guesses"}


def test_the_same_seed_makes_the_same_history():
    def history():
        return [
            list(User.objects.order_by("pk").values_list("phone", "first_name", "is_active")),
            list(InviteCode.objects.order_by("owner").values_list("value", "activations_count")),
            list(Session.objects.order_by("created_at").values_list("ip", "user_agent")),
        ]

    run("--seed", "3", "--users", "100")
    first = history()
    User.objects.all().delete()
    Counter.objects.all().delete()
    run("--seed", "3", "--users", "100")
    assert history() == first
    User.objects.all().delete()
    run("--seed", "4", "--users", "100")
    assert history() != first


def test_it_takes_little_time_and_few_statements(django_assert_max_num_queries):
    began = time.process_time()
    with django_assert_max_num_queries(60):
        run()
    assert time.process_time() - began < 10
