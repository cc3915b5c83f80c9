"""Counts events of the rules. It listens to them; the rules know nothing of metrics."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any

import phonenumbers
from django.dispatch import receiver
from prometheus_client import Counter

from config.metrics.registry import NAMESPACE, REGISTRY
from users.limits import policy
from users.limits.buckets import LIMITS, FailureLimit
from users.signals import listen, user_registered

Facts = dict[str, Any]


@dataclass(frozen=True)
class Label:
    """How an event's facts become a label; series of `known` values start at 0.

    Prometheus would miss the first increase of a series that starts at 1.
    """

    of: Callable[[Facts], str]
    known: tuple[str, ...] = ()


def _counter(name: str, text: str, *labels: str) -> Counter:
    return Counter(name, text, labels, namespace=NAMESPACE, registry=REGISTRY)


def count(event: str, name: str, text: str, *, amount: str = "", **labels: Label) -> None:
    """Count an event with labels made of its facts: by its fact `amount`, or else by 1."""
    counter = _counter(name, text, *labels)
    for values in product(*(label.known for label in labels.values())) if labels else ():
        counter.labels(*values)

    def add(**facts: Any) -> None:
        values = [label.of(facts) for label in labels.values()]
        (counter.labels(*values) if values else counter).inc(facts[amount] if amount else 1)

    listen(event, add)


def country(facts: Facts) -> str:
    """The phone's region code, such as `RU`."""
    return phonenumbers.region_code_for_number(phonenumbers.parse(facts["phone"])) or ""


def fact(name: str, *known: str) -> Label:
    """The fact itself; only for facts with few values."""
    return Label(lambda facts: str(facts[name]), known)


COUNTRY, GATEWAY = Label(country), fact("gateway")

count("code asked for", "codes_asked", "Codes that gateways were asked to send.", country=COUNTRY)
count(
    "code delivered",
    "codes_delivered",
    "Codes that a gateway took.",
    country=COUNTRY,
    gateway=GATEWAY,
)
count(
    "gateway failed",
    "codes_failed",
    "Messages that a gateway did not take; the next gateway is asked then.",
    country=COUNTRY,
    gateway=GATEWAY,
)
count("code used", "codes_used", "Codes that were entered right and used.", country=COUNTRY)
count(
    "delivery abandoned",
    "deliveries_abandoned",
    "Messages whose gateway took too long, so that nobody waited for it any more.",
)
count("wrong guess", "wrong_guesses", "Wrong codes that were compared.")
count(
    "codes escalated",
    "escalations",
    "Limits of failed attempts that were reached, so that codes have 8 digits.",
    limit=fact("kind", *(one.name for one in LIMITS.values() if isinstance(one, FailureLimit))),
)
count("guess alarm", "guess_alarms", "How often the guess alarm was raised.")
count(
    "sms budget half spent",
    "sms_budget_half_spent",
    "Hours in which half of an SMS budget was spent.",
    budget=fact("kind", policy.BUDGET.kind, policy.STRANGERS_BUDGET.kind),
)
count("login", "logins", "Logins by code.")
count(
    "session ended",
    "sessions_ended",
    "Sessions that ended before their time, by reason.",
    amount="count",
    reason=fact("reason", "refresh token replayed"),
)
count("invite code activated", "activations", "Invite codes that were activated.")
count(
    "request refused",
    "requests_refused",
    "Requests that the server refused before the application saw them.",
    status=fact("status"),
)

_new_users = _counter("new_users", "Phones that logged in for the first time.")


@receiver(user_registered)
def _count_new_user(**_facts: object) -> None:
    _new_users.inc()
