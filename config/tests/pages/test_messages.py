"""The catalogues fit the sources; and what doesn't is found."""

import gettext

import pytest
from babel.messages.pofile import PoFileError

from tools import messages

SOURCE = """
from django.utils.translation import gettext, gettext_lazy as _, ngettext, pgettext

GREETING = _("Good day")

def count(number):
    pgettext("of a person", "Name")
    return ngettext("%(n)d friend", "%(n)d friends", number) % {"n": number}
"""
TEMPLATE = """{% load i18n %}
<p>
        <a title="{% trans "Go on" %}">{% translate "Log out" %}</a>
    it's {{ n|default:_("none") }}
</p>
{% blocktranslate trimmed count n=n %}
    {{ n }} invitee
{% plural %}
    {{ n }} invitees
{% endblocktranslate %}"""
RUSSIAN = {
    "Good day": "Добрый день",
    "Name": "Имя",
    "%(n)d friend": ["%(n)d друг", "%(n)d друга", "%(n)d друзей", "%(n)d друга"],
    "Go on": "Дальше",
    "none": "нет",
    "Log out": "Выйти",
    "%(n)s invitee": ["%(n)s человек", "%(n)s человека", "%(n)s человек", "%(n)s человека"],
}


def translate(room):
    catalog = messages.renewed(room)
    for message in catalog:
        if message.id:
            first = message.id if isinstance(message.id, str) else message.id[0]
            message.string = RUSSIAN[first]
    messages.catalogue_of(room).write_bytes(messages.as_po(catalog))


@pytest.fixture
def room(tmp_path):
    """A small room whose catalogue is complete."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "shop.py").write_text(SOURCE)
    (tmp_path / "templates" / "page.html").write_text(TEMPLATE)
    (tmp_path / "tests" / "test_shop.py").write_text("_('Never seen')")
    messages.main([], [tmp_path])
    translate(tmp_path)
    messages.main([], [tmp_path])
    return tmp_path


def check(room, capsys) -> str:
    capsys.readouterr()
    found = messages.main(["--check"], [room])
    said = capsys.readouterr().out
    assert bool(found) == bool(said)
    return said


def change(room, before: str, after: str) -> None:
    path = messages.catalogue_of(room)
    assert before in path.read_text()
    path.write_text(path.read_text().replace(before, after, 1))


@pytest.mark.parametrize("name", messages.ROOMS)
def test_the_catalogues_of_the_product_are_up_to_date(name, capsys):
    assert check(messages.ROOT / name, capsys) == ""


def test_python_and_templates_are_read_and_tests_are_not(room):
    texts = messages.catalogue_of(room).read_text()
    for text in RUSSIAN:
        assert f'msgid "{text}"' in texts
    assert 'msgctxt "of a person"' in texts
    assert "Never seen" not in texts


def test_a_complete_catalogue_passes_and_speaks(room, capsys):
    assert check(room, capsys) == ""
    with messages.catalogue_of(room).with_suffix(".mo").open("rb") as file:
        russian = gettext.GNUTranslations(file)
    assert russian.gettext("Good day") == "Добрый день"
    counted = [russian.ngettext("%(n)d friend", "%(n)d friends", n) % {"n": n} for n in (1, 3, 5)]
    assert counted == ["1 друг", "3 друга", "5 друзей"]


def test_making_them_again_changes_nothing(room):
    before = [file.read_bytes() for file in sorted(messages.catalogue_of(room).parent.iterdir())]
    messages.main([], [room])
    assert len(before) == 2
    assert before == [
        file.read_bytes() for file in sorted(messages.catalogue_of(room).parent.iterdir())
    ]


def test_a_new_text_is_missing_until_it_is_translated(room, capsys):
    (room / "new.py").write_text("_('Something new')")
    assert "stale" in check(room, capsys)
    messages.main([], [room])
    assert "not translated: 'Something new'" in check(room, capsys)
    change(room, 'msgid "Something new"\nmsgstr ""', 'msgid "Something new"\nmsgstr "Новое"')
    messages.main([], [room])
    assert check(room, capsys) == ""


def test_a_text_that_is_gone_is_stale_and_then_dropped(room, capsys):
    (room / "templates" / "page.html").unlink()
    assert "stale" in check(room, capsys)
    messages.main([], [room])
    assert "Log out" not in messages.catalogue_of(room).read_text()
    assert check(room, capsys) == ""


def test_an_obsolete_entry_is_refused(room, capsys):
    path = messages.catalogue_of(room)
    path.write_text(path.read_text() + '\n#~ msgid "Once"\n#~ msgstr "Когда-то"\n')
    assert "stale" in check(room, capsys)


def test_a_fuzzy_entry_is_refused(room, capsys):
    change(room, 'msgid "Good day"', '#, fuzzy\nmsgid "Good day"')
    assert "fuzzy: 'Good day'" in check(room, capsys)


def test_a_missing_plural_form_is_refused(room, capsys):
    change(room, 'msgstr[2] "%(n)d друзей"', 'msgstr[2] ""')
    assert "not translated: ('%(n)d friend', '%(n)d friends')" in check(room, capsys)


def test_a_placeholder_that_does_not_exist_is_refused(room, capsys):
    change(room, 'msgstr[2] "%(n)d друзей"', 'msgstr[2] "%(m)d друзей"')
    assert "%(n)d friend" in check(room, capsys)


def test_a_compiled_catalogue_that_is_older_is_refused(room, capsys):
    change(room, "Добрый день", "Здравствуйте")
    said = check(room, capsys)
    assert "django.mo: stale" in said
    assert "django.po: stale" not in said


def test_a_compiled_catalogue_that_is_missing_is_refused(room, capsys):
    messages.catalogue_of(room).with_suffix(".mo").unlink()
    assert "django.mo: stale" in check(room, capsys)


def test_a_catalogue_left_in_the_middle_of_a_merge_is_refused(room):
    change(room, 'msgid "Good day"', '<<<<<<< HEAD\nmsgid "Good day"')
    with pytest.raises(PoFileError):
        messages.main([], [room])
