"""Ids in addresses."""

from django.urls import register_converter
from django.urls.converters import UUIDConverter


class Id(UUIDConverter):
    """A UUID in small letters or capitals, in which Swift writes it."""

    regex = f"(?i:{UUIDConverter.regex})"


register_converter(Id, "id")
