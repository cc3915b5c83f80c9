"""Users; `referrals` adds invite codes and invitees."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm

from users.admin import actions, timeline
from users.admin.buttons import Buttons
from users.admin.columns import moment, once, session_link, time_of
from users.admin.forms import NewPhoneForm, NewUserForm, UserForm
from users.admin.lists import SHOWN, BoundedAdmin, shown_and_all
from users.clients import Client
from users.errors import PhoneTaken
from users.limits import alarm, policy
from users.login.phone_change import change_by_staff
from users.models import Session, User
from users.sessions import bans

TIMES = ("logged_in", "joined")
COLOURS = {"banned": "danger", "staff": "info", "active": "success"}


class UserAdmin(DjangoUserAdmin, Buttons, BoundedAdmin):  # type: ignore[type-arg,misc]
    """Users, and what staff may change."""

    accusative = pgettext_lazy("accusative", "user")
    delete_selected_title = _("Delete selected users")

    form = UserForm
    add_form = NewUserForm
    change_password_form = AdminPasswordChangeForm
    list_display: tuple[str, ...] = ("number", "first_name", "last_name", "status", "joined")
    list_filter = ("is_active", "is_staff", "date_joined")
    filter_horizontal = ()
    sortable_by: ClassVar[tuple[str, ...]] = ("number", "joined")
    search_fields = ("phone",)
    search_help_text = _("Phone number or its beginning")
    ordering = ("-pk",)
    actions = (actions.ban, actions.unban, actions.end_sessions, actions.forget_guesses)
    readonly_fields: ClassVar[tuple[str, ...]] = (
        *TIMES,
        "history",
        "badge",
        "code_length",
        "live_sessions",
    )
    fieldsets: ClassVar[tuple[Any, ...]] = (
        (None, {"fields": ("phone", "first_name", "last_name", "email")}),
        (
            pgettext_lazy("heading", "Login"),
            {"fields": ("badge", "is_active", "code_length", "live_sessions", *TIMES)},
        ),
        (_("Timeline"), {"fields": ("history",)}),
        (
            pgettext_lazy("heading", "Staff"),
            {
                "classes": ("collapse",),
                "fields": ("password", "is_staff", "is_superuser", "groups", "user_permissions"),
            },
        ),
    )
    add_fieldsets = ((None, {"fields": ("phone", "usable_password", "password1", "password2")}),)

    class Media:
        css: ClassVar[dict[str, Any]] = {"all": ["admin/css/unusable_password_field.css"]}

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Only superusers may grant staff rights or change an account's phone."""
        rights = ("phone", "password", "is_staff", "is_superuser", "groups", "user_permissions")
        locked = () if request.user.is_superuser or obj is None else rights
        own = ("is_active",) if obj == request.user else ()  # nobody bans themselves
        return (*super().get_readonly_fields(request, obj), *locked, *own)

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        if obj is None and not request.user.is_superuser:
            return ((None, {"fields": ("phone",)}),)
        return super().get_fieldsets(request, obj)

    def get_form(
        self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if obj is None and not request.user.is_superuser:
            kwargs["form"] = NewPhoneForm
        return super().get_form(request, obj, change=change, **kwargs)

    def changeform_view(self, request: HttpRequest, *given: Any, **named: Any) -> Any:
        """A phone that was free when the form was validated may be taken when it is saved."""
        try:
            return super().changeform_view(request, *given, **named)
        except PhoneTaken as refusal:
            messages.error(request, refusal.detail)
            return HttpResponseRedirect(request.path)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Unticking “active” bans the user as the button does, and a new phone ends all sessions.

        Only changed fields are written: users may change their data while the page is open.
        """
        if not change:
            super().save_model(request, obj, form, change)
            return
        client, by, changed = Client.of(request.META), request.user.pk, set(form.changed_data)
        if "is_active" in changed:
            rule = bans.unban if obj.is_active else bans.ban
            rule(obj.pk, client, by=by)
        if "phone" in changed:
            change_by_staff(obj.pk, obj.phone, client, by=by)
        columns = {field.name for field in User._meta.concrete_fields}
        obj.save(update_fields=changed & columns - {"phone"})

    def user_change_password(self, request: HttpRequest, *given: Any, **named: Any) -> HttpResponse:
        """Only superusers may set passwords: one opens the admin once its user becomes staff."""
        if not request.user.is_superuser:
            raise PermissionDenied
        answer: HttpResponse = super().user_change_password(request, *given, **named)
        return answer

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Only superusers may change staff."""
        return self._within_reach(request, obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Only superusers may delete staff."""
        return self._within_reach(request, obj) and super().has_delete_permission(request, obj)

    def _within_reach(self, request: HttpRequest, user: User | None) -> bool:
        return user is None or not user.is_staff or bool(request.user.is_superuser)

    @display(description=_("status"), label=COLOURS)  # type: ignore[untyped-decorator]
    def status(self, user: User) -> tuple[str, Any]:
        if not user.is_active:
            return "banned", pgettext_lazy("user", "banned")
        if user.is_staff:
            return "staff", pgettext_lazy("user", "staff")
        return "active", pgettext_lazy("user", "active")

    @admin.display(description=_("status"))
    def badge(self, user: User) -> SafeString:
        """The status as a coloured label."""
        status, text = self.status(user)
        label = {"text": text, "variant": COLOURS[status]}
        return render_to_string("unfold/helpers/label.html", label)

    logged_in = time_of("last_login", _("last login"))
    joined = time_of("date_joined", _("date joined"))

    @admin.display(description=_("phone"), ordering="phone")
    def number(self, user: User) -> str:
        return str(user)

    @admin.display(description=_("next code"))
    @once
    def code_length(self, user: User) -> str:
        """How many digits the next code for this phone will have."""
        unknown, known = policy.digits_for(user.phone)
        if alarm.is_on(alarm.ends_at()):
            unknown = policy.LONG
        if unknown == known == policy.SHORT:
            return str(_("4 digits"))
        text = _("%(unknown)d digits from unknown networks, %(known)d from known ones")
        return text % {"unknown": unknown, "known": known}

    def events(self, user: User) -> Iterator[timeline.Event]:
        """The user's history."""
        return timeline.events_of(user)

    @admin.display(description=_("events"))
    @once
    def history(self, user: User) -> str:
        return timeline.shown(self.events(user))

    @admin.display(description=_("sessions"))
    @once
    def live_sessions(self, user: User) -> SafeString:
        """The newest live sessions, with a link to all."""
        live = Session.objects.live().filter(user=user)[:SHOWN]
        rows = [
            format_html("{}, {}", session_link(session), moment(session.last_used_at))
            for session in live
        ]
        return shown_and_all(
            rows, reverse("admin:users_session_changelist"), f"user__id__exact={user.pk}"
        )


admin.site.register(User, UserAdmin)
