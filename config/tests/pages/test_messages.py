"""The catalogues match the sources, and mismatches are found."""

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


def translate(app):
    catalog = messages.renewed(app)
    for message in catalog:
        if message.id:
            first = message.id if isinstance(message.id, str) else message.id[0]
            message.string = RUSSIAN[first]
    messages.catalogue_of(app).write_bytes(messages.as_po(catalog))


@pytest.fixture
def app(tmp_path):
    """A small app whose catalogue is complete."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "shop.py").write_text(SOURCE)
    (tmp_path / "templates" / "page.html").write_text(TEMPLATE)
    (tmp_path / "tests" / "test_shop.py").write_text("_('Never seen')")
    messages.main([], [tmp_path])
    translate(tmp_path)
    messages.main([], [tmp_path])
    return tmp_path


def check(app, capsys) -> str:
    capsys.readouterr()
    found = messages.main(["--check"], [app])
    said = capsys.readouterr().out
    assert bool(found) == bool(said)
    return said


def change(app, before: str, after: str) -> None:
    path = messages.catalogue_of(app)
    assert before in path.read_text()
    path.write_text(path.read_text().replace(before, after, 1))


@pytest.mark.parametrize("name", messages.APPS)
def test_the_catalogues_of_the_product_are_up_to_date(name, capsys):
    assert check(messages.ROOT / name, capsys) == ""


def test_python_and_templates_are_read_and_tests_are_not(app):
    texts = messages.catalogue_of(app).read_text()
    for text in RUSSIAN:
        assert f'msgid "{text}"' in texts
    assert 'msgctxt "of a person"' in texts
    assert "Never seen" not in texts


def test_a_complete_catalogue_passes_and_speaks(app, capsys):
    assert check(app, capsys) == ""
    with messages.catalogue_of(app).with_suffix(".mo").open("rb") as file:
        russian = gettext.GNUTranslations(file)
    assert russian.gettext("Good day") == "Добрый день"
    counted = [russian.ngettext("%(n)d friend", "%(n)d friends", n) % {"n": n} for n in (1, 3, 5)]
    assert counted == ["1 друг", "3 друга", "5 друзей"]


def test_making_them_again_changes_nothing(app):
    before = [file.read_bytes() for file in sorted(messages.catalogue_of(app).parent.iterdir())]
    messages.main([], [app])
    assert len(before) == 2
    assert before == [
        file.read_bytes() for file in sorted(messages.catalogue_of(app).parent.iterdir())
    ]


def test_a_new_text_is_missing_until_it_is_translated(app, capsys):
    (app / "new.py").write_text("_('Something new')")
    assert "stale" in check(app, capsys)
    messages.main([], [app])
    assert "not translated: 'Something new'" in check(app, capsys)
    change(app, 'msgid "Something new"\nmsgstr ""', 'msgid "Something new"\nmsgstr "Новое"')
    messages.main([], [app])
    assert check(app, capsys) == ""


def test_a_text_that_is_gone_is_stale_and_then_dropped(app, capsys):
    (app / "templates" / "page.html").unlink()
    assert "stale" in check(app, capsys)
    messages.main([], [app])
    assert "Log out" not in messages.catalogue_of(app).read_text()
    assert check(app, capsys) == ""


def test_an_obsolete_entry_is_refused(app, capsys):
    path = messages.catalogue_of(app)
    path.write_text(path.read_text() + '\n#~ msgid "Once"\n#~ msgstr "Когда-то"\n')
    assert "stale" in check(app, capsys)


def test_a_fuzzy_entry_is_refused(app, capsys):
    change(app, 'msgid "Good day"', '#, fuzzy\nmsgid "Good day"')
    assert "fuzzy: 'Good day'" in check(app, capsys)


def test_a_missing_plural_form_is_refused(app, capsys):
    change(app, 'msgstr[2] "%(n)d друзей"', 'msgstr[2] ""')
    assert "not translated: ('%(n)d friend', '%(n)d friends')" in check(app, capsys)


def test_a_placeholder_that_does_not_exist_is_refused(app, capsys):
    change(app, 'msgstr[2] "%(n)d друзей"', 'msgstr[2] "%(m)d друзей"')
    assert "%(n)d friend" in check(app, capsys)


def test_a_compiled_catalogue_that_is_older_is_refused(app, capsys):
    change(app, "Добрый день", "Здравствуйте")
    said = check(app, capsys)
    assert "django.mo: stale" in said
    assert "django.po: stale" not in said


def test_a_compiled_catalogue_that_is_missing_is_refused(app, capsys):
    messages.catalogue_of(app).with_suffix(".mo").unlink()
    assert "django.mo: stale" in check(app, capsys)


def test_a_catalogue_left_in_the_middle_of_a_merge_is_refused(app):
    change(app, 'msgid "Good day"', '<<<<<<< HEAD\nmsgid "Good day"')
    with pytest.raises(PoFileError):
        messages.main([], [app])
