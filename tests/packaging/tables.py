"""Tables of docs/upgrades.md: commands, and our package that comes early, late or never."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from kit.paths import ROOT
from tests.packaging import moves
from tests.packaging.moves import Seen

PAGE = ROOT / "docs" / "upgrades.md"
WRITE = os.environ.get("RUNSCRIPT_UPGRADES") == "write"
"""Whether the page is to be written anew."""

SHIFTS = {"early": ("hook", "kea"), "late": ("kea", "hook")}
"""What comes first, and what comes then; `never` is how `late` begins."""


@dataclass(frozen=True)
class Row:
    """A command of a table.

    name: as the page has it.
    script: what is run.
    ends: what it does in the end, when the packages of both are there.
    begin: what leads to where it is run.
    came: the components that bring the packages of both.
    """

    name: str
    script: str
    ends: str
    begin: str
    came: Mapping[str, str] = field(hash=False)


@dataclass(frozen=True)
class Table:
    """What was seen with one package manager.

    cells: for each row and shift what there was before the first command, and after each.
    """

    name: str
    cells: Mapping[tuple[Row, str], list[Seen]]

    def words(self, row: Row, shift: str) -> list[str]:
        """What the commands did one after another."""
        seen = self.cells[row, shift]
        return [after.after(before) for before, after in pairwise(seen)]

    def markdown(self) -> str:
        """The table as the page has it."""
        lines = ["| command | early | late | never |", "| --- | --- | --- | --- |"]
        for row in dict.fromkeys(row for row, _ in self.cells):
            early, late = self.words(row, "early"), self.words(row, "late")
            lines.append(f"| {row.name} | {_told(early)} | {_told(late)} | {late[0]} |")
        return "\n".join(lines) + "\n"

    def on_the_page(self) -> str:
        """The table that the page has; if so wished, after having been written anew."""
        begin, end = f"<!-- seen: {self.name} -->\n", "<!-- end of what was seen -->\n"
        before, _, rest = PAGE.read_text().partition(begin)
        written, _, after = rest.partition(end)
        if WRITE:
            written = self.markdown()
            PAGE.write_text(before + begin + written + end + after)
        return written


def fill(name: str, rows: Iterable[Iterable[Row]], machine: Callable) -> Table:
    """Run all commands.

    rows: those that leave everything as it is, and that begin alike, can share a room.
    machine: runs a shell script in a room, see moves.run(); there `arrive COMPONENT...` makes
        packages known.
    """
    return Table(name, dict(cell for group in rows for cell in _cells(list(group), machine)))


def _cells(group: list[Row], machine: Callable) -> Iterator[tuple[tuple[Row, str], list[Seen]]]:
    for shift, order in SHIFTS.items():
        steps = []
        for what in order:
            steps += [f"arrive {group[0].came[what]}", *(f"try '{row.script}'" for row in group)]
        before, *seen = moves.run(machine, group[0].begin, steps)
        for number, row in enumerate(group):
            yield (row, shift), [before, *seen[number :: len(group)]]


def _told(words: list[str]) -> str:
    """One after another, but not twice the same."""
    return ", then ".join(dict.fromkeys(words))
