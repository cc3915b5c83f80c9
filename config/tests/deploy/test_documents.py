"""Everything that the documents mention exists: documents, files, tests, commands."""

import re
from pathlib import Path

import pytest

from tools.bench import tables
from tools.drill import report

ROOT = Path(__file__).resolve().parents[3]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
MADE_BY_HAND = {"deploy/.env", "deploy/tls/webroot"}  # when setting the product up
each_document = pytest.mark.parametrize(
    "document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT))
)


def anchors(document: Path) -> set[str]:
    """The anchors of a document's headings, as on GitHub."""
    text = re.sub(r"^```.*?^```", "", document.read_text(), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_both_readmes_are_documents():
    assert {ROOT / "README.md", ROOT / "README.ru.md"} < set(DOCUMENTS)


@each_document
def test_its_links_lead_somewhere(document):
    text = document.read_text()
    links = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'src(?:set)?="([^"]+)"', text)
    for link in links:
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = document.parent / path if path else document
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@each_document
def test_the_files_it_names_exist(document):
    named = r"(?<![\w./-])(?:users|referrals|config|tools|deploy|docs|\.ci)/[\w./-]*\w"
    for path in set(re.findall(named, document.read_text())) - MADE_BY_HAND:
        assert (ROOT / path).exists() or (document.parent / path).exists(), path


@each_document
def test_the_tests_it_names_exist(document):
    tests = list(ROOT.glob("*/tests/**/*.py"))
    functions = set(re.findall(r"def (test_\w+)", "\n".join(path.read_text() for path in tests)))
    files = {path.name for path in tests}
    for name in re.findall(r"`(?:[\w/]+/)?(test_\w+(?:\.py)?)`", document.read_text()):
        assert name in functions | files, name


@each_document
def test_the_commands_it_names_exist(document):
    text = document.read_text()
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:^    |`)(?:\w+=\S+ )?make ([\w-]+)", text, re.MULTILINE)) <= targets
    for module in re.findall(r"python -m (tools[\w.]*)", text):
        path = ROOT / module.replace(".", "/")
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), module


def test_every_decision_is_in_the_list():
    decisions = ROOT / "docs" / "decisions"
    listed = re.findall(r"\]\(([\w-]+\.md)\)", (decisions / "README.md").read_text())
    assert sorted([*listed, "README.md"]) == sorted(path.name for path in decisions.iterdir())


@pytest.mark.parametrize("document", tables.TABLES)
def test_its_figures_are_those_that_were_measured(document):
    assert (ROOT / document).read_text() == tables.renewed(document)


def test_the_table_of_drills_is_what_came_of_them():
    assert report.DOCUMENT.read_text() == report.renewed()
