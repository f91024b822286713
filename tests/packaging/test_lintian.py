"""Debian's own checker of packages finds nothing that deserves a warning."""

import subprocess

import pytest

from kit import package, roots
from kit.targets import Target

LINTIAN = roots.Root("trixie", ("lintian",))


@pytest.mark.parametrize("name", package.STAGES)
def test_lintian_says_nothing(target: Target, name: str) -> None:
    debs = (package.package(target, name), package.symbols_of(target, name))
    there = {deb: f"/{deb.name}" for deb in debs}
    done = roots.run(
        roots.ensure(LINTIAN),
        ["lintian", "--allow-root", "--tag-display-limit", "0", *there.values()],
        binds=there,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert (done.returncode, done.stdout) == (0, "")
