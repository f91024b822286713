"""What becomes of Kea and the hook when packages move, step by step in a room."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from kit.package import HOOK

# What a command can do; docs/upgrades.md says what each of them means for a person.
STAYS = "nothing moves"
STOPPED = "the hook refuses"
REFUSED = "refused"
TOGETHER = "both move"
WAITS = "Kea waits"
WITHOUT = "Kea moves, the hook goes"
GOES = "the hook goes"

TRY = """
try() { # COMMAND: does it, and tells what is there then, and was there when Kea was (re)started
    : >/asked
    ended=0
    sh -euc "$1" >/said 2>&1 </dev/null || ended=$?
    echo "== $ended"
    there
    echo "== asked"
    cat /asked
    echo "== said"
    cat /said
}
"""


@dataclass(frozen=True)
class Seen:
    """What there is after a command.

    ended: its exit status.
    installed: the versions of Kea's packages and the hook's, by name.
    starts: for each start or restart of a server the versions then, of Kea and of the hook; this
        one is "" where its library was missing.
    said: what a person reads.
    """

    ended: int
    installed: Mapping[str, str]
    starts: tuple[tuple[str, str], ...]
    said: str

    @property
    def safe(self) -> bool:
        """Whether each server that was started had a hook that it could load."""
        releases = ((kea.partition("-")[0], hook) for kea, hook in self.starts)
        return all(re.search(rf"kea{re.escape(kea)}[.~]", hook) for kea, hook in releases)

    def after(self, before: "Seen") -> str:
        """In a few words what the command did; all of it, where that is nothing of the above."""
        names = {*before.installed, *self.installed}
        moved = {n for n in names if before.installed.get(n) != self.installed.get(n)}
        if not moved and not self.starts:
            if self.ended == 0:
                return STAYS
            return STOPPED if f"{HOOK} is not removed" in self.said else REFUSED
        if HOOK in self.installed and moved in (names, set()) and self.starts:
            return TOGETHER  # perhaps once more
        if set(self.installed) == {HOOK} and HOOK not in moved and not self.starts:
            return WAITS
        if self.installed and HOOK not in self.installed and moved == names:
            return WITHOUT
        if moved == {HOOK} and HOOK not in self.installed and not self.starts:
            return GOES
        return f"{dict(before.installed)}, then {self}"


def run(machine: Callable, begin: str, steps: Iterable[str]) -> list[Seen]:
    """What there is after `begin`, and after each `try` of the steps.

    begin: a shell script that defines `there`, which prints `NAME VERSION` for each package, and
        that has the scripts of Kea's packages write `ACTION KEA HOOK` to /asked when they start,
        restart or stop a server: the action, and both versions.
    steps: shell commands, `try COMMAND` among them.
    """
    said = machine("\n".join((TRY, begin, "try :", *steps))).stdout
    _, *tries = re.split(r"^== (\d+)\n", said, flags=re.MULTILINE)
    return [_seen(int(ended), text) for ended, text in zip(tries[::2], tries[1::2], strict=True)]


def _seen(ended: int, text: str) -> Seen:
    there, asked, said = re.split(r"^== [a-z]+\n", text, maxsplit=2, flags=re.MULTILINE)
    starts = [line.split(" ") for line in asked.splitlines()]
    return Seen(
        ended,
        dict(line.split() for line in there.splitlines()),
        tuple((kea, hook) for action, kea, hook in starts if action in ("start", "restart")),
        said,
    )
