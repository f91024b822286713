"""Each hook point of kea-dhcp4 tells exactly what the contract says, with the traffic's values."""

from collections.abc import Iterator

import pytest

from kit.lab import Client, Host
from kit.lab.kea import Kea
from kit.lab.relay import NOWHERE
from kit.targets import Target
from kit.wait import until
from tests.lab.hook.calls import SCRIPT, Calls
from tests.lab.hook.conftest import RELAY4, SERVER4, put_library
from tests.lab.hook.contract_checks import (
    assert_told,
    ifindex,
    not_exercised,
    option_variables,
    points,
    release,
)
from tests.lab.hook.told4 import LIFETIME, Talk4, Told4

PLAIN, FULL, ODD, EMPTY, NAMELESS, DIRECT, REFUSING, VANISHING, LOST, TAKEN = range(1, 11)
"""The clients, by what is special about them."""
OPTIONS = {
    FULL: {
        12: b"Laptop",
        55: bytes((1, 3, 12, 60)),
        60: b"MSFT 5.0",
        61: b"\1\2\0\0\0\0\2",
        82: b"\1\4eth0\2\3cpe",
    },
    ODD: {60: b"\0\0", 82: b"\1\0"},
    EMPTY: {60: b"with NULs\0\0", 82: b""},
    NAMELESS: {61: b"\0name"},
}
SETTINGS = {
    "authoritative": True,
    "valid_lifetime": LIFETIME,
    "decline_probation_period": 2,
    "expired_leases_processing": {"reclaim-timer-wait-time": 1},
    "option_data": [{"name": "vendor-class-identifier", "data": "our server"}],
}


def talk(relay: Talk4, direct: Talk4, calls: Calls) -> None:
    """All that a client can say, so that every hook point is passed."""
    # First: a declined lease has no hardware address either, so Kea would give that one.
    nameless = {"options": OPTIONS[NAMELESS], "hwaddr": b""}
    offered = relay.wait(relay.send("DISCOVER", NAMELESS, **nameless)).address
    relay.wait(relay.send("REQUEST", NAMELESS, offered, **nameless))
    relay.lease(VANISHING)
    relay.send("DECLINE", REFUSING, relay.lease(REFUSING))
    relay.lease(PLAIN)
    for client in (FULL, ODD, EMPTY):
        relay.lease(client, OPTIONS[client])
    full = OPTIONS[FULL]
    address = relay.lease(FULL, full)
    for kind in ("RENEW", "REBOOT"):
        assert relay.wait(relay.send(kind, FULL, address, options=full)).kind == "ACK"
    direct.send("RENEW", DIRECT, direct.lease(DIRECT))
    relay.send("DISCOVER", LOST, giaddr="192.0.2.7")
    relay.send("DISCOVER", TAKEN)
    relay.send("INFORM", FULL, address, options=full)
    assert relay.wait(relay.send("REBOOT", LOST, "10.9.0.7")).kind == "NAK"

    def renewed() -> bool:
        """A renewal late enough for Kea to write it."""
        xid = relay.send("RENEW", FULL, address, options=full)
        relay.wait(xid)
        call = calls.wait_for(
            "a renewal",
            lambda call: (
                call.point == "leases4_committed"
                and call.told["KEA_QUERY4_TRANSACTION_ID"] == str(xid)
            ),
        )
        return call.told["KEA_LEASE4_REUSED"] == "0"

    until(renewed, LIFETIME, "a renewal is written")
    relay.send("RELEASE", FULL, address, options=full)
    # Nothing is replied to a release; systemd would end its script with the server.
    for point in ("lease4_release", "lease4_expire", "lease4_recover"):
        calls.wait_for(point, lambda call, point=point: call.point == point)


@pytest.fixture
def talkers(gateway: Client, server: Host, target: Target) -> Iterator[tuple[Told4, Talk4, Talk4]]:
    told = Told4(ifindex(server), release(target))
    books = {"sent": told.sent, "heard": told.heard}
    relay = Talk4(gateway, RELAY4, SERVER4, **books)
    direct = Talk4(gateway, NOWHERE, SERVER4, **books)
    yield told, relay, direct
    relay.close()
    direct.close()


@pytest.fixture(scope="session")
def taken(server: Host, target: Target) -> str:
    """A library that makes Kea decline what is offered to TAKEN, by its path on the server."""
    return put_library(server, target, "taken")


def test_a_script_is_told_exactly_what_the_contract_says(
    kea4: Kea,
    talkers: tuple[Told4, Talk4, Talk4],
    taken: str,
    server: Host,
    target: Target,
    threads: bool,
) -> None:
    told, relay, direct = talkers
    calls = Calls(server)
    parameters = {
        "script": SCRIPT,
        "hook-points": [point.name for point in points(target, 4)],
        "options": ["host-name"],
    }
    kea4.start(parameters, multi_threading=threads, beside=[taken], **SETTINGS)
    talk(relay, direct, calls)
    kea4.stop()
    options = option_variables(4, 12)
    for call in calls():
        assert_told(call, told.by(call), options)
    reached = {call.point for call in calls()}
    missed = [point.name for point in points(target, 4) if point.name not in reached]
    unused = not_exercised(calls(), 4)
    print("no traffic for:", *missed, *(variable.name for variable in unused))
    assert not missed
    assert [variable.name for variable in unused if not variable.added] == []
