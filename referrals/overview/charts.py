"""The dashboard as its page shows it: cards, two charts and a table."""

import json
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from referrals.overview import figures
from referrals.overview.figures import Day

BLUE, GREEN, ORANGE, GREY = "#3b82f6", "#10b981", "#f59e0b", "#94a3b8"


@dataclass(frozen=True)
class Line:
    """One line or row of bars in a chart, and its place in the legend."""

    title: str
    color: str
    values: list[int]


@dataclass(frozen=True)
class Card:
    """One figure, what it means, and where there is more."""

    title: str
    value: str
    note: str
    link: str = ""


def page() -> dict[str, Any]:
    """What the template needs."""
    days = figures.days()
    sums = figures.sums()
    happened = [
        Line(_("Logins"), BLUE, [day.logins for day in days]),
        Line(_("New users"), GREEN, [day.new_users for day in days]),
        Line(_("Activations"), ORANGE, [day.activations for day in days]),
    ]
    codes = [
        Line(_("Codes sent"), GREY, [day.codes_sent for day in days]),
        Line(_("Codes used"), BLUE, [day.logins for day in days]),
    ]
    return {
        "cards": _cards(days, sums),
        "charts": [
            _chart(_("Per day"), days, happened),
            _chart(_("Codes"), days, codes),
        ],
        "inviters": sums.top_inviters,
        "days": days[::-1],
    }


def _cards(days: list[Day], sums: figures.Sums) -> list[Card]:
    new_users = sum(day.new_users for day in days)
    logins, sent = sum(day.logins for day in days), sum(day.codes_sent for day in days)
    long_codes = reverse("admin:users_limit_changelist") + "?long=phones"
    return [
        Card(_("New users"), _grouped(new_users), _today(days[-1].new_users)),
        Card(_("Logins"), _grouped(logins), _today(days[-1].logins)),
        Card(
            _("Came by an invite code"),
            _percent(sums.came_by_code, new_users),
            _("%(part)s of %(whole)s new users")
            % {"part": _grouped(sums.came_by_code), "whole": _grouped(new_users)},
        ),
        Card(
            _("Codes used"),
            _percent(logins, sent),
            _("%(part)s of %(whole)s sent") % {"part": _grouped(logins), "whole": _grouped(sent)},
        ),
        Card(
            _("Phones guessed at"),
            _grouped(sums.escalated_phones),
            _("now get 8-digit codes"),
            long_codes,
        ),
    ]


def _chart(title: str, days: list[Day], lines: list[Line]) -> dict[str, Any]:
    """A chart with its data as Chart.js reads it."""
    datasets = [
        {
            "label": line.title,
            "data": line.values,
            "borderColor": line.color,
            "backgroundColor": line.color,
            "displayYAxis": True,
            "maxTicksXLimit": 10,
            "tension": 0.3,
        }
        for line in lines
    ]
    labels = [date_format(day.date, "j M") for day in days]
    data = json.dumps({"labels": labels, "datasets": datasets})
    return {"title": title, "lines": lines, "data": data}


def _today(count: int) -> str:
    return _("%(count)s today") % {"count": _grouped(count)}


def _grouped(count: int) -> str:
    return number_format(count, force_grouping=True)


def _percent(part: int, whole: int) -> str:
    return f"{number_format(100 * part / whole, decimal_pos=0)} %" if whole else "–"
