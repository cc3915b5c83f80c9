"""The pages for login and sessions, and the files that go with every page."""

from django.urls import path

from users.pages import site, views

urlpatterns = [
    path("", views.phone, name="phone"),
    path("code/", views.code, name="code"),
    path("code/resend/", views.resend, name="resend"),
    path("language/", views.switch_language, name="set_language"),
    path("profile/logout/", views.log_out, name="log_out"),
    path("profile/sessions/end-others/", views.end_other_sessions, name="end_other_sessions"),
    path("profile/sessions/<uuid:pk>/end/", views.end_session, name="end_session"),
    path("favicon.ico", site.favicon, name="favicon"),
    path("apple-touch-icon.png", site.touch_icon, name="touch_icon"),
    path("icon-<int:size>.png", site.icon, name="icon"),
    path("preview-<str:language>.png", site.preview, name="preview"),
    path("site.webmanifest", site.manifest, name="manifest"),
]
