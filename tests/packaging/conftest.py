"""A root with the Kea of each target, and our repository beside it."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from kit import package, repository, roots, signing
from kit.targets import Target

# As the repository's own .sources files say, but for the address.
ADD_REPOSITORY = """
install -D -m 644 /repository/kea-runscript.asc /etc/apt/keyrings/kea-runscript.asc
cp /repository/*.sources /etc/apt/sources.list.d
sed -i 's#^URIs:.*#URIs: file:/repository#' /etc/apt/sources.list.d/*
rm -f /etc/apt/sources.list
"""


@pytest.fixture(scope="session")
def deb(target: Target) -> Path:
    """The hook's package."""
    return package.package(target)


@pytest.fixture
def published(target: Target, deb: Path, tmp_path: Path) -> Path:
    """A repository with the hook's package alone."""
    folder = tmp_path / "repository"
    repository.make({(target.suite, target.track): [deb]}, folder, signing.key())
    return folder


@pytest.fixture
def machine(target: Target, published: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a shell script in a fresh copy of the target's root that knows our repository.

    Nothing of it stays. Its output and its errors come together, as on a terminal.
    """
    return in_room(roots.ensure(target.root("kea-dhcp4-server", "kea-dhcp6-server")), published)


def in_room(root: Path, published: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """The same in any root, with any repository."""

    def run(script: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        done = roots.run(
            root,
            ["sh", "-euc", ADD_REPOSITORY + script],
            binds={published: "/repository"},
            env={"DEBIAN_FRONTEND": "noninteractive"},
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert not check or done.returncode == 0, done.stdout
        return done

    return run
