"""Each hook point of kea-dhcp6 tells exactly what the contract says, with the traffic's values."""

from collections.abc import Callable, Iterator

import pytest

from kit.lab import Client, Host
from kit.lab.kea import Kea
from kit.lab.relay6 import IA, Hop, address_octets, option
from kit.targets import Target
from kit.wait import until
from tests.lab.hook.calls import SCRIPT, Calls
from tests.lab.hook.conftest import CLIENT6, REGISTERED6, RELAY6
from tests.lab.hook.contract_checks import (
    assert_told,
    ifindex,
    not_exercised,
    points,
    release,
)
from tests.lab.hook.told6 import LIFETIME, Talk6, Told6

FULL, REFUSING, VANISHING, RELAYED, LOST, REGISTERING, FOREIGN = range(1, 8)
"""The clients, by what is special about them."""
NAMED = {39: b"\1\6laptop\7example\3org\0"}
ADDRESS, PREFIX, SECOND_PREFIX = IA("NA", 1), IA("PD", 1), IA("PD", 4_000_000_000)
HOPS = (
    Hop("::", "fe80::77", {18: b"eth7"}),
    Hop("2001:db8::5", "fe80::78", {18: b"", 37: b"\0\0\0\x09cpe", 38: b"42"}),
)
ASTRAY = (Hop("2001:db8:dead::5", "fe80::79"),)
SETTINGS = {
    "valid_lifetime": LIFETIME,
    "preferred_lifetime": LIFETIME - 1,
    "decline_probation_period": 2,
    "expired_leases_processing": {"reclaim-timer-wait-time": 1},
    "ddns_qualifying_suffix": "example.org",
}
Talkers = Callable[..., Talk6]


def talk(clients: Talk6, talkers: Talkers, calls: Calls, registers: bool) -> None:
    """All that a client can say, so that every hook point is passed."""
    clients.lease(VANISHING, PREFIX)
    assert clients.ask("DECLINE", REFUSING, *clients.lease(REFUSING, ADDRESS)).kind == "REPLY"
    clients.lease(RELAYED, ADDRESS)
    got = clients.lease(FULL, ADDRESS, PREFIX, SECOND_PREFIX, options=NAMED)
    for kind in ("RENEW", "REBIND", "CONFIRM"):
        assert clients.ask(kind, FULL, *got, options=NAMED).kind == "REPLY"
    clients.ask("INFORMATION-REQUEST", FULL)
    clients.wait(clients.send("INFORMATION-REQUEST", FULL, duid=b""))
    clients.wait(clients.send("SOLICIT", FOREIGN, ADDRESS, duid=b"\0\2\0\0\0\x09foreign"))
    talkers(RELAY6, HOPS).lease(RELAYED, PREFIX)
    talkers(RELAY6, ASTRAY).ask("SOLICIT", LOST, ADDRESS)
    if registers:
        value = option(5, address_octets(REGISTERED6) + (LIFETIME).to_bytes(4) * 2)
        talkers(REGISTERED6).ask("ADDR-REG-INFORM", REGISTERING, options={5: value[4:]})

    def renewed() -> bool:
        """A renewal late enough for Kea to write it."""
        xid = clients.send("RENEW", FULL, *got, options=NAMED)
        clients.wait(xid)
        call = calls.wait_for(
            "a renewal",
            lambda call: (
                call.point == "leases6_committed"
                and call.told["KEA_QUERY6_TRANSACTION_ID"] == str(xid)
            ),
        )
        return call.told["KEA_LEASE6_REUSED"] == "0"

    until(renewed, LIFETIME, "a renewal is written")
    clients.ask("RELEASE", FULL, *got, options=NAMED)
    for point in ("lease6_expire", "lease6_recover"):
        calls.wait_for(point, lambda call, point=point: call.point == point)


@pytest.fixture
def told(server: Host, target: Target) -> Told6:
    return Told6(ifindex(server), release(target))


@pytest.fixture
def talkers(gateway: Client, told: Told6) -> Iterator[Talkers]:
    """Makes clients at an address, and behind relays."""
    made: dict[str, Talk6] = {}

    def make(source: str, hops: tuple[Hop, ...] = ()) -> Talk6:
        if source in made:
            made.pop(source).close()
        made[source] = Talk6(gateway, source, hops, sent=told.sent, heard=told.heard)
        return made[source]

    yield make
    for talker in made.values():
        talker.close()


def test_a_script_is_told_exactly_what_the_contract_says(
    kea6: Kea, talkers: Talkers, told: Told6, server: Host, target: Target, threads: bool
) -> None:
    calls = Calls(server)
    wanted = {point.name for point in points(target, 6)}
    parameters = {"script": SCRIPT, "hook-points": sorted(wanted)}
    kea6.start(parameters, multi_threading=threads, **SETTINGS)
    talk(talkers(CLIENT6), talkers, calls, "addr6_register" in wanted)
    kea6.stop()
    for call in calls():
        assert_told(call, told.by(call), ())
    missed = wanted - {call.point for call in calls()}
    unused = not_exercised(calls(), 6)
    print("no traffic for:", *missed, *(variable.name for variable in unused))
    assert not missed
    assert [variable.name for variable in unused if not variable.added] == []
