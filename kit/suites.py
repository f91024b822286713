"""What Debian's suites hold now, asked through apt with folders of its own.

The machine's apt state is not touched: lists, caches and settings are in our cache. apt checks the
archive's signature as it does for the machine.
"""

from __future__ import annotations

import fcntl
import functools
import os
import shutil
import subprocess
import time
from pathlib import Path

from kit import apt
from kit.errors import Problem
from kit.paths import CACHE

LISTS_LIVE = 24 * 3600
"""Seconds for which fetched package lists are good, unless somebody asks for new ones."""


class SuiteError(Problem):
    """A suite could not be read, or does not have a package; the text says which and why."""


@functools.cache
def newest(suite: str, arch: str, package: str, refresh: bool = False) -> str:
    """The version of `package` that `suite` has now; the same answer as long as the process lives.

    `refresh`: fetch the suite's lists even when they are recent.
    """
    folder = _lists(suite, arch, refresh)
    rows = _apt(folder, "apt-cache", "madison", package).splitlines()
    if not rows:
        raise SuiteError(f"{suite} has no package {package} for {arch}")
    return rows[0].split("|")[1].strip()


def _lists(suite: str, arch: str, refresh: bool) -> Path:
    """The apt folders of one suite and architecture, with package lists fresh enough."""
    if not shutil.which("apt-get"):
        raise SuiteError(f"to look into {suite} this machine needs apt-get")
    folder = CACHE / "suites" / f"{suite}-{arch}"
    for name in ("lists/partial", "archives/partial", "etc"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    fetched = folder / "fetched"
    with (folder / "busy").open("w") as busy:
        fcntl.flock(busy, fcntl.LOCK_EX)
        age = time.time() - fetched.stat().st_mtime if fetched.exists() else LISTS_LIVE
        if refresh or age >= LISTS_LIVE:
            _configure(folder, suite, arch)
            _apt(folder, "apt-get", "--error-on=any", "update")
            fetched.touch()
    return folder


def _configure(folder: Path, suite: str, arch: str) -> None:
    """Write the settings of an apt that knows this one suite and touches nothing elsewhere."""
    mirror = apt.mirror()
    signed_by = f" signed-by={mirror.keyring}" if mirror.keyring else ""
    (folder / "sources.list").write_text(
        f"deb [arch={arch}{signed_by}] {mirror.uri} {suite} main\n", encoding="utf-8"
    )
    (folder / "status").touch()
    (folder / "apt.conf").write_text(
        f"{apt.options()}"
        f'Dir::State::Lists "{folder}/lists";\n'
        f'Dir::State::status "{folder}/status";\n'
        f'Dir::Cache "{folder}";\n'
        f'Dir::Etc::SourceList "{folder}/sources.list";\n'
        f'Dir::Etc::SourceParts "{folder}/etc";\n'
        f'Dir::Etc::Preferences "{folder}/etc/preferences";\n'
        f'Dir::Etc::PreferencesParts "{folder}/etc";\n'
        f'APT::Architecture "{arch}";\n'
        f'APT::Architectures "{arch}";\n'
        'Acquire::Languages "none";\n',
        encoding="utf-8",
    )


def _apt(folder: Path, *command: str) -> str:
    """What an apt command that works in `folder` prints; raises SuiteError with apt's own words."""
    run = subprocess.run(
        command,
        env={**os.environ, "APT_CONFIG": str(folder / "apt.conf"), "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        raise SuiteError(f"{' '.join(command)} failed in {folder}:\n{run.stderr.strip()}")
    return run.stdout
