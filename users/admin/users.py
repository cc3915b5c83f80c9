"""Users by phone; `referrals` adds what it knows."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.core.exceptions import PermissionDenied
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserCreationForm

from users.admin import actions
from users.admin.buttons import Buttons
from users.admin.lists import SHOWN, BoundedAdmin, shown_and_all
from users.clients import Client
from users.limits import alarm, policy
from users.models import Session, User
from users.sessions import bans

TIMES = ("last_login", "date_joined")


class UserForm(UserChangeForm):  # type: ignore[type-arg]
    """What staff may change; the password has a page of its own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if password := self.fields.get("password"):
            password.help_text = format_html(
                '<a class="text-primary-600 dark:text-primary-500" href="../password/">{}</a>',
                _("Set or change password"),
            )


class NewUserForm(UserCreationForm):
    """A phone is enough; only staff need a password."""

    class Meta:
        model = User
        fields = ("phone",)
        field_classes: ClassVar[dict[str, Any]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["usable_password"]
        choice.initial = "false"
        choice.help_text = _("Only staff need a password, to enter the admin. Users log in by SMS.")


class NewPhoneForm(ModelForm):  # type: ignore[type-arg]
    """A new user without a password: superusers alone set one."""

    class Meta:
        model = User
        fields = ("phone",)

    def save(self, commit: bool = True) -> Any:
        self.instance.set_unusable_password()
        return super().save(commit)


class UserAdmin(DjangoUserAdmin, Buttons, BoundedAdmin):  # type: ignore[type-arg,misc]
    """Users, and what staff may change."""

    accusative = pgettext_lazy("accusative", "user")
    delete_selected_title = _("Delete selected users")

    form = UserForm
    add_form = NewUserForm
    change_password_form = AdminPasswordChangeForm
    list_display: tuple[str, ...] = (
        "phone",
        "first_name",
        "last_name",
        "status",
        "date_joined",
    )
    list_filter = ("is_active", "is_staff", "date_joined")
    filter_horizontal = ()
    sortable_by: ClassVar[tuple[str, ...]] = ("phone", "date_joined")
    search_fields = ("phone",)
    search_help_text = _("Phone number or its beginning")
    ordering = ("-pk",)
    actions = (actions.ban, actions.unban, actions.end_sessions, actions.forget_guesses)
    readonly_fields: ClassVar[tuple[str, ...]] = (
        *TIMES,
        "code_length",
        "live_sessions",
    )
    fieldsets: ClassVar[tuple[Any, ...]] = (
        (None, {"fields": ("phone", "first_name", "last_name", "email")}),
        (
            pgettext_lazy("heading", "Login"),
            {"fields": ("is_active", "code_length", "live_sessions", *TIMES)},
        ),
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

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """The box “active” bans as the button does."""
        if change and "is_active" in form.changed_data:
            rule = bans.unban if obj.is_active else bans.ban
            rule(obj.pk, Client.of(request.META), by=request.user.pk)
        super().save_model(request, obj, form, change)

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

    @display(  # type: ignore[untyped-decorator]
        description=_("status"),
        label={"banned": "danger", "staff": "info", "active": "success"},
    )
    def status(self, user: User) -> tuple[str, Any]:
        if not user.is_active:
            return "banned", pgettext_lazy("user", "banned")
        if user.is_staff:
            return "staff", pgettext_lazy("user", "staff")
        return "active", pgettext_lazy("user", "active")

    @admin.display(description=_("next code"))
    def code_length(self, user: User) -> str:
        """How long the next code for this phone will be, and why."""
        unknown, known = policy.digits_for(user.phone)
        if alarm.is_on(alarm.ends_at()):
            unknown = policy.LONG
        if unknown == known == policy.SHORT:
            return str(_("4 digits"))
        text = _("%(unknown)d digits from unknown networks, %(known)d from known ones")
        return text % {"unknown": unknown, "known": known}

    @admin.display(description=_("sessions"))
    def live_sessions(self, user: User) -> SafeString:
        """The newest live sessions, with a link to all."""
        rows = list(Session.objects.live().filter(user=user)[:SHOWN])
        return shown_and_all(
            rows, reverse("admin:users_session_changelist"), f"user__id__exact={user.pk}"
        )


admin.site.register(User, UserAdmin)
