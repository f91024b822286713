"""What the pages say agrees with the code and the data; their links lead somewhere."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kit import lint, targets
from kit.paths import ROOT

PAGES = [ROOT / path for path in lint.files("*.md")]
WIDTH = 110
SEVERITIES = {
    "Errors": "error",
    "Warnings": "warn",
    "Information": "info",
    "Debugging": "debug",
}


def table(page: str, first: str) -> list[list[str]]:
    """The rows, as cells, of all tables of a page whose first column is called so."""
    found, wanted = [], False
    for line in (ROOT / page).read_text().splitlines():
        cells = [cell.strip(" `") for cell in line.strip("|").split("|")]
        if not line.startswith("|"):
            wanted = False
        elif wanted:
            found.append(cells)
        else:
            wanted = cells[0] == first
    return [cells for cells in found if set(cells[0]) != {"-"}]


def sources(*patterns: str) -> str:
    """The text of the hook's source files."""
    return "\n".join(
        path.read_text() for pattern in patterns for path in sorted((ROOT / "hook").glob(pattern))
    )


def messages() -> set[tuple[str, str]]:
    """All log messages, each with its severity."""
    text = sources("kea/*.cpp")
    logged = re.findall(r"LOG_(\w+)\(logger, (RUNSCRIPT_\w+)\)", text)
    notices = re.findall(r'Severity::(\w+), "(RUNSCRIPT_\w+)"', text)
    return {(severity.lower(), name) for severity, name in [*logged, *notices]}


def test_the_readme_lists_the_targets_and_what_was_seen_of_them() -> None:
    assert table("README.md", "target") == [
        [t.name, t.suite, t.track, t.arch, t.evidence] for t in targets.load().values()
    ]


def test_every_example_is_listed() -> None:
    listed = [row[0] for row in table("examples/README.md", "example")]
    folders = {path.parent.name for path in (ROOT / "examples").glob("*/README.md")}
    assert {re.sub(r"\[(.*)\]\(.*", r"\1", link) for link in listed} == folders
    assert len(listed) == len(folders)


def test_every_parameter_is_described_with_its_limits() -> None:
    config = sources("core/config*.cpp", "core/config_values.h")
    allowed = {row[0]: row[2] for row in table("docs/parameters.md", "parameter")}
    assert set(allowed) == {*re.findall(r'\{"([a-z-]+)", (?:any<)?parse_\w+', config), "scripts"}
    limits = {"timeout": "Timeout", "max-parallel": "Parallel", "queue-limit": "QueueLimit"}
    for parameter, constant in limits.items():
        (limit,) = re.findall(rf"kMax{constant} = ([\d']+);", config)
        assert allowed[parameter] == f"1 to {limit.replace(chr(39), '')}"


def test_every_message_is_described_under_its_severity() -> None:
    told, severity = set(), ""
    for line in (ROOT / "docs/messages.md").read_text().splitlines():
        if line.startswith("## "):
            severity = SEVERITIES[line.removeprefix("## ")]
        elif line.startswith("### "):
            told.add((severity, line.removeprefix("### ")))
    assert told == messages()


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        place = page.parent / path if path else page
        assert place.exists(), f"{link}: no such file"
        assert not anchor or anchor in anchors(place), f"{link}: no such heading"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_lines_fit(page: Path) -> None:
    lines = enumerate(page.read_text().splitlines(), 1)
    assert not [n for n, line in lines if len(line) > WIDTH and not line.startswith("|")]


def anchors(page: Path) -> Iterator[str]:
    """The names under which a page's headings can be linked to."""
    for heading in re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE):
        yield re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
