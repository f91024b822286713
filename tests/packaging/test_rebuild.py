"""Another checkout, in another folder and at another time, gives packages with the same bytes.

Every day what was compiled here is taken over there. The thorough run compiles there as well, and
compares the debug symbols, too.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kit import build, package, targets
from kit.paths import BUILD, ROOT

TARGET = "trixie"


@pytest.mark.parametrize("compile", [False, pytest.param(True, marks=pytest.mark.thorough)])
def test_another_checkout_gives_the_same_bytes(
    as_root: None, tmp_path: Path, compile: bool
) -> None:
    make = package.everything if compile else package.packages
    first = make(targets.named(TARGET))
    checkout = tmp_path / "other"
    # With the modes of files, which git keeps, but not with their times.
    _copy(ROOT, checkout, ".git", ".venv", "build", copy_function=shutil.copy)
    there = checkout / "build" / TARGET
    if not compile:
        _copy(BUILD / TARGET, there, "cmake", "documents", "*-symbols", "*.deb")
    again = f"from kit import package, targets; package.{make.__name__}(targets.named('{TARGET}'))"
    subprocess.run(
        [sys.executable, "-c", again],
        cwd=checkout,
        env={**os.environ, "SOURCE_DATE_EPOCH": str(build.epoch())},
        check=True,
    )
    assert {deb.name for deb in there.glob("*.deb")} == {deb.name for deb in first}
    assert [deb.name for deb in first if (there / deb.name).read_bytes() != deb.read_bytes()] == []


def _copy(source: Path, copy: Path, *but: str, **options) -> None:
    shutil.copytree(source, copy, symlinks=True, ignore=shutil.ignore_patterns(*but), **options)
