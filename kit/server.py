"""A bare Debian host in a lab, and the example playbook that makes it a DHCP server with routes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from kit import package, repository, roots, signing
from kit.lab import Access, Host, Lab
from kit.lab.daemon import Daemon
from kit.lab.host import PACKAGES
from kit.lab.play import OURS, Controller, Play
from kit.paths import ROOT
from kit.roots import Root
from kit.targets import Target

PLAYBOOK = ROOT / "examples" / "dual_stack" / "playbook.yml"
WITH_SERVICE = ROOT / "examples" / "worker_service" / "playbook.yml"
"""The same service, but its routes are set by another way."""
INSTALLED = ("kea-dhcp4-server", "kea-dhcp6-server", "python3-apt", "sudo")
"""What the playbooks install from the distribution, besides our package."""
ADDRESSES = ("10.255.0.1/32", "fe80::1/64")
"""The server's addresses towards its clients, as the example wants them."""
PREFIX = "kea_runscript_"


@dataclass(frozen=True)
class Server:
    """The host, its network for clients, and the playbook's variables.

    access: joined by the host's eth1.
    variables: those that name the lab's repository.
    playbook, controller: what is run, and by whose Ansible.
    """

    lab: Lab
    host: Host
    access: Access
    variables: Mapping[str, str]
    playbook: Path = PLAYBOOK
    controller: Controller = OURS

    def play(self, *options: str, **variables: Any) -> Play:
        """Run the playbook; `variables` go over the example's, without their common prefix."""
        named = {f"{PREFIX}{name}": value for name, value in variables.items()}
        return self.lab.playbook(
            self.playbook,
            {"kea": [self.host]},
            {**self.variables, **named},
            *options,
            controller=self.controller,
        )

    def shell(self, script: str) -> str:
        """What a shell script writes on the host."""
        return self.host.run(["sh", "-euc", script]).stdout

    def pid(self, family: int = 4) -> int:
        """The process of kea-dhcp4 or kea-dhcp6; 0 when it does not run."""
        return Daemon(self.host, family).pid

    def serves(self, family: int = 4) -> dict[str, Any]:
        """The configuration that Kea has, as it says itself."""
        return Daemon(self.host, family).control("config-get")["arguments"][f"Dhcp{family}"]


def short_lived(seconds: int) -> dict[str, Any]:
    """Variables for play(): the example's configuration with leases that last so long."""
    example = yaml.safe_load((PLAYBOOK.parent / "group_vars" / "kea.yml").read_text())
    times = {
        "valid-lifetime": seconds,
        "renew-timer": seconds // 2,
        "rebind-timer": seconds * 3 // 4,
        "expired-leases-processing": {"reclaim-timer-wait-time": 1},
    }
    return {
        "dhcp4_config": {**example[f"{PREFIX}dhcp4_config"], **times},
        "dhcp6_config": {**times, "preferred-lifetime": seconds * 3 // 4},
    }


def publish(target: Target, folder: Path, host: Root | None = None) -> None:
    """Make a signed repository in `folder` with our packages, and all that the playbooks install.

    A host of a lab reaches nothing else: what comes from the distribution must be there as well.

    host: the root of the hosts that will install them, if it is not that of boot().
    """
    from_debian = roots.debs(host or target.root(*PACKAGES), INSTALLED).glob("*.deb")
    files = [*package.packages(target), *from_debian]
    repository.make({(target.suite, target.track): files}, folder, signing.key())


def boot(lab: Lab, target: Target, repository_folder: Path, name: str = "server") -> Server:
    """Boot a host without anything of Kea, whose only apt repository will be that of publish()."""
    return on(lab, boot_bare(lab, target, name), target, repository_folder)


def boot_bare(lab: Lab, target: Target, name: str) -> Host:
    """Boot a host without anything of Kea and any apt repository."""
    host = lab.host(roots.ensure(target.root(*PACKAGES)), name)
    host.run(["sh", "-c", "rm -rf /etc/apt/sources.list*; mkdir /etc/apt/sources.list.d"])
    return host


def on(lab: Lab, host: Host, target: Target, repository_folder: Path) -> Server:
    """A host that is booted, given its network for clients."""
    access = lab.access(host, "eth1", ADDRESSES)
    return Server(lab, host, access, repository_variables(lab, target, repository_folder))


def repository_variables(lab: Lab, target: Target, folder: Path) -> dict[str, str]:
    """Serve what publish() has made; returns the playbook's variables that name it."""
    return {
        f"{PREFIX}repository_url": lab.serve(folder),
        f"{PREFIX}repository_key": (folder / repository.KEY_FILE).read_text(),
        f"{PREFIX}repository_component": target.track,
    }
