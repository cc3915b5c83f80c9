"""The dashboard's content: ranges, cards, bar charts, the funnel and a table."""

import json
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from referrals.overview import figures
from referrals.overview.figures import Counts, Day

RANGES = (7, 30, 90)
USUAL = 30
MOST_BARS = 30
BLUE, GREEN, ORANGE, GREY = "#3b82f6", "#10b981", "#f59e0b", "#94a3b8"
PALE = "66"  # opacity of unfinished days, in hexadecimal


@dataclass(frozen=True)
class Bars:
    """One figure's bars in a chart, with its legend."""

    name: str
    title: str
    color: str


@dataclass(frozen=True)
class Card:
    """A figure with its meaning, its change and a link to details."""

    title: str
    value: str
    note: str
    change: str = ""
    link: str = ""


@dataclass(frozen=True)
class Step:
    """One step of the funnel; `percent` is relative to the largest."""

    title: str
    value: str
    change: str
    percent: int


def page(asked: str = "") -> dict[str, Any]:
    """The template's context for the requested number of days, or the default."""
    number = next((days for days in RANGES if str(days) == asked), USUAL)
    days, before, sums = figures.days(number), figures.before(number), figures.sums(number)
    happened = [
        Bars("logins", _("Logins"), BLUE),
        Bars("new_users", _("New users"), GREEN),
        Bars("activations", _("Activations"), ORANGE),
    ]
    codes = [
        Bars("codes_sent", _("Codes sent"), GREY),
        Bars("logins", _("Codes used"), BLUE),
    ]
    return {
        "number": number,
        "ranges": RANGES,
        "cards": _cards(days, before, sums),
        "charts": [_chart(_("Per day"), days, happened), _chart(_("Codes"), days, codes)],
        "funnel": _funnel(_total(days), before),
        "inviters": sums.top_inviters,
        "days": days[::-1],
    }


def _cards(days: list[Day], before: Counts, sums: figures.Sums) -> list[Card]:
    total, today = _total(days), days[-1]
    return [
        *(
            Card(title, _grouped(now), _today(at), _change(now, then))
            for title, now, at, then in (
                (_("New users"), total.new_users, today.new_users, before.new_users),
                (_("Logins"), total.logins, today.logins, before.logins),
                (_("Activations"), total.activations, today.activations, before.activations),
            )
        ),
        Card(
            _("Joined by invite"),
            _percent(sums.came_by_code, total.new_users),
            _("%(part)s of %(whole)s new users")
            % {"part": _grouped(sums.came_by_code), "whole": _grouped(total.new_users)},
        ),
        Card(
            _("Codes used"),
            _percent(total.logins, total.codes_sent),
            _("%(part)s of %(whole)s sent")
            % {"part": _grouped(total.logins), "whole": _grouped(total.codes_sent)},
        ),
        Card(
            _("Numbers under attack"),
            _grouped(sums.escalated_phones),
            _("now get 8-digit codes"),
            link=reverse("admin:users_limit_changelist") + "?long=phones",
        ),
    ]


def _funnel(total: Counts, before: Counts) -> list[Step]:
    steps = [
        (_("Links opened"), total.links_opened, before.links_opened),
        (_("Codes asked for"), total.codes_asked, before.codes_asked),
        (_("New users"), total.new_users, before.new_users),
        (_("Activations"), total.activations, before.activations),
    ]
    most = max(now for _title, now, _then in steps) or 1
    return [
        Step(title, _grouped(now), _change(now, then), round(100 * now / most))
        for title, now, then in steps
    ]


def _chart(title: str, days: list[Day], bars: list[Bars]) -> dict[str, Any]:
    """A chart, with data for Chart.js; if there are many days, each bar covers several."""
    step = -(-len(days) // MOST_BARS)
    groups = [days[at : at + step] for at in range(0, len(days), step)]
    datasets = [
        {
            "label": one.title,
            "data": [sum(getattr(day, one.name) for day in group) for group in groups],
            "backgroundColor": [one.color] * (len(groups) - 1) + [one.color + PALE],
            "grouped": True,
            "borderRadius": 2,
            "barPercentage": 0.9,
            "categoryPercentage": 0.8,
            "maxBarThickness": 24,
            "displayYAxis": True,
            "maxTicksXLimit": 10,
        }
        for one in bars
    ]
    written = pgettext("a day, as Django's date filter writes it", "j M")
    labels = [date_format(group[0].date, written) for group in groups]
    data = json.dumps({"labels": labels, "datasets": datasets})
    return {"title": title, "bars": bars, "data": data, "step": step}


def _total(days: list[Day]) -> Counts:
    names = Counts.__dataclass_fields__
    return Counts(**{name: sum(getattr(day, name) for day in days) for name in names})


def _change(now: int, before: int) -> str:
    """The change in percent, with its sign; empty if there was nothing before."""
    if not before:
        return ""
    change = round(100 * (now - before) / before)
    sign = "+" if change > 0 else "−" if change < 0 else "±"
    return f"{sign}{_grouped(abs(change))} %"


def _today(count: int) -> str:
    return _("%(count)s today") % {"count": _grouped(count)}


def _grouped(count: int) -> str:
    return number_format(count, force_grouping=True)


def _percent(part: int, whole: int) -> str:
    return f"{number_format(100 * part / whole, decimal_pos=0)} %" if whole else "–"
