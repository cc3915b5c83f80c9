"""The pages for profile, invite link, help and privacy."""

from django.urls import path

from referrals.pages import about, account, invitation, invite, new_phone, people, sharing

urlpatterns = [
    path("profile/", invite.profile, name="profile"),
    path("profile/activate/", invite.activate, name="activate"),
    path("profile/qr/", sharing.qr, name="qr"),
    path("profile/qr.png", sharing.download, {"kind": "png"}, name="qr_png"),
    path("profile/qr.svg", sharing.download, {"kind": "svg"}, name="qr_svg"),
    path("profile/invitees/", people.invitees, name="own_invitees"),
    path("profile/settings/", account.show, name="settings"),
    path("profile/names/", account.change_names, name="change_names"),
    path("profile/delete/", account.delete, name="delete"),
    path("profile/phone/", new_phone.phone, name="new_phone"),
    path("profile/phone/code/", new_phone.code, name="new_phone_code"),
    path("profile/phone/code/resend/", new_phone.resend, name="resend_to_new_phone"),
    path("profile/invitation/accept/", invitation.accept, name="accept_invitation"),
    path("profile/invitation/dismiss/", invitation.dismiss, name="dismiss_invitation"),
    path("i/<str:code>", invitation.landing, name="invitation"),
    path("help/", about.help_page, name="help"),
    path("privacy/", about.privacy, name="privacy"),
]
