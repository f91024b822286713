"""Packages that are newer than any: Debian's own of Kea under another version, with their real
scripts and dependencies, our package for that Kea, and our next one for the Kea that there is.
"""

import re
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

from kit import build, package, roots, server, targets
from kit.lab import host
from kit.targets import Target

KEA = "99.0.0"


def debian(target: Target) -> list[Path]:
    """Debian's packages of Kea as the suite has them now, and what a bare host needs for them."""
    return sorted(roots.debs(target.root(*host.PACKAGES), server.INSTALLED).glob("*.deb"))


def kea(debs: Iterable[Path], folder: Path) -> list[Path]:
    """The same packages as release KEA, made in `folder`."""
    return [_renumbered(deb, folder, f"{KEA}-1") for deb in debs]


def hook(target: Target, folder: Path) -> Path:
    """Our package as it will be for release KEA, made in `folder`."""
    package.package(target)  # writes the documents that this one shares
    described = package.render(package.HOOK, target, KEA, build.build(target), [])
    return package.pack(described, folder / "hook.deb")


def after(number: int) -> str:
    """A version of ours after the present one, the higher the later."""
    return f"{targets.version()}.{number}"


def ours(
    target: Target, version: str, folder: Path, change: Callable[[Path], object] = lambda _: None
) -> Path:
    """Our package for the Kea that there is, as a later `version`, made in `folder`.

    change: what is done to the files, in a folder as they are on a host.
    """
    now = package.full_version(target)
    return _renumbered(
        package.package(target), folder, now.replace(targets.version(), version), change
    )


def _renumbered(
    deb: Path, folder: Path, version: str, change: Callable[[Path], object] = lambda _: None
) -> Path:
    opened = folder / deb.stem
    subprocess.run(["dpkg-deb", "-R", deb, opened], check=True)
    change(opened)
    control = opened / "DEBIAN" / "control"
    text = control.read_text()
    (before,) = re.findall(r"^Version: (.*)$", text, re.MULTILINE)
    control.write_text(text.replace(before, version))
    made = folder / f"{deb.name.partition('_')[0]}.deb"
    subprocess.run(["dpkg-deb", "-b", "-Znone", opened, made], check=True, capture_output=True)
    return made
