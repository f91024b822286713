"""Leases that Kea acknowledges without writing them: their scripts run all the same."""

from collections.abc import Callable
from typing import Any

import pytest

from kit.lab import Host
from kit.lab.kea import DATA, SCRIPTS, Kea
from kit.lab.relay import Relay
from kit.lab.relay6 import IA, Clients6

# Writes down what it is told, then does as `behave`.
TELL = f"""#!/bin/sh
echo "$KEA_LEASE4_ADDRESS$KEA_LEASE6_ADDRESS" \\
    "$KEA_LEASE4_CHANGE$KEA_LEASE6_CHANGE" \\
    "$KEA_LEASE4_REUSED$KEA_LEASE6_REUSED" >>{DATA}/told
exec {SCRIPTS}/behave "$@"
"""
DEFAULT_OF_3 = 0.25
"""Kea 3.0's own `cache-threshold`; older releases have none."""
BOTH = (IA("NA", 1), IA("PD", 2))


@pytest.fixture
def tell(server: Host, behave: Callable[[str], None]) -> dict[str, Any]:
    """Parameters of a script without which there is no reply."""
    server.write(f"{SCRIPTS}/tell", TELL, 0o755)
    return {"script": f"{SCRIPTS}/tell", "on-failure": "drop"}


def told(server: Host) -> list[str]:
    return server.run(["cat", f"{DATA}/told"]).stdout.splitlines()


def test_an_ipv4_lease(
    kea4: Kea,
    relay: Relay,
    server: Host,
    tell: dict[str, Any],
    behave: Callable[[str], None],
    threads: bool,
) -> None:
    """A script that fails once is run again by the retransmission, and at each early renewal."""
    parameters = {**tell, "hook-points": ["leases4_committed"]}
    kea4.start(parameters, multi_threading=threads, cache_threshold=DEFAULT_OF_3)
    behave("fails")
    address = relay.offer(1)[0].address
    request = relay.send("REQUEST", 1, address)
    kea4.wait_for_log("RUNSCRIPT_PACKET_DROPPED")
    assert relay.reply(request, 0.1) is None
    behave("works")
    relay.send("REQUEST", 1, address, xid=request)
    assert relay.wait(request).kind == "ACK"
    assert relay.wait(relay.send("RENEW", 1, address)).kind == "ACK"
    assert relay.lease(1) == address
    assert told(server) == [f"{address} new 0"] + [f"{address} renewed 1"] * 3
    # A lease that is not given tells of none.
    assert relay.wait(relay.send("RENEW", 2, address)).kind == "NAK"
    relay.lease(3)
    assert len(told(server)) == 5


@pytest.mark.parametrize("target", ["trixie-backports", "forky"], indirect=True, scope="session")
def test_an_ipv6_address_and_a_prefix(
    kea6: Kea,
    clients6: Clients6,
    server: Host,
    tell: dict[str, Any],
    behave: Callable[[str], None],
    threads: bool,
) -> None:
    """The same, with Kea's default."""
    kea6.start({**tell, "hook-points": ["leases6_committed"]}, multi_threading=threads)
    offered = clients6.ask("SOLICIT", 1, *BOTH).ias
    addresses = [ia.value.partition("/")[0] for ia in offered]
    behave("fails")
    request = clients6.send("REQUEST", 1, *offered)
    kea6.wait_for_log("RUNSCRIPT_PACKET_DROPPED")
    assert clients6.reply(request, 0.1) is None
    behave("works")
    clients6.send("REQUEST", 1, *offered, xid=request)
    assert clients6.wait(request).kind == "REPLY"
    assert clients6.ask("RENEW", 1, *offered).kind == "REPLY"
    clients6.lease(1, *BOTH)
    new = [f"{address} new 0" for address in addresses]
    again = [f"{address} renewed 1" for address in addresses]
    assert told(server) == new + again * 3


@pytest.mark.parametrize("target", ["bookworm", "trixie"], indirect=True, scope="session")
def test_a_release_that_cannot_tell_of_ipv6_leases_says_so(kea6: Kea, tell: dict[str, Any]) -> None:
    parameters = {**tell, "hook-points": ["leases6_committed"]}
    kea6.start(parameters)
    assert "RUNSCRIPT_REUSED_LEASES" not in kea6.log()
    kea6.start(parameters, cache_threshold=DEFAULT_OF_3)
    kea6.wait_for_log("RUNSCRIPT_REUSED_LEASES")
