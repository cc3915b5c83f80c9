"""What must go with a deleted user besides the rows that point to them."""

from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models.signals import post_delete
from django.dispatch import receiver

from users.models import User


@receiver(post_delete, sender=User)
def forget_phone(sender: type[User], instance: User, **kwargs: Any) -> None:
    """The admin's history names its objects; a deleted user's phone must not live on in it."""
    user_type = ContentType.objects.get_for_model(User)
    entries = LogEntry.objects.filter(content_type=user_type, object_id=str(instance.pk))
    entries.update(object_repr=f"#{instance.pk}")
