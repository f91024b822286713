"""The targets as they are now, and which of them has moved on since it was built."""

from __future__ import annotations

from invoke import Context, task
from rich.console import Console
from rich.table import Table

from kit import manifest
from kit.errors import Problem
from kit.targets import Target, kea_release, load

COLUMNS = ("target", "suite", "track", "arch", "built for", "Kea now", "evidence")


def drift(target: Target, now: str) -> str:
    """A line for people where the suite has another release of Kea, `now`, than the one that the
    package was last built and reviewed for; "" where it has not.
    """
    built = manifest.built_for(target)
    if built in ("", now):
        return ""
    return f"{target.name}: {target.archive} has Kea {now} now, our package is for {built}"


@task
def targets(_: Context) -> None:
    """Show what is built, and for which Kea; ends with 1 if a suite has another one now.

    "built for" is what `./inv manifests` has written; where there is no "Kea now", only a container
    knows it.
    """
    table = Table(*COLUMNS, box=None, padding=(0, 1, 0, 0))  # fits 80 columns
    drifted = []
    for target in load().values():
        now = kea_release(target, refresh=True) if target.here else ""
        drifted += [line] if (line := drift(target, now)) else []
        keas = (manifest.built_for(target), now)
        table.add_row(target.name, target.suite, target.track, target.arch, *keas, target.evidence)
    Console().print(table)
    if drifted:
        raise Problem("\n".join(drifted), code=1)
