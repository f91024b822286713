"""For each target one host with its Kea, the hook, and whatever else the examples ask for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from kit import roots
from kit.lab import Access, Client, Host, Lab
from kit.lab.host import PACKAGES
from kit.lab.kea import Kea, put_hook, put_python
from kit.lab.relay import Relay
from kit.paths import ROOT
from kit.targets import Target
from tests.lab.conftest import KEA

EXAMPLES = ROOT / "examples"
NEEDED = ("nats-server", "nftables", "python3-nftables")
SERVER4, GATEWAY4 = "198.51.100.1", "198.51.100.2"
LAN4 = {
    "interfaces-config": {"interfaces": ["eth2"]},
    "subnet4": [
        {"id": 1, "subnet": "198.51.100.0/24", "pools": [{"pool": "198.51.100.10-198.51.100.250"}]}
    ],
}
"""What an example's configuration says of another network."""


def example(name: str, target: Target, family: int = 4) -> dict[str, Any]:
    """An example's configuration, as Kea.configure() takes it: all but where it logs."""
    text = (EXAMPLES / name / f"kea-dhcp{family}.conf").read_text()
    configuration = json.loads(text)[f"Dhcp{family}"]
    del configuration["loggers"]
    if target.name == "bookworm":  # its Kea tells no changes
        hook = configuration["hooks-libraries"][-1]["parameters"]
        hook["hook-points"].remove(f"lease{family}_changed")
    return configuration


def short(seconds: int) -> Mapping[str, Any]:
    """Settings for leases that last so long, and whose end Kea soon notices."""
    return {
        "valid-lifetime": seconds,
        "expired-leases-processing": {"reclaim-timer-wait-time": 1},
    }


@pytest.fixture(scope="session")
def lab(target: Target) -> Iterator[Lab]:
    """A lab for each target."""
    with Lab() as lab:
        yield lab


@pytest.fixture(scope="session")
def server(lab: Lab, target: Target) -> Host:
    """The host, on which nothing of that runs."""
    root = roots.ensure(target.root(*PACKAGES, *KEA, *NEEDED))
    host = lab.host(root, "server")
    units = ["kea-dhcp4-server", "kea-dhcp6-server", "nats-server"]
    host.run(["systemctl", "disable", "--now", *units])
    put_hook(host, target)
    put_python(host, target)
    return host


@pytest.fixture(scope="session")
def lan(lab: Lab, server: Host) -> Access:
    """A network as most examples know it, at the server's eth2."""
    return lab.access(server, "eth2", [f"{SERVER4}/24", "2001:db8:1::1/64", "fe80::1/64"])


@pytest.fixture(scope="session")
def gateway(lan: Access) -> Client:
    """A machine for made-up clients."""
    machine = lan.client("gateway")
    machine.ip(f"address add {GATEWAY4}/24 dev eth0", "address add fe80::2/64 dev eth0 nodad")
    return machine


@pytest.fixture
def relay(gateway: Client) -> Iterator[Relay]:
    """As many made-up clients as a test wants."""
    relay = Relay(gateway, GATEWAY4, SERVER4)
    yield relay
    relay.close()


@pytest.fixture
def kea4(server: Host, lan: Access, target: Target) -> Iterator[Kea]:
    """The DHCPv4 server, to be started by the test."""
    kea = Kea(server, 4, target.hooks_dir)
    yield kea
    kea.stop()


@pytest.fixture
def kea6(server: Host, lan: Access, target: Target) -> Iterator[Kea]:
    """The DHCPv6 server, to be started by the test."""
    kea = Kea(server, 6, target.hooks_dir)
    yield kea
    kea.stop()
