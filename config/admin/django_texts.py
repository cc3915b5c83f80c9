"""Texts of Django's admin with unsuitable Russian; listed here, they get our translation.

Names of models are in the accusative where users/admin/sentences.py applies, else nominative.
"""

from django.utils.translation import gettext_noop as _

TEXTS = (
    _("active"),
    _("email address"),
    _("group"),
    _("groups"),
    _("staff status"),
    _("superuser status"),
    _("user permissions"),
    _("Authentication and Authorization"),
    _("Designates whether the user can log into this admin site."),
    _(
        "Designates whether this user should be treated as active. "
        "Unselect this instead of deleting accounts."
    ),
    _("Designates that this user has all permissions without explicitly assigning them."),
    _(
        "The groups this user belongs to. A user will get all permissions granted to each of "
        "their groups."
    ),
    _("Specific permissions for this user."),
    _("Password-based authentication"),
    _("Enabled"),
    _("Disabled"),
    _(
        "Please enter the correct %(username)s and password for a staff account. Note that both "
        "fields may be case-sensitive."
    ),
    _("The {name} “{obj}” was added successfully."),
    _("You may edit it again below."),
    _("The {name} “{obj}” was added successfully. You may add another {name} below."),
    _("The {name} “{obj}” was changed successfully."),
    _("The {name} “{obj}” was changed successfully. You may edit it again below."),
    _("The {name} “{obj}” was changed successfully. You may add another {name} below."),
    _("The %(name)s “%(obj)s” was deleted successfully."),
    _("%(name)s with ID “%(key)s” doesn’t exist. Perhaps it was deleted?"),
    _("Successfully deleted %(count)d %(items)s."),
    _("Cannot delete %(name)s"),
    _("Delete multiple objects"),
    _(
        'Are you sure you want to delete the %(object_name)s "%(escaped_object)s"? All of the '
        "following related items will be deleted:"
    ),
    _(
        "Are you sure you want to delete the selected %(objects_name)s? All of the following "
        "objects and their related items will be deleted:"
    ),
    _(
        "Deleting the %(object_name)s '%(escaped_object)s' would result in deleting related "
        "objects, but your account doesn't have permission to delete the following types of "
        "objects:"
    ),
    _(
        "Deleting the selected %(objects_name)s would result in deleting related objects, but "
        "your account doesn't have permission to delete the following types of objects:"
    ),
    _("Yes, I’m sure"),
    _("No, take me back"),
    _("Summary"),
    _("Save and add another"),
    _("Save and continue editing"),
    _("This object doesn’t have a change history. It probably wasn’t added via this admin site."),
    _("Your password was changed."),
    _(
        "Please enter your old password, for security’s sake, and then enter your new password "
        "twice so we can verify you typed it in correctly."
    ),
)
