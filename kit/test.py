"""Everything that is tested, in the order in which a mistake shows soonest."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import nullcontext

from invoke import Context, task
from rich.console import Console

from kit import build, lint, needs, roots, sanitize, targets
from kit.errors import Problem
from kit.lab import client, host
from kit.paths import CACHE, ROOT

MOST_WORKERS = 8

ASKED_FOR = ("containers", "thorough", "vm")
"""Marks of tests that run only when asked for, by an option of their name."""

EVERYDAY = " and ".join(f"not {mark}" for mark in ASKED_FOR)

NO_TEST = 5
"""What pytest ends with when nothing matches."""


@task(
    name="test",
    help={
        "k": "only the Python tests whose names match this pytest expression, nothing else",
        "containers": "only what takes podman and runc: building in a container",
        "thorough": "only what the everyday run leaves out: more releases, arm64, long runs",
        "vm": "only what takes virtual machines: AppArmor, enforced",
    },
)
def run_all(
    context: Context,
    k: str = "",
    containers: bool = False,
    thorough: bool = False,
    vm: bool = False,
) -> None:
    """Lint, then run the C++ and the Python tests; with CI=true a skipped test is a failure."""
    asked = {"containers": containers, "thorough": thorough, "vm": vm}
    marks = " or ".join(name for name in ASKED_FOR if asked[name])
    all_of_it = not k and not marks
    if needs.are_root() or marks:
        needs.ensure()
    else:
        print("Not root: without clang-tidy, the C++ tests, and all that runs in roots or hosts.")
    if all_of_it:
        _check_sources(context)
    with sanitize.fuzzing() if needs.are_root() and all_of_it else nullcontext():
        ended = {_pytest(k, *_at_once(marks or EVERYDAY))}
    ended.add(_pytest(k, "-m", f"alone and ({marks or EVERYDAY})"))
    if ended - {0, NO_TEST} or ended == {NO_TEST}:
        raise Problem("", code=max(ended - {NO_TEST}, default=NO_TEST))


def _check_sources(context: Context) -> None:
    """Run the linters, and the C++ tests where roots can be made."""
    if needs.are_root():
        with Console(stderr=True).status("roots of all targets (minutes, but only once)"):
            roots.prepare(_roots())
    lint.lint_task(context)
    if needs.are_root():
        with Console(stderr=True).status("C++ tests"):
            said = build.check(targets.named(build.CPP_TARGET))
        print(said.strip().splitlines()[-1])
        with Console(stderr=True).status("C++ tests under sanitizers"):
            sanitize.check()


def _pytest(k: str, *options: str) -> int:
    """Run the Python tests that match `k`, and return pytest's exit code."""
    with tempfile.TemporaryDirectory(prefix="kea-test-") as folder:
        return subprocess.run(
            [
                *(sys.executable, "-m", "pytest"),
                *("-o", f"cache_dir={CACHE / 'pytest'}", f"--basetemp={folder}/tests"),
                *(["-k", k] if k else []),
                *options,
            ],
            cwd=ROOT,
            check=False,
        ).returncode


def _at_once(marks: str) -> list[str]:
    """Options for all those tests that do not measure time: most of them wait most of theirs."""
    workers = min(MOST_WORKERS, 2 * len(os.sched_getaffinity(0)))
    return ["-m", f"not alone and ({marks})", "-n", str(workers)]


def _roots() -> list[roots.Root]:
    """Those that every run needs."""
    found = [client.ROOT, sanitize.root()]
    for target in filter(lambda target: target.native, targets.load().values()):
        found += [target.build_root(), target.root(*host.PACKAGES)]
    return found
