"""The forms of the admin's pages on users."""

from typing import Any, ClassVar

from django.contrib.auth.forms import UserChangeForm
from django.forms import ModelForm
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.forms import UserCreationForm

from users.models import User


class UserForm(UserChangeForm):  # type: ignore[type-arg]
    """What staff may change; the password has a page of its own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if phone := self.fields.get("phone"):
            phone.show_hidden_initial = (
                True  # else saving would undo a change that the user made meanwhile
            )
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
    """A new user without a password, which only superusers may set."""

    class Meta:
        model = User
        fields = ("phone",)

    def save(self, commit: bool = True) -> Any:
        self.instance.set_unusable_password()
        return super().save(commit)
