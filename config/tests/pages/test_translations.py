"""Our translations win over those of other packages with the same text."""

import re
from io import BytesIO
from pathlib import Path

import django
import pytest
import rest_framework
import unfold
from babel.messages.pofile import read_po
from django.utils import translation

from config.admin import django_texts, unfold_texts
from config.web import drf_texts
from tools import messages


def catalogue(app):
    return read_po(BytesIO(messages.catalogue_of(app).read_bytes()))


def shown(message):
    """Django's translation of the message, or of all its plural forms."""
    if isinstance(message.id, str):
        if message.context:
            return translation.pgettext(message.context, message.id)
        return translation.gettext(message.id)
    return [translation.ngettext(*message.id, n) for n in (1, 2, 5)]


@pytest.mark.parametrize("name", messages.APPS)
def test_no_other_catalogue_wins_over_ours(name):
    with translation.override("ru"):
        for message in catalogue(messages.ROOT / name):
            if not message.id:
                continue
            ours = message.string if isinstance(message.string, str) else list(message.string[:3])
            assert shown(message) == ours, message.id


def sources_of(package):
    """The package's code, templates and English catalogues, with each text on one line."""
    root = Path(package.__file__).parent
    kinds = ("*.py", "*.html", "locale/en/LC_MESSAGES/django.po")
    text = "".join(file.read_text() for kind in kinds for file in sorted(root.rglob(kind)))
    return re.sub(r'"\n\s*"', "", text).replace('\\"', '"')


@pytest.mark.parametrize(
    ("texts", "package"),
    [(django_texts.TEXTS, django), (drf_texts.TEXTS, rest_framework), (unfold_texts.TEXTS, unfold)],
)
def test_the_texts_we_replace_are_those_that_the_package_has(texts, package):
    sources = sources_of(package)
    ways = ('"{}"', "'{}'", "%}}{}{{%")  # in code, in tags, between tags
    assert [text for text in texts if not any(way.format(text) in sources for way in ways)] == []
