"""Limits and quotas as plain numbers for the model; times in seconds."""

import math

MINUTE, HOUR, DAY = 60, 3600, 86_400
RATES = {  # number at once, seconds for one more
    "messages-phone": (10, HOUR),
    "messages-phone-known": (10, HOUR),
    "messages-network": (20, MINUTE),
    "messages-site": (200, 6),
}
FAILURES = {
    "guesses-phone": 6,
    "guesses-phone-known": 6,
    "guesses-network": 30,
    "guesses-site": 300,
}


class Rate:
    """A number at once, then one per period."""

    def __init__(self, most, period):
        self.most, self.period, self.free_at = most, period, 0.0

    def used(self, now):
        return math.ceil(max(self.free_at - now, 0) / self.period)

    def full(self, now):
        return self.free_at > now + (self.most - 1) * self.period

    def charge(self, now):
        self.free_at = max(self.free_at, now) + self.period


class Failures:
    """A number of failures, forgotten a month after the last wrong one."""

    def __init__(self, most):
        self.most, self.count, self.ends = most, 0, 0.0

    def used(self, now):
        return self.count if now < self.ends else 0

    def full(self, now):
        return self.used(now) >= self.most

    def charge(self, now, *, wrong):
        if now >= self.ends or wrong:
            self.count, self.ends = self.used(now), now + 30 * DAY
        self.count += 1

    def refund(self, count):
        self.count = max(0, self.count - count)


class Hours:
    """A number per hour and per week; refunds are used first, in the same hour."""

    def __init__(self, hourly, weekly):
        self.hourly, self.weekly, self.leased, self.spare, self.hour = hourly, weekly, {}, 0, 0

    def room(self, now):
        hour = now // HOUR
        week = sum(count for at, count in self.leased.items() if hour - 168 <= at <= hour)
        return self.leased.get(hour, 0) < self.hourly and week < self.weekly

    def take(self, now):
        hour = now // HOUR
        if self.hour != hour and self.spare:
            self.leased[self.hour] -= self.spare
        if self.hour != hour:
            self.hour, self.spare = hour, 0
        if self.spare:
            self.spare -= 1
            return True
        room = self.room(now)
        if room:
            self.leased[hour] = self.leased.get(hour, 0) + 1
        return room

    def give_back(self, now, count, since):
        if since // HOUR == now // HOUR == self.hour:
            self.spare += count

    @property
    def used(self):
        return sum(self.leased.values()) - self.spare
