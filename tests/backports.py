"""Debian 13 and its backports, with our packages for both, as what a host's apt knows."""

from pathlib import Path

from kit import package, repository, signing, targets
from kit.lab import Host
from kit.repository import apt
from tests.packaging import newer

OLD, NEW = "trixie", "trixie-backports"
DEBIAN = "debian"
"""The component that stands for Debian's own archive."""
PIN = f"Package: *\nPin: release n={NEW}\nPin-Priority: 100\n"
"""What Debian's own says of itself: nothing comes from there that nobody has asked for."""


def publish(folder: Path) -> Path:
    """Write a repository with both suites' Kea, and with our packages for both releases of it."""
    old, new = targets.named(OLD), targets.named(NEW)
    ours = {(OLD, target.track): package.packages(target) for target in (old, new)}
    debian = {(target.name, DEBIAN): newer.debian(target) for target in (old, new)}
    return repository.make({**ours, **debian}, folder, signing.key())


def arrive(host: Host, published: Path, url: str, *archives: str) -> None:
    """From now on the host knows these packages.

    published, url: what `publish` has returned, and where the host finds it.
    archives: suite and component of each, such as trixie-debian or trixie-distro.
    """
    host.put(published / repository.KEY_FILE, apt.KEY_THERE)
    host.write("/etc/apt/preferences.d/not-automatic", PIN)
    for archive in archives:
        sources = (published / f"{archive}.sources").read_text()
        there = sources.replace("https://repository.example/", url)
        host.write(f"/etc/apt/sources.list.d/{archive}.sources", there)
    host.run(["apt-get", "-q", "update"])
