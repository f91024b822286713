"""Labs, servers with the Kea of each target, and clients; each ends with its test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kit import build, roots, targets
from kit.lab import Access, Client, Host, Lab
from kit.lab.host import PACKAGES
from kit.targets import Target
from tests.lab.routing import Net, routing

KEA = ("kea-dhcp4-server", "kea-dhcp6-server", "strace")
ADDRESSES = ("198.51.100.1/24", "2001:db8::1/64")
"""A server's addresses on eth1, where its clients are."""


@pytest.fixture
def lab(as_root: None) -> Iterator[Lab]:
    with Lab() as lab:
        yield lab


def kea_root(target: Target) -> Path:
    """A root that can be booted, with the target's Kea."""
    return roots.ensure(target.root(*PACKAGES, *KEA))


@pytest.fixture
def server(lab: Lab, target: Target) -> Host:
    """A host with the target's Kea, not configured."""
    return lab.host(kea_root(target), "server")


@pytest.fixture
def access(lab: Lab, server: Host) -> Access:
    """The network of the server's clients, at its eth1."""
    return lab.access(server, "eth1", ADDRESSES)


@pytest.fixture
def client(access: Access) -> Client:
    """A client whose DHCP packets are recorded."""
    return access.client("client", capture=True)


@pytest.fixture(scope="session")
def route_program(as_root: None) -> Path:
    """kea-runscript-route, built for this machine."""
    stage = build.build(targets.for_this_machine())
    return stage / "usr/libexec/kea-hook-runscript/kea-runscript-route"


@pytest.fixture
def net(route_program: Path) -> Iterator[Net]:
    """Network and mount namespaces of the test's own, for kea-runscript-route."""
    with routing(route_program) as net:
        yield net
