"""Where a client was last seen, told when its lease ends without a word from it."""

from collections.abc import Iterator
from typing import Any

import pytest

from kit.lab import Client, Host
from kit.lab.kea import DATA, SCRIPTS, Kea
from kit.lab.relay import NOWHERE, Relay
from kit.lab.relay6 import IA, Clients6
from tests.lab.hook.conftest import CLIENT6, RELAY4, RELAY6, SERVER4

PLACE = f"""#!/bin/sh
echo "$1 $KEA_LEASE4_ADDRESS$KEA_LEASE6_ADDRESS" \\
    "[$KEA_LEASE4_INTERFACE$KEA_LEASE6_INTERFACE]" \\
    "[$KEA_LEASE4_NEXT_HOP$KEA_LEASE6_NEXT_HOP]" >>{DATA}/told
"""
LIFETIME = 4
SETTINGS = {
    "valid_lifetime": LIFETIME,
    "expired_leases_processing": {"reclaim-timer-wait-time": 1},
}
SETTINGS6 = {**SETTINGS, "preferred_lifetime": LIFETIME - 1}


@pytest.fixture
def place(server: Host) -> dict[str, Any]:
    """Parameters of a script that writes down each place."""
    server.write(f"{SCRIPTS}/place", PLACE, 0o755)
    return {"script": f"{SCRIPTS}/place"}


@pytest.fixture
def direct(gateway: Client) -> Iterator[Relay]:
    """Clients on the server's own link."""
    clients = Relay(gateway, NOWHERE, SERVER4)
    yield clients
    clients.close()


def restart(kea: Kea) -> None:
    """End it and start it again, with the leases that it has."""
    kea.stop()
    kea.host.run(["systemctl", "start", kea.unit])


def wait_for_place(kea: Kea, lease: str, interface: str, next_hop: str) -> None:
    told = f"lease{kea.family}_expire {lease} [{interface}] [{next_hop}]\n"
    kea.host.wait_for_output(["cat", f"{DATA}/told"], told)


def test_it_survives_a_restart(
    kea4: Kea, relay: Relay, place: dict[str, Any], threads: bool
) -> None:
    parameters = {**place, "hook-points": ["lease4_expire"]}
    kea4.start(parameters, multi_threading=threads, **SETTINGS)
    address = relay.lease(1)
    restart(kea4)
    wait_for_place(kea4, address, "eth1", RELAY4)


def test_it_follows_an_ipv4_client(
    kea4: Kea, relay: Relay, direct: Relay, place: dict[str, Any]
) -> None:
    """Also where Kea would renew the lease without writing it."""
    parameters = {**place, "hook-points": ["lease4_expire"]}
    kea4.start(parameters, cache_threshold=0.9, **SETTINGS)
    address = relay.lease(1)
    assert direct.wait(direct.send("REBOOT", 1, address)).kind == "ACK"
    wait_for_place(kea4, address, "eth1", "")


def test_it_follows_an_ipv6_client(
    kea6: Kea, gateway: Client, clients6: Clients6, place: dict[str, Any]
) -> None:
    parameters = {**place, "hook-points": ["lease6_expire"]}
    # Where Kea renews a lease without writing it, the memory is older.
    kea6.start(parameters, cache_threshold=0.0001, **SETTINGS6)
    wanted = (IA("NA", 1), IA("PD", 2))
    stays, moves = clients6.lease(1, *wanted), clients6.lease(2, *wanted)
    elsewhere = Clients6(gateway, RELAY6)
    try:
        elsewhere.ask("SOLICIT", 3)  # to learn who the server is
        assert elsewhere.ask("RENEW", 2, *moves).kind == "REPLY"
    finally:
        elsewhere.close()
    for leases, next_hop in ((stays, CLIENT6), (moves, RELAY6)):
        for lease in leases:
            wait_for_place(kea6, lease.value.partition("/")[0], "eth1", next_hop)


def test_an_interface_of_another_machine_is_not_told(
    kea4: Kea, relay: Relay, server: Host, place: dict[str, Any]
) -> None:
    """As at an HA partner, which has the same leases."""
    parameters = {**place, "hook-points": ["lease4_expire"]}
    kea4.start(parameters, **SETTINGS)
    address = relay.lease(1)
    server.run(["hostname", "partner"])
    try:
        restart(kea4)
        wait_for_place(kea4, address, "", RELAY4)
    finally:
        server.run(["hostname", "server"])


def test_a_declined_lease_is_told_as_it_was(
    kea4: Kea, relay: Relay, server: Host, threads: bool
) -> None:
    kea4.start(
        {"script": f"{SCRIPTS}/debug", "hook-points": ["leases4_committed"]},
        multi_threading=threads,
    )
    address = relay.lease(1)
    relay.send("DECLINE", 1, address)
    log = kea4.wait_for_log("KEA_LEASE4_CHANGE=declined")
    told = log[log.rindex("hook point:") :]
    assert f"KEA_LEASE4_HWADDR={relay.hwaddr(1)}" in told
    assert f"KEA_LEASE4_NEXT_HOP={RELAY4}" in told
