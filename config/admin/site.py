"""The admin site: its map, and the policy under which its scripts run."""

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

from referrals.overview import charts
from users.models import User

# What Alpine.js and unfold's own style attributes need, and only here. Everything is our own.
POLICY = {
    "script-src": [SELF, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
    "font-src": [SELF],
    "img-src": [SELF, "data:"],
    "connect-src": [SELF],
    "form-action": [SELF],
}


class Site(UnfoldAdminSite):
    """The admin of this product."""

    index_title = _("Overview")
    index_template = "referrals/overview.html"

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The figures, for those who may see users; for others the plain list of what they may."""
        figures = charts.page() if self._registry[User].has_view_permission(request) else None
        context = {**(extra_context or {}), "dashboard": figures}
        response: HttpResponse = super().index(request, context)
        return response

    def admin_view(self, view: Any, cacheable: bool = False) -> Callable[..., Any]:
        """A view for staff only, whose page may run what `POLICY` allows."""
        return csp_replace(POLICY)(super().admin_view(view, cacheable))

    @method_decorator(csp_replace(POLICY))
    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The login page, which stands outside of `admin_view`; it leads to the first page."""
        context = dict(extra_context or {})
        if REDIRECT_FIELD_NAME not in request.GET:
            context["app_path"] = f"{request.path}?{REDIRECT_FIELD_NAME}={_link('index')}"
        response: HttpResponse = super().login(request, context)
        return response


def indigo(request: HttpRequest) -> dict[str, str]:
    """The product's color, from light to dark; 600 stands on white and 500 on black."""
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
    """The address of the product's icon."""
    return static("users/icon.svg")


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The side bar: what each kind of staff may see."""
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
            "title": _("Safety"),
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
