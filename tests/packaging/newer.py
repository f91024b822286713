"""A release of Kea that is newer than any: Debian's own packages under another version, with their
real scripts and dependencies, and our package for it.
"""

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

from kit import build, package, roots, server
from kit.lab import host
from kit.targets import Target

KEA = "99.0.0"


def debian(target: Target) -> list[Path]:
    """Debian's packages of Kea as the suite has them now, and what a bare host needs for them."""
    return sorted(roots.debs(target.root(*host.PACKAGES), server.INSTALLED).glob("*.deb"))


def kea(debs: Iterable[Path], folder: Path) -> list[Path]:
    """The same packages as release KEA, made in `folder`."""
    return [_renumbered(deb, folder) for deb in debs]


def hook(target: Target, folder: Path) -> Path:
    """Our package as it will be for release KEA, made in `folder`."""
    package.package(target)  # writes the documents that this one shares
    described = package.render(package.HOOK, target, KEA, build.build(target), [])
    return package.pack(described, folder / "hook.deb")


def _renumbered(deb: Path, folder: Path) -> Path:
    opened = folder / deb.stem
    subprocess.run(["dpkg-deb", "-R", deb, opened], check=True)
    control = opened / "DEBIAN" / "control"
    text = control.read_text()
    (version,) = re.findall(r"^Version: (.*)$", text, re.MULTILINE)
    control.write_text(text.replace(version, f"{KEA}-1"))
    made = folder / f"{deb.name.partition('_')[0]}.deb"
    subprocess.run(["dpkg-deb", "-b", "-Znone", opened, made], check=True, capture_output=True)
    return made
