"""Texts of DRF without suitable Russian; listed here, they get our translation."""

from django.utils.translation import gettext_noop as _

TEXTS = (
    _("Not found."),
    _("Authentication credentials were not provided."),
    _("You do not have permission to perform this action."),
    _('Method "{method}" not allowed.'),
    _('Unsupported media type "{media_type}" in request.'),
    _("Malformed request."),
    _("A server error occurred."),
    _("Request was throttled."),
    _("Expected available in {wait} second."),
    _("Expected available in {wait} seconds."),
    _("Invalid cursor"),
    _("Invalid page."),
    _("Not a valid string."),
    _("This field may not be null."),
    _("Must be a valid UUID."),
    _("Ensure this field has no more than {max_length} characters."),
)
