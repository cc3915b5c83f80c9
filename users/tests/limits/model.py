"""A plain model of challenges and limits: numbers and lists, no database.

Each call returns what the caller should be told, and keeps what should be stored.
"""

from users.tests.limits.plain_limits import DAY, FAILURES, HOUR, RATES, Failures, Hours, Rate

PLACES = {  # address: network, site
    "192.0.2.1": ("192.0.2.1", ""),
    "192.0.2.2": ("192.0.2.2", ""),
    "2001:db8:1:1::1": ("2001:db8:1:1::/64", "2001:db8:1::/48"),
    "2001:db8:1:2::1": ("2001:db8:1:2::/64", "2001:db8:1::/48"),
}


class Opened:
    """A challenge."""

    code, ticket = "", None

    def __init__(self, phone, home, digits, known, now):
        self.phone, self.home, self.digits, self.known = phone, home, digits, known
        self.opened, self.sent, self.ends = now, now, now + 310
        self.left, self.charged = {"ticket": 3, "network": 3}, {"ticket": 0, "network": 0}

    @property
    def row(self):
        """The challenge as stored in the database."""
        doors = [self.left["ticket"], self.charged["ticket"]]
        doors += [self.left["network"], self.charged["network"]]
        return (self.digits, self.known, self.opened, self.sent, self.ends, *doors)


class Model:
    """Phones, places, challenges and counters."""

    def __init__(self, now, alarm, budget):
        self.now, self.alarm_ends, self.guesses = now, None, Hours(*alarm)
        self.budget, self.strangers = Hours(budget, 1e9), Hours(budget * 7 // 10, 1e9)
        self.limits, self.challenges, self.logins = {}, [], []
        self.banned = set()

    def limit(self, kind, who):
        new = Rate(*RATES[kind]) if kind in RATES else Failures(FAILURES[kind])
        return self.limits.setdefault((kind, who), new)

    def charged(self, kind, phone, place, known):
        """The limits that a message or a guess is charged to."""
        network, site = PLACES[place]
        names = [("network", network), ("phone-known" if known else "phone", phone)]
        if site and not known:
            names.append(("site", site))
        return [self.limit(f"{kind}-{what}", who) for what, who in names]

    def is_known(self, phone, place):
        ages = [self.now - at for who, where, at in self.logins if (who, where) == (phone, place)]
        return any(DAY <= age < 90 * DAY for age in ages)

    def behind(self, phone, place, ticket):
        """The living challenge for this input."""
        for one in self.challenges:
            door = one.ticket == ticket if ticket else one.home == place
            if one.phone == phone and door and self.now < one.ends:
                return one
        return None

    def alarm_on(self):
        if self.alarm_ends is None:
            return False
        if self.now >= self.alarm_ends:
            self.alarm_ends = None if self.guesses.room(self.now) else self.now + HOUR
        return self.alarm_ends is not None

    def ask(self, phone, place, ticket, fault):
        one, door = self.behind(phone, place, ticket), "ticket" if ticket else "network"
        if ticket and not one:
            return "invalid_code"
        known = one.known if one else self.is_known(phone, place)
        guesses = self.charged("guesses", phone, place, known)
        alarmed = not known and self.alarm_on()
        digits = 8 if alarmed or any(limit.full(self.now) for limit in guesses) else 4
        new = one is None or one.digits < digits
        if not new and one.left[door] and self.now < one.sent + 60:
            return "code_recently_sent"
        limits = self.charged("messages", phone, place, known)
        if any(limit.full(self.now) for limit in limits) or not self.take_budget(known):
            return "too_many_codes"
        if new and one and fault != "charging":
            self.challenges.remove(one)
        if fault in ("charging", "gateway"):
            self.give_budget_back(known)
            return "database" if fault == "charging" else "sms_unavailable"
        for limit in limits:
            limit.charge(self.now)
        if new:
            one = Opened(phone, one.home if one else place, digits, known, self.now)
            self.challenges.append(one)
        else:
            one.sent, one.ends, one.left[door] = self.now, self.now + 310, 3
        return "database" if fault == "undoing" else "sent"

    def take_budget(self, known):
        if not known and not self.strangers.take(self.now):
            return False
        taken = self.budget.take(self.now)
        if not known and not taken:
            self.strangers.give_back(self.now, 1, self.now)
        return taken

    def give_budget_back(self, known):
        for hours in [self.budget] if known else [self.budget, self.strangers]:
            hours.give_back(self.now, 1, self.now)

    def enter(self, phone, place, ticket, code, fault):
        one, door = self.behind(phone, place, ticket), "ticket" if ticket else "network"
        if not one or len(code) != one.digits:
            return "invalid_code"
        short = one.digits == 4
        counted = short and not one.known
        if not one.left[door] or (counted and not self.take_guess()):
            return "too_many_attempts"
        limits = self.charged("guesses", phone, place, one.known) if short else []
        if fault == "charging" or any(limit.full(self.now) for limit in limits):
            if counted:
                self.guesses.give_back(self.now, 1, self.now)
            return "database" if fault == "charging" else "too_many_attempts"
        for limit in limits:
            limit.charge(self.now, wrong=code != one.code)
        one.left[door] -= 1
        one.charged[door] += 1
        if code != one.code or phone in self.banned:
            return "invalid_code"
        return self.log_in(one, door, place, limits, fault)

    def log_in(self, one, door, place, limits, fault):
        counted = bool(limits) and not one.known
        if fault == "login":
            one.left[door] += 1
            one.charged[door] -= 1
            self.refund(one, limits, 1, counted)
            return "database"
        self.challenges.remove(one)
        self.logins.append((one.phone, place, self.now))
        if fault != "refunding":
            self.refund(one, limits, one.charged[door], counted)
        return "login"

    def take_guess(self):
        if self.alarm_on():
            return False
        taken = self.guesses.take(self.now)
        if not taken:
            self.alarm_ends = self.now + 72 * HOUR
        return taken

    def refund(self, one, limits, count, counted):
        for limit in limits:
            limit.refund(count)
        if counted:
            self.guesses.give_back(self.now, count, one.opened)

    def end_alarm(self):
        self.alarm_ends = None
        self.guesses = Hours(self.guesses.hourly, self.guesses.weekly)
