"""Updates the Russian catalogues from the sources, with Babel instead of GNU gettext.

python -m tools.messages            update them: keeps translations, reports missing ones
python -m tools.messages --check    report what is stale, missing or wrong, and fail
"""

import sys
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, cast

from babel.messages import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
APPS = ("config", "referrals", "users")
TEMPLATES = (".html", ".txt")
SKIPPED = {"tests", "migrations", "locale", "static", "__pycache__"}
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# Django's own plural forms: with fewer, Django would not merge the catalogue into its own.
HEADER = (
    "Language: ru\n"
    "MIME-Version: 1.0\n"
    "Content-Type: text/plain; charset=UTF-8\n"
    "Content-Transfer-Encoding: 8bit\n"
    "Plural-Forms: nplurals=4; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 &&"
    " (n%100<12 || n%100>14) ? 1 : n%10==0 || (n%10>=5 && n%10<=9) || (n%100>=11 && n%100<=14)?"
    " 2 : 3);\n"
)

HEAD = b'msgid ""\nmsgstr ""\n' + b"".join(
    b'"' + line.encode() + b'\\n"\n' for line in HEADER.splitlines()
)


def catalogue_of(app: Path) -> Path:
    """The path of the app's Russian catalogue."""
    return app / "locale" / "ru" / "LC_MESSAGES" / "django.po"


def sources(app: Path) -> Iterator[Path]:
    """The files that may contain messages, in order."""
    for path in sorted(app.rglob("*")):
        if path.suffix in (".py", *TEMPLATES) and not SKIPPED & set(path.relative_to(app).parts):
            yield path


def extracted(app: Path) -> Catalog:
    """All messages in the app's sources, in order."""
    catalog = Catalog(locale="ru")
    for path in sources(app):
        text = path.read_text()
        if path.suffix in TEMPLATES:
            # Calls amid filler, which is valid Python once nothing is indented.
            text = "\n".join(line.lstrip() for line in templatize(text).splitlines())
        for _, message, _, context in extract("python", BytesIO(text.encode()), KEYWORDS):
            catalog.add(message, context=context)
    return catalog


def renewed(app: Path) -> Catalog:
    """The app's messages with existing translations; new ones are empty."""
    path = catalogue_of(app)
    written = path.read_bytes() if path.exists() else b"# Russian texts.\n" + HEAD
    catalog = read_po(BytesIO(written), abort_invalid=True)
    catalog.update(extracted(app), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    return catalog


def is_translated(message: Message) -> bool:
    """Whether all forms of the message are translated."""
    texts = [message.string] if isinstance(message.string, str) else message.string or [""]
    return bool(message.id) and all(texts)


def as_po(catalog: Catalog) -> bytes:
    """The catalogue for translators, without dates and line numbers, which only cause diffs."""
    out = BytesIO()
    write_po(out, catalog, width=100, omit_header=True, no_location=True)
    comment = str(catalog.header_comment).encode()
    return comment + b"\n" + HEAD + b"\n" + out.getvalue().strip() + b"\n"


def as_mo(catalog: Catalog) -> bytes:
    """The compiled catalogue for the server."""

    class WithOurHeader(list[Message]):
        charset = "utf-8"

    out = BytesIO()
    messages = WithOurHeader([Message("", HEADER), *filter(is_translated, catalog)])
    write_mo(out, cast("Catalog", messages))
    return out.getvalue()


def write(app: Path) -> None:
    """Update the app's files."""
    path, catalog = catalogue_of(app), renewed(app)
    if path.exists() or len(catalog):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(as_po(catalog))
        path.with_suffix(".mo").write_bytes(as_mo(catalog))


def stale(app: Path) -> Iterator[str]:
    """Which of the app's files is out of date."""
    path, catalog = catalogue_of(app), renewed(app)
    if not (path.exists() or len(catalog)):
        return
    for file, right in ((path, as_po(catalog)), (path.with_suffix(".mo"), as_mo(catalog))):
        if not file.exists() or file.read_bytes() != right:
            yield f"{file}: stale; run make messages"


def wrong(app: Path) -> Iterator[str]:
    """Messages that need a translator."""
    catalog = renewed(app)
    for message in catalog:
        if message.id and not is_translated(message):
            yield f"{catalogue_of(app)}: not translated: {message.id!r}"
        if message.id and message.fuzzy:
            yield f"{catalogue_of(app)}: fuzzy: {message.id!r}"
    for message, errors in catalog.check():
        for error in errors:
            yield f"{catalogue_of(app)}: {error}: {message.id!r}"


def main(arguments: list[str], apps: Iterable[Path]) -> int:
    """Exit with 1 if a check found something."""
    check, found = arguments == ["--check"], []
    for app in apps:
        if not check:
            write(app)
        found += [*stale(app), *wrong(app)]
    print(*found, sep="\n", end="\n" if found else "")
    return int(check and bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], [ROOT / name for name in APPS]))
