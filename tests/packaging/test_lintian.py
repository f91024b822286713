"""Debian's own checker of packages finds nothing that deserves a warning."""

import subprocess

import pytest

from kit import package, roots
from kit.targets import Target

LINTIAN = roots.Root("trixie", ("lintian",))


@pytest.mark.parametrize("name", package.STAGES)
def test_lintian_says_nothing(target: Target, name: str) -> None:
    deb = package.package(target, name)
    done = roots.run(
        roots.ensure(LINTIAN),
        ["lintian", "--allow-root", "--tag-display-limit", "0", "/checked.deb"],
        binds={deb: "/checked.deb"},
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert (done.returncode, done.stdout) == (0, "")
