"""A host that knows Debian's archive, to which our packages come in one way or another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kit import package, repository, roots, server, signing
from kit.lab import Lab
from kit.lab.daemon import Daemon
from kit.lab.host import PACKAGES
from kit.lab.play import Play
from kit.paths import ROOT
from kit.repository import apt
from kit.server import Server
from kit.targets import Target
from tests.packaging import newer

ARCHIVE = "debian"
"""The component that stands for Debian's own archive."""
NEWER = newer.after(1)
"""The version of the newer one of our packages."""

LOOK = r"""
find /etc /usr /var /root -xdev -not -path '*/__pycache__*' -printf '%p %y %m %u:%g\n'
find /etc -type f -exec sha256sum {} + | sed -E 's/(\S+)  (.*)/\2 \1/'
"""
VOLATILE = (
    *("/etc/kea/kea-dhcp4.conf ", "/root/.ansible", "/var/cache/", "/var/log/", "/var/tmp/"),
    *(f"/var/lib/{name}/" for name in ("apt", "dpkg", "kea", "systemd")),
)
"""What changes with every package, lease or play, whatever the role does."""


@dataclass(frozen=True)
class Site:
    """The host, whose playbooks name no repository, and our packages.

    ours: the package of the hook for its Kea.
    variables: those that name our repository, which has `ours` and a NEWER one.
    """

    kea: Server
    target: Target
    ours: Path
    variables: Mapping[str, str]

    @property
    def lab(self) -> Lab:
        """The lab, whose journals a failed test shows."""
        return self.kea.lab

    def play(self, example: str, *options: str, repository: bool = False, **variables: Any) -> Play:
        """Run an example's playbook; `variables` go over the example's, without their prefix."""
        named = {f"{server.PREFIX}{name}": value for name, value in variables.items()}
        return self.lab.playbook(
            ROOT / "examples" / example / "playbook.yml",
            {"kea": [self.kea.host]},
            {**(self.variables if repository else {}), **named},
            *options,
        )

    def version(self) -> str:
        """The hook's version on the host, "" if there is none."""
        show = "dpkg-query --show --showformat='${Version}' kea-hook-runscript || true"
        return self.kea.shell(show)

    def starts(self) -> int:
        """How many times kea-dhcp4 has been started."""
        unit = Daemon(self.kea.host, 4).unit
        log = self.kea.shell("journalctl --output=cat --no-pager _PID=1")
        return sum(line.startswith(f"Started {unit}") for line in log.splitlines())

    def files(self) -> set[str]:
        """The files on the host that do not change by themselves, with mode and owner; for those in
        /etc their contents, too.
        """
        found = self.kea.shell(LOOK)
        return {line for line in found.splitlines() if not line.startswith(VOLATILE)}


def boot(lab: Lab, target: Target, folder: Path) -> Site:
    """Boot the host without anything of Kea.

    folder: for the packages and the repository, empty.
    """
    ours, python = package.packages(target)
    made = newer.ours(target, NEWER, folder)
    debian = roots.debs(target.root(*PACKAGES), server.INSTALLED).glob("*.deb")
    published, archive = folder / "repository", folder / ARCHIVE
    repository.make({(target.suite, target.track): [ours, python, made]}, published, signing.key())
    repository.make({(target.suite, ARCHIVE): debian}, archive, signing.key())
    kea = server.boot(lab, target, published, "site")
    key = "/etc/apt/keyrings/archive.asc"
    kea.host.put(archive / repository.KEY_FILE, key)
    sources = (archive / f"{target.suite}-{ARCHIVE}.sources").read_text()
    for there, here in {
        apt.KEY_THERE: key,
        "https://repository.example": lab.serve(archive),
    }.items():
        sources = sources.replace(there, here)
    kea.host.write("/etc/apt/sources.list.d/archive.sources", sources)
    kea.shell("apt-get -q update")
    return Site(Server(lab, kea.host, kea.access, {}), target, ours, kea.variables)
