"""A trixie host gets the Kea of trixie-backports while the hook is in use there."""

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from kit import roots, targets
from kit.lab import Access, Host, Lab
from kit.lab.host import PACKAGES
from kit.lab.kea import LIBRARY, SCRIPTS, Kea
from kit.lab.relay import Relay
from kit.targets import Target
from tests import backports
from tests.asking import Asking, renews
from tests.backports import DEBIAN, NEW, OLD

SERVER, RELAY = "10.1.0.1", "10.1.0.2"
SUBNET = {
    "id": 1,
    "subnet": "10.1.0.0/16",
    "pools": [{"pool": "10.1.1.0-10.1.9.255"}],
    "valid-lifetime": 600,
    "rebind-timer": 500,
    "renew-timer": 2,
}
INTERVAL = 0.05
"""Seconds from one renewal to the next, and for which each is waited for."""


@dataclass(frozen=True)
class Site:
    """The host, its clients' network, and the archive that it gets packages from."""

    host: Host
    access: Access
    published: Path
    url: str

    def arrive(self, archive: str) -> None:
        """From now on the host knows these packages: `archive` is suite and component."""
        backports.arrive(self.host, self.published, self.url, archive)

    def apt(self, command: str, check: bool = True) -> tuple[int, str]:
        """The status that apt ends with, and what it says."""
        keep = "-o Dpkg::Options::=--force-confold"
        done = self.host.run(
            ["sh", "-c", f"apt-get -q -y {keep} {command} 2>&1"],
            env={"DEBIAN_FRONTEND": "noninteractive"},
            timeout=300,
            check=check,
        )
        return done.returncode, done.stdout


@pytest.fixture
def old() -> Target:
    return targets.named(OLD)


@pytest.fixture
def new() -> Target:
    return targets.named(NEW)


@pytest.fixture
def site(as_root: None, old: Target, new: Target, tmp_path: Path) -> Iterator[Site]:
    """A host with Debian's Kea and our hook for it."""
    published = backports.publish(tmp_path / "repository")
    with Lab() as lab:
        host = lab.host(roots.ensure(old.root(*PACKAGES)), "server")
        access = lab.access(host, "eth1", [f"{SERVER}/16"])
        site = Site(host, access, published, lab.serve(published))
        site.arrive(f"{OLD}-{DEBIAN}")
        site.arrive(f"{OLD}-{old.track}")
        site.apt("install kea-dhcp4-server kea-hook-runscript")
        yield site


@pytest.fixture
def kea(site: Site, old: Target) -> Kea:
    """Its server, with a script that each answer waits for."""
    kea = Kea(site.host, 4, old.hooks_dir, subnet4=[SUBNET])
    site.host.write(f"{SCRIPTS}/true", "#!/bin/sh\n", 0o755)
    points = ["leases4_committed"]
    kea.start({"script": f"{SCRIPTS}/true", "wait": True, "hook-points": points})
    return kea


@pytest.fixture
def renewing(site: Site, kea: Kea) -> Iterator[Asking]:
    """A client that renews its lease without end."""
    gateway = site.access.client("gateway")
    gateway.ip(f"address add {RELAY}/16 dev eth0")
    with (
        closing(Relay(gateway, RELAY, SERVER)) as relay,
        Asking(renews(relay, 1, INTERVAL), INTERVAL) as client,
    ):
        yield client


def test_kea_and_hook_move_while_clients_are_served(
    site: Site,
    kea: Kea,
    renewing: Asking,
    old: Target,
    new: Target,
    capsys: pytest.CaptureFixture[str],
) -> None:
    laptop = site.access.client("laptop", capture=True)
    lease = laptop.dhcp4()
    before = kea.pid

    site.arrive(f"{NEW}-{DEBIAN}")
    ended, said = site.apt(f"install -t {NEW} kea-dhcp4-server", check=False)
    assert ended
    assert "kea-hook-runscript is not removed" in said
    assert kea.pid == before

    site.arrive(f"{OLD}-{new.track}")
    _, said = site.apt(f"install -t {NEW} kea-dhcp4-server")
    moved = time.time()
    assert kea.pid not in (0, before), said
    kea.wait_for_log("DHCP4_STARTED", times=2)  # apt returns before Kea has its socket
    status = kea.control("runscript-status")["arguments"]
    assert status["kea"] == targets.kea_release(new)
    assert kea.control("version-get")["text"] == status["kea"]
    (loaded,) = kea.control("config-get")["arguments"]["Dhcp4"]["hooks-libraries"]
    assert loaded["library"].endswith(LIBRARY)

    site.host.wait_for(
        lambda: [p for p in laptop.packets() if p.kind == "ACK" and p.time > moved],
        "the laptop renews its lease",
    )
    assert laptop.lease4().address == lease.address
    renewing.end()
    assert renewing.replies[-1].stamp > moved
    ((kind, _),) = {(reply.kind, reply.address) for reply in renewing.replies}
    assert kind == "ACK"
    (entry,) = kea.control("runscript-status")["arguments"]["entries"]
    assert entry["answered"]
    assert not entry["failures"]
    with capsys.disabled():
        print(
            f"\n{old.kea()} to {new.kea()}: {renewing.gap():.2f} s without an answer,"
            f" {len(renewing.replies)} answers"
        )
