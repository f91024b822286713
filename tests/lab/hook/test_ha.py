"""A hot-standby pair: each server's script is told of the leases that the other has given."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kit import targets
from kit.lab import Access, Client, Host, Lab
from kit.lab.kea import DATA, SCRIPTS, Kea, put_hook
from kit.lab.relay import NOWHERE, Relay
from kit.lab.relay6 import IA, Clients6
from kit.targets import Target
from kit.wait import until
from tests.lab.hook.conftest import CLIENT6, SERVER4, SUBNETS4, SUBNETS6

PARTNER4 = "10.1.0.3"
INTERFACE = "lan0"
"""The partner's interface on the clients' link, which the primary has at eth1."""

TELL = f"""#!/bin/sh
echo "$1 $KEA_LEASE4_ADDRESS$KEA_LEASE6_ADDRESS $KEA_LEASE4_CHANGE$KEA_LEASE6_CHANGE" \\
    "[$KEA_LEASE4_INTERFACE$KEA_LEASE6_INTERFACE]" \\
    "[$KEA_LEASE4_NEXT_HOP$KEA_LEASE6_NEXT_HOP]" >>{DATA}/told
"""
pairs = pytest.mark.parametrize(
    "target", ["trixie", "trixie-backports", "forky"], indirect=True, scope="session"
)


@pytest.fixture(scope="session")
def partner(lab: Lab, access: Access, target: Target, kea_root: Path) -> Host:
    """A second host on the clients' link, with the target's Kea and our hook."""
    host = lab.host(kea_root, "partner")
    host.run(["systemctl", "stop", "kea-dhcp4-server", "kea-dhcp6-server"])
    put_hook(host, target)
    access.attach(host, INTERFACE, [f"{PARTNER4}/16", "2001:db8::3/64", "fe80::3/64"])
    return host


def high_availability(target: Target, name: str, family: int) -> list[dict[str, Any]]:
    """The libraries of one of the pair, `name`."""
    port = 8000 + family
    peers = [
        {"name": "server", "url": f"http://{SERVER4}:{port}/", "role": "primary"},
        {"name": "partner", "url": f"http://{PARTNER4}:{port}/", "role": "standby"},
    ]
    pair = {
        "this-server-name": name,
        "mode": "hot-standby",
        "heartbeat-delay": 500,
        "max-response-delay": 2000,
        "max-unacked-clients": 0,
        "peers": peers,
    }
    return [
        {"library": f"{target.hooks_dir}/libdhcp_lease_cmds.so"},
        {
            "library": f"{target.hooks_dir}/libdhcp_ha.so",
            "parameters": {"high-availability": [pair]},
        },
    ]


@pytest.fixture(params=[4, 6])
def pair(
    request: pytest.FixtureRequest, server: Host, partner: Host, access: Access, target: Target
) -> Iterator[tuple[Kea, Kea]]:
    """Both servers, primary first, to be started by the test."""
    hosts = {"eth1": server, INTERFACE: partner}
    primary, partner = (
        Kea(
            host,
            request.param,
            target.hooks_dir,
            beside=high_availability(target, host.name, request.param),
            interfaces_config={"interfaces": [interface]},
            **subnet(request.param, interface),
        )
        for interface, host in hosts.items()
    )
    yield primary, partner
    primary.stop()
    partner.stop()


def subnet(family: int, interface: str) -> dict[str, Any]:
    """The clients' subnet, on a server's own interface."""
    (subnet,) = SUBNETS4 if family == 4 else SUBNETS6
    return {f"subnet{family}": [{**subnet, "interface": interface}]}


def start(pair: tuple[Kea, Kea], lifetime: int) -> None:
    """Start both servers, and wait until they have found each other.

    lifetime: of their leases, in seconds.
    """
    for kea in pair:
        kea.host.write(f"{SCRIPTS}/tell", TELL, 0o755)
        points = [f"leases{kea.family}_committed", f"lease{kea.family}_changed"]
        kea.start(
            {"script": f"{SCRIPTS}/tell", "max-parallel": 1, "hook-points": points},
            valid_lifetime=lifetime,
            cache_threshold=0.0001,
            expired_leases_processing={"reclaim-timer-wait-time": 1},
        )
    for kea in pair:
        wait_for_state(kea, "hot-standby")


def state(kea: Kea) -> str:
    """What a server of the pair makes of it."""
    arguments = kea.control("status-get")["arguments"]
    return arguments["high-availability"][0]["ha-servers"]["local"]["state"]


def wait_for_state(kea: Kea, wanted: str) -> None:
    kea.host.wait_for(lambda: state(kea) == wanted, f"{wanted}, not {state(kea)}", 30)


def told(kea: Kea, lease: str) -> list[str]:
    """What its script was told of a lease: hook point, change, interface, next hop."""
    file = kea.host.inside(f"{DATA}/told")
    lines = file.read_text().splitlines() if file.exists() else []
    return [line.replace(f" {lease} ", " ") for line in lines if f" {lease} " in line]


def wait_until_told(kea: Kea, lease: str, expected: list[str]) -> None:
    until(
        lambda: told(kea, lease) == expected,
        20,
        lambda: f"{kea.host.name} is told {expected} of {lease}, not {told(kea, lease)}",
    )


@dataclass
class Speaker:
    """What the clients of a family have in common; each has one lease."""

    lease: Callable[[int], str]
    renew: Callable[[int], object]
    release: Callable[[int], object]
    next_hop: str


@pytest.fixture
def clients(pair: tuple[Kea, Kea], gateway: Client, clients6: Clients6) -> Iterator[Speaker]:
    """Clients on the servers' own link."""
    direct = Relay(gateway, NOWHERE, SERVER4)
    leases: dict[int, Any] = {}

    def lease4(client: int) -> str:
        return leases.setdefault(client, direct.lease(client))

    def renew4(client: int) -> None:
        # As one that has been switched off and on: it goes to whichever server serves.
        assert direct.wait(direct.send("REBOOT", client, leases[client])).kind == "ACK"

    def lease6(client: int) -> str:
        leases[client] = clients6.lease(client, IA("PD", 1))
        return leases[client][0].value.partition("/")[0]

    if pair[0].family == 4:
        yield Speaker(lease4, renew4, lambda c: direct.send("RELEASE", c, leases[c]), "")
    else:
        yield Speaker(
            lease6,
            lambda client: clients6.ask("REBIND", client, *leases[client]),
            lambda client: clients6.ask("RELEASE", client, *leases[client]),
            CLIENT6,
        )
    direct.close()


@pairs
def test_the_partner_is_told_of_leases_new_renewed_released_and_over(
    pair: tuple[Kea, Kea], clients: Speaker, target: Target
) -> None:
    """Each server with its own interface, and no change twice."""
    start(pair, lifetime=8)
    primary, partner = pair
    committed, changed = f"leases{primary.family}_committed", f"lease{primary.family}_changed"
    here, there = f"[eth1] [{clients.next_hop}]", f"[{INTERFACE}] [{clients.next_hop}]"
    vanishing, released = clients.lease(1), clients.lease(2)
    clients.renew(2)
    clients.release(2)
    steps = ["new", "renewed", "deleted"]
    # Kea keeps a released lease until it is over, and since 3.0 tells its partner to do so.
    kept = ["deleted"] if targets.kea_release(target) >= "3.0" else []
    wait_until_told(partner, released, [f"{changed} {step} {there}" for step in steps + kept])
    wait_until_told(partner, vanishing, [f"{changed} {step} {there}" for step in steps[::2]])
    over = f"{changed} deleted {here}"
    wait_until_told(primary, vanishing, [f"{committed} new {here}", over])
    wait_until_told(primary, released, [*(f"{committed} {step} {here}" for step in steps), over])


@pairs
def test_a_primary_that_comes_back_is_told_what_it_has_missed(
    pair: tuple[Kea, Kea], clients: Speaker
) -> None:
    start(pair, lifetime=60)
    primary, partner = pair
    committed, changed = f"leases{primary.family}_committed", f"lease{primary.family}_changed"
    here, there = f"[eth1] [{clients.next_hop}]", f"[{INTERFACE}] [{clients.next_hop}]"
    known = clients.lease(1)
    wait_until_told(partner, known, [f"{changed} new {there}"])
    primary.host.run(["systemctl", "kill", "--signal=KILL", primary.unit])
    wait_for_state(partner, "partner-down")
    missed = clients.lease(2)
    clients.renew(1)
    wait_until_told(partner, missed, [f"{committed} new {there}"])
    wait_until_told(partner, known, [f"{changed} new {there}", f"{committed} renewed {there}"])
    primary.host.run(["systemctl", "start", primary.unit])
    wait_until_told(primary, missed, [f"{changed} new {here}"])
    wait_until_told(primary, known, [f"{committed} new {here}", f"{changed} renewed {here}"])
    wait_for_state(primary, "hot-standby")
