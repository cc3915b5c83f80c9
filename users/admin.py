"""Users and their sessions for staff. One-time passwords are nowhere to be seen."""

from datetime import UTC, datetime
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from users import budgets, sessions
from users.addresses import client_address, network_of
from users.errors import TooMany
from users.models import Budget, Session, Tally, User

SHOWN = 20


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows that the rules write and staff only look at."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False


class LimitedLoginForm(AdminAuthenticationForm):
    """The admin's login form; a network has ten wrong passwords, and then one a minute."""

    def clean(self) -> dict[str, Any]:
        """Take one attempt before the password is looked at, and give it back if it was right."""
        network = network_of(client_address(self.request)) if self.request else ""
        if budgets.PASSWORDS.take(network):
            raise ValidationError(TooMany.default_detail, code=TooMany.default_code)
        cleaned: dict[str, Any] = super().clean()
        budgets.PASSWORDS.give_back(network)
        return cleaned


class NewUserForm(AdminUserCreationForm):  # type: ignore[type-arg]
    """A phone is enough; a password is for those who enter the admin."""

    class Meta:
        model = User
        fields = ("phone",)
        field_classes: ClassVar[dict[str, Any]] = {}


@admin.action(description=_("Ban"), permissions=["change"])
def ban(model_admin: Any, request: HttpRequest, users: QuerySet[User]) -> None:
    """Close all doors for these users, on their next call and for the sessions they have."""
    others = within_reach(request, users).exclude(phone=request.user.get_username())
    _end_sessions(request, others)
    _say(request, others.update(is_active=False))


@admin.action(description=_("Lift the ban"), permissions=["change"])
def unban(model_admin: Any, request: HttpRequest, users: QuerySet[User]) -> None:
    """Let these users in again."""
    _say(request, within_reach(request, users).update(is_active=True))


@admin.action(description=_("End all sessions"), permissions=["change"])
def end_sessions(model_admin: Any, request: HttpRequest, users: QuerySet[User]) -> None:
    """Log these users out of the API everywhere."""
    _say(request, _end_sessions(request, within_reach(request, users)))


@admin.action(description=_("Forget wrong guesses"), permissions=["change"])
def forget_guesses(model_admin: Any, request: HttpRequest, users: QuerySet[User]) -> None:
    """Let codes for these phones have 4 digits again."""
    for user in users:
        budgets.GUESSES_PER_PHONE.clear(user.phone)
    _say(request, len(users))


def within_reach(request: HttpRequest, users: QuerySet[User]) -> QuerySet[User]:
    """Those of `users` whom this person may change: other staff only if they are a superuser."""
    return users if request.user.is_superuser else users.filter(is_staff=False)


def _end_sessions(request: HttpRequest, users: QuerySet[User]) -> int:
    for user in users:
        theirs = Session.objects.filter(user=user)
        sessions.end(theirs, user.pk, client_address(request), "ended by staff")
    return len(users)


class UserAdmin(DjangoUserAdmin):  # type: ignore[type-arg]
    """Users by phone; `referrals` adds what it knows."""

    add_form = NewUserForm
    list_display: tuple[str, ...] = (
        "phone",
        "first_name",
        "last_name",
        "is_active",
        "is_staff",
        "date_joined",
    )
    list_filter = ("is_active", "is_staff", "date_joined")
    search_fields = ("phone",)
    search_help_text = _("A phone, or its beginning")
    ordering = ("-pk",)
    show_full_result_count = False
    list_per_page = 50
    actions = (ban, unban, end_sessions, forget_guesses)
    readonly_fields: ClassVar[tuple[str, ...]] = (
        "last_login",
        "date_joined",
        "code_length",
        "live_sessions",
    )
    fieldsets: ClassVar[tuple[Any, ...]] = (
        (None, {"fields": ("phone", "first_name", "last_name", "email")}),
        (_("Login"), {"fields": ("is_active", "code_length", "live_sessions", "last_login")}),
        (
            _("Staff"),
            {
                "classes": ("collapse",),
                "fields": ("password", "is_staff", "is_superuser", "groups", "user_permissions"),
            },
        ),
    )
    add_fieldsets = ((None, {"fields": ("phone", "usable_password", "password1", "password2")}),)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Who is no superuser makes nobody staff and moves no account to another phone."""
        rights = ("phone", "password", "is_staff", "is_superuser", "groups", "user_permissions")
        locked = () if request.user.is_superuser or obj is None else rights
        return (*super().get_readonly_fields(request, obj), *locked)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Staff are changed by superusers alone."""
        return self._within_reach(request, obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Staff are deleted by superusers alone."""
        return self._within_reach(request, obj) and super().has_delete_permission(request, obj)

    def _within_reach(self, request: HttpRequest, user: User | None) -> bool:
        return user is None or not user.is_staff or bool(request.user.is_superuser)

    @admin.display(description=_("next code"))
    def code_length(self, user: User) -> str:
        """How long the next code for this phone will be, and why."""
        if budgets.is_escalated(user.phone):
            return str(_("8 digits, after wrong guesses; “Forget wrong guesses” makes it 4 again"))
        return str(_("4 digits"))

    @admin.display(description=_("sessions"))
    def live_sessions(self, user: User) -> SafeString:
        """The newest live sessions, and the way to all."""
        rows = list(Session.objects.live().filter(user=user)[:SHOWN])
        return shown_and_all(
            rows, reverse("admin:users_session_changelist"), f"user__id__exact={user.pk}"
        )


@admin.register(Session)
class SessionAdmin(ReadOnlyAdmin):
    """Where users are logged in; deleting a session ends it."""

    list_display = ("user", "ip", "user_agent", "created_at", "last_used_at", "ended_at")
    list_select_related = ("user",)
    search_fields = ("user__phone",)
    ordering = ("-last_used_at",)


@admin.register(Budget)
class BudgetAdmin(ReadOnlyAdmin):
    """What is spent of sendings and guesses; deleting a row clears it. Rows name nobody."""

    list_display = ("kind", "key", "spent", "full")
    list_filter = ("kind",)
    search_fields = ("key",)
    search_help_text = _("A phone or an address, written in full")
    ordering = ("-full_at",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Budget], search_term: str
    ) -> tuple[QuerySet[Budget], bool]:
        """The rows of one phone or address."""
        text = search_term.strip()
        return (queryset.filter(key__in=budgets.keys_of(text)) if text else queryset), False

    @admin.display(description=_("forgotten at"), ordering="full_at")
    def full(self, budget: Budget) -> datetime:
        """When the row stops meaning anything."""
        return datetime.fromtimestamp(budget.full_at, UTC)


@admin.register(Tally)
class TallyAdmin(ReadOnlyAdmin):
    """How often codes were sent, guessed wrong and used in each hour, in the whole system.

    An hour of far too many wrong guesses makes all codes long for 7 days; deleting its row ends it.
    """

    list_display = ("hour", "kind", "count")
    list_filter = ("kind",)
    ordering = ("-hour", "kind")


def shown_and_all(rows: list[Any], url: str, query: str) -> SafeString:
    """A short list of `rows`, with a link to the page that has all of them."""
    shown = format_html_join("", "{}<br>", ((row,) for row in rows))
    return format_html('<div>{}<a href="{}?{}">{}</a></div>', shown, url, query, _("Show all"))


def _say(request: HttpRequest, count: int) -> None:
    text = ngettext("%(count)d user changed.", "%(count)d users changed.", count)
    messages.success(request, text % {"count": count})


admin.site.register(User, UserAdmin)
admin.site.login_form = LimitedLoginForm
