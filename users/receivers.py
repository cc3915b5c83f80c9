"""Cleans up after a deleted user, beyond the rows with a foreign key to it."""

from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models.signals import post_delete
from django.dispatch import receiver

from users import security
from users.models import User


@receiver(post_delete, sender=User)
def forget_phone(sender: type[User], instance: User, **kwargs: Any) -> None:
    """The admin's history names its objects: remove a deleted user's phone from it."""
    user_type = ContentType.objects.get_for_model(User)
    entries = LogEntry.objects.filter(content_type=user_type, object_id=str(instance.pk))
    entries.update(object_repr=f"#{instance.pk}")


@receiver(post_delete, sender=User)
def log_deletion(sender: type[User], instance: User, **kwargs: Any) -> None:
    security.log_after_commit("account deleted", user=instance.pk)
