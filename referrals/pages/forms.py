"""What the pages of the profile take."""

from django import forms

from users.models import User


class NamesForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a user may change about themselves."""

    class Meta:
        model = User
        fields = ("first_name", "last_name", "email")


class InviteCodeForm(forms.Form):
    """Somebody else's code, however it is written."""

    invite_code = forms.CharField(max_length=32)


class DeletionForm(forms.Form):
    """The account goes only when this was ticked."""

    confirmed = forms.BooleanField()
