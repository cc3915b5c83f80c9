"""The admin site: its navigation, and the policy its pages run under."""

from collections.abc import Callable
from typing import Any

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from referrals.overview import charts, protection
from users.errors import TooMany
from users.models import User
from users.pages.decorators import refused

# Alpine.js and unfold's style attributes need these, only here. Nothing comes from elsewhere.
POLICY = {
    "script-src": [SELF, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
    "font-src": [SELF],
    "img-src": [SELF, "data:"],
    "connect-src": [SELF],
    "form-action": [SELF],
}


class Site(UnfoldAdminSite):
    """The product's admin."""

    index_title = _("Overview")
    index_template = "referrals/overview.html"

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The dashboard for staff who may view users, the plain list of models for others."""
        user = request.user
        context = dict(extra_context or {})
        if self._registry[User].has_view_permission(request):
            context["dashboard"] = charts.page(request.GET.get("days", ""))
        if user.has_perm("users.view_counter"):
            context["protection"] = protection.state(may_end=user.has_perm("users.delete_limit"))
        response: HttpResponse = super().index(request, context)
        return response

    def admin_view(self, view: Any, cacheable: bool = False) -> Callable[..., Any]:
        """A view for staff only, under `POLICY`."""
        return csp_replace(POLICY)(super().admin_view(view, cacheable))

    @method_decorator(csp_replace(POLICY))
    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The login page, which `admin_view` doesn't cover; leads to the dashboard."""
        context = dict(extra_context or {})
        if REDIRECT_FIELD_NAME not in request.GET:
            context["app_path"] = f"{request.path}?{REDIRECT_FIELD_NAME}={_link('index')}"
        try:
            response: HttpResponse = super().login(request, context)
        except TooMany as refusal:
            response = refused(request, "users/admin/throttled.html", refusal)
        return response

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether the user is staff with a live session."""
        from users.admin.login import is_live  # noqa: PLC0415  # which needs the site

        return super().has_permission(request) and is_live(request)


def indigo(request: HttpRequest) -> dict[str, str]:
    """The product's colour, from light to dark; 600 is used on white, 500 on black."""
    return {
        "50": "#eef0fd",
        "100": "#dfe3fb",
        "200": "#c5ccf7",
        "300": "#a5b2ff",
        "400": "#8d9bf8",
        "500": "#7786f4",
        "600": "#3346c4",
        "700": "#2c3cab",
        "800": "#253290",
        "900": "#1f2a78",
        "950": "#151c52",
    }


def icon(request: HttpRequest) -> str:
    """The URL of the product's icon."""
    return static("users/icon.svg")


def style(request: HttpRequest) -> str:
    """The URL of our additions to unfold's styles."""
    return static("users/admin.css")


def script(request: HttpRequest) -> str:
    """The URL of the script that shows times in the reader's time zone."""
    return static("users/admin.js")


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The sidebar, limited to what the user may see."""
    return [
        {"items": [{"title": _("Overview"), "icon": "monitoring", "link": _link("index")}]},
        {
            "title": _("People"),
            "separator": True,
            "items": [
                _item(_("Users"), "group", "users.user"),
                _item(_("Invite codes"), "qr_code_2", "referrals.invitecode"),
                _item(_("Activations"), "handshake", "referrals.activation"),
            ],
        },
        {
            "title": _("Security"),
            "separator": True,
            "items": [
                _item(_("Sessions"), "devices", "users.session"),
                _item(_("Rate limits"), "speed", "users.limit"),
                _item(_("Counters"), "bar_chart", "users.counter"),
                _item(_("Staff roles"), "badge", "auth.group"),
            ],
        },
    ]


def _item(title: Any, icon: str, model: str) -> dict[str, Any]:
    app, name = model.split(".")

    def may_see(request: HttpRequest) -> bool:
        rights = (f"{app}.{right}_{name}" for right in ("view", "change"))
        return any(request.user.has_perm(right) for right in rights)

    link = _link(f"{app}_{name}_changelist")
    return {"title": title, "icon": icon, "link": link, "permission": may_see}


def _link(name: str) -> Any:
    return reverse_lazy(f"admin:{name}")
