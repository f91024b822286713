"""What becomes of leases in the database, told where no packet tells it, and not twice."""

from collections.abc import Mapping
from typing import Any

import pytest

from kit import targets
from kit.lab import Host
from kit.lab.kea import DATA, SCRIPTS, Kea, KeaFailed
from kit.lab.relay import Relay
from kit.lab.relay6 import IA, Clients6
from kit.targets import Target
from tests.lab.hook.calls import SCRIPT, Calls
from tests.lab.hook.conftest import CLIENT6, RELAY4, SUBNETS6
from tests.lab.hook.contract_checks import CONTRACT

TELL = f"""#!/bin/sh
echo "$1 $KEA_LEASE4_ADDRESS$KEA_LEASE6_ADDRESS $KEA_LEASE4_CHANGE$KEA_LEASE6_CHANGE" \\
    "$KEA_LEASE4_INTERFACE$KEA_LEASE6_INTERFACE $KEA_LEASE4_NEXT_HOP$KEA_LEASE6_NEXT_HOP" \\
    "$KEA_LEASE4_HWADDR$KEA_LEASE6_CLIENT_DUID" >>{DATA}/$2
"""
WRITES_ALL = {"cache_threshold": 0.0001}
"""Without it, Kea 3.0 renews young leases without a change in the database."""
RECLAIMS_NOTHING = {"expired_leases_processing": {"reclaim-timer-wait-time": 0}}
RECLAIMS = {"expired_leases_processing": {"reclaim-timer-wait-time": 1}}
MARK4, MARK6 = "10.1.9.99", "2001:db8::1:9999"
"""Leases that a test makes by command, to be told of after all else."""

tells = pytest.mark.parametrize(
    "target", ["trixie", "trixie-backports", "forky"], indirect=True, scope="session"
)


@pytest.fixture
def tell(server: Host) -> None:
    server.write(f"{SCRIPTS}/tell", TELL, 0o755)


def start(kea: Kea, target: Target, entries: Mapping[str, list[str]], **settings: Any) -> None:
    """Start Kea with these entries, each with its hook points, and with lease commands."""
    kea.start(parameters(entries), beside=beside(target), **settings)


def parameters(entries: Mapping[str, list[str]]) -> dict[str, Any]:
    """Entries that write down what they are told, one event after another."""
    same = {"script": f"{SCRIPTS}/tell", "max-parallel": 1}
    return {
        "scripts": [
            {**same, "name": name, "arguments": [name], "hook-points": points}
            for name, points in entries.items()
        ]
    }


def beside(target: Target) -> list[str]:
    return [f"{target.hooks_dir}/libdhcp_lease_cmds.so"]


def done(kea: Kea, command: str, **arguments: Any) -> None:
    """A command that Kea must obey."""
    answer = kea.control(command, **arguments)
    assert answer["result"] == 0, answer


def add(kea: Kea, address: str) -> None:
    """Make a lease by command."""
    if kea.family == 4:
        who = {"hw-address": "02:00:00:00:99:99"}
    else:
        who = {"duid": "00:03:00:01:02:00:00:00:99:99", "iaid": 1}
    lease = {"ip-address": address, "subnet-id": 1, **who}
    done(kea, f"lease{kea.family}-add", **lease)


def told(kea: Kea, name: str, fields: int = 3) -> list[str]:
    """What an entry was told, one line for each run: hook point, lease, change; with more `fields`,
    interface, next hop and client as well.
    """
    mark = MARK4 if kea.family == 4 else MARK6
    seen = kea.host.wait_for_output(["cat", f"{DATA}/{name}"], mark).splitlines()
    return [" ".join(line.split(" ")[:fields]).rstrip() for line in seen if mark not in line]


def address_of(lease: IA) -> str:
    return lease.value.partition("/")[0]


def reserved(*prefixes: str) -> list[dict[str, Any]]:
    """The subnets, with prefixes for the first clients."""
    duids = ["00:03:00:01:02:00:00:00:00:01", "00:03:00:01:02:00:00:00:00:02"]
    reservations = [{"duid": d, "prefixes": [p]} for d, p in zip(duids, prefixes, strict=False)]
    return [{**SUBNETS6[0], "reservations": reservations}]


@tells
@pytest.mark.usefixtures("tell")
def test_a_solicit_after_a_changed_reservation_ends_the_old_prefix(
    kea6: Kea, clients6: Clients6, target: Target, threads: bool
) -> None:
    entries = {
        "only": ["lease6_changed"],
        "both": ["leases6_committed", "lease6_changed"],
        "expire": ["lease6_changed", "lease6_expire", "lease6_release"],
    }
    settings = {**RECLAIMS_NOTHING, "multi_threading": threads}
    old, new = "2001:db8:1:aa00::/56", "2001:db8:1:bb00::/56"
    start(kea6, target, entries, subnet6=reserved(old), **settings)
    wanted = IA("PD", 1)
    assert clients6.lease(1, wanted)[0].value == old
    kea6.configure(parameters(entries), beside=beside(target), subnet6=reserved(new), **settings)
    done(kea6, "config-reload")
    assert clients6.ask("SOLICIT", 1, wanted).ias[0].value == new
    add(kea6, MARK6)
    lease, place = "2001:db8:1:aa00::", f"eth1 {CLIENT6} {clients6.duid(1)}"
    assert told(kea6, "both", 6) == [
        f"leases6_committed {lease} new {place}",
        f"lease6_changed {lease} deleted {place}",
    ]
    changes = [f"lease6_changed {lease} {change} {place}" for change in ("new", "deleted")]
    assert told(kea6, "only", 6) == changes
    assert told(kea6, "expire", 6) == changes


@tells
@pytest.mark.usefixtures("tell")
def test_a_renewal_after_a_changed_reservation_is_told_once(
    kea6: Kea, clients6: Clients6, target: Target, threads: bool
) -> None:
    entries = {"only": ["lease6_changed"], "both": ["leases6_committed", "lease6_changed"]}
    settings = {**RECLAIMS_NOTHING, "multi_threading": threads}
    old, new = "2001:db8:1:aa00::/56", "2001:db8:1:bb00::/56"
    start(kea6, target, entries, subnet6=reserved(old), **settings)
    leases = clients6.lease(1, IA("PD", 1))
    kea6.configure(parameters(entries), beside=beside(target), subnet6=reserved(new), **settings)
    done(kea6, "config-reload")
    clients6.ask("RENEW", 1, *leases)
    add(kea6, MARK6)
    steps = [
        "2001:db8:1:aa00:: new",
        "2001:db8:1:aa00:: deleted",
        "2001:db8:1:bb00:: new",
    ]
    assert told(kea6, "both") == [f"leases6_committed {step}" for step in steps]
    # In the order in which Kea changes its database.
    assert sorted(told(kea6, "only")) == sorted(f"lease6_changed {step}" for step in steps)


@tells
@pytest.mark.usefixtures("tell")
def test_lease_commands_in_the_order_in_which_they_come(
    kea4: Kea, kea6: Kea, target: Target, threads: bool
) -> None:
    """Many at once for one lease, with several scripts at once."""
    rounds = 10
    for kea, lease in ((kea4, "10.1.1.7"), (kea6, "2001:db8::1:7")):
        point = f"lease{kea.family}_changed"
        entries = {"only": [point], "both": [f"leases{kea.family}_committed", point]}
        start(kea, target, entries, multi_threading=threads, **RECLAIMS_NOTHING)
        for _ in range(rounds):
            add(kea, lease)
            done(kea, f"lease{kea.family}-del", **{"ip-address": lease})
        add(kea, MARK4 if kea.family == 4 else MARK6)
        changes = [f"{point} {lease} {change}" for change in ("new", "deleted")] * rounds
        assert told(kea, "only") == changes
        assert told(kea, "both") == changes
        kea.stop()


@tells
@pytest.mark.usefixtures("tell")
def test_no_echo_of_an_ipv4_clients_packets(
    kea4: Kea, relay: Relay, server: Host, target: Target, threads: bool
) -> None:
    entries = {
        "only": ["lease4_changed"],
        "both": ["leases4_committed", "lease4_changed"],
        "ends": ["lease4_changed", "lease4_release", "lease4_decline"],
        "all": ["leases4_committed", "lease4_changed", "lease4_renew", "lease4_release"],
    }
    start(kea4, target, entries, multi_threading=threads, **RECLAIMS_NOTHING, **WRITES_ALL)
    address, declined = relay.lease(1), relay.lease(2)
    assert relay.wait(relay.send("RENEW", 1, address)).kind == "ACK"
    relay.send("RELEASE", 1, address)
    server.wait_for_output(["cat", f"{DATA}/both"], f"{address} deleted")
    relay.send("DECLINE", 2, declined)
    server.wait_for_output(["cat", f"{DATA}/both"], f"{declined} declined")
    relay.offer(3)
    add(kea4, MARK4)
    steps = [
        f"{address} new",
        f"{declined} new",
        f"{address} renewed",
        f"{address} deleted",
        f"{declined} declined",
    ]
    place = {address: relay.hwaddr(1), declined: relay.hwaddr(2)}
    assert told(kea4, "only", 6) == [
        f"lease4_changed {step} eth1 {RELAY4} {place[step.split()[0]]}" for step in steps
    ]
    assert told(kea4, "both") == [f"leases4_committed {step}" for step in steps]
    assert told(kea4, "ends") == [
        *(f"lease4_changed {step}" for step in steps[:3]),
        f"lease4_release {address}",
        f"lease4_decline {declined}",
    ]
    assert told(kea4, "all") == [
        *(f"leases4_committed {step}" for step in steps[:2]),
        f"lease4_renew {address}",
        f"leases4_committed {steps[2]}",
        f"lease4_release {address}",
        *(f"leases4_committed {step}" for step in steps[3:]),
    ]


@tells
@pytest.mark.usefixtures("tell")
def test_no_echo_of_an_ipv6_clients_packets(
    kea6: Kea, clients6: Clients6, target: Target, threads: bool
) -> None:
    entries = {
        "only": ["lease6_changed"],
        "both": ["leases6_committed", "lease6_changed"],
        "ends": ["lease6_changed", "lease6_release", "lease6_decline"],
    }
    start(kea6, target, entries, multi_threading=threads, **RECLAIMS_NOTHING, **WRITES_ALL)
    leases = clients6.lease(1, IA("NA", 1), IA("PD", 2))
    refused = clients6.lease(2, IA("NA", 1))
    assert clients6.ask("RENEW", 1, *leases).kind == "REPLY"
    assert clients6.ask("RELEASE", 1, *leases).kind == "REPLY"
    assert clients6.ask("DECLINE", 2, *refused).kind == "REPLY"
    clients6.ask("SOLICIT", 3, IA("PD", 1))
    add(kea6, MARK6)
    (one, two), other = map(address_of, leases), address_of(*refused)
    steps = [f"{one} new", f"{two} new", f"{other} new", f"{one} renewed", f"{two} renewed"]
    ends = [f"{one} deleted", f"{two} deleted", f"{other} declined"]
    assert told(kea6, "only") == [f"lease6_changed {step}" for step in (*steps, *ends)]
    assert told(kea6, "both") == [f"leases6_committed {step}" for step in (*steps, *ends)]
    assert told(kea6, "ends") == [
        *(f"lease6_changed {step}" for step in steps),
        *(f"lease6_release {lease}" for lease in (one, two)),
        f"lease6_decline {other}",
    ]


@tells
@pytest.mark.usefixtures("tell")
def test_a_lease_whose_time_is_over(
    kea4: Kea, kea6: Kea, relay: Relay, clients6: Clients6, target: Target, threads: bool
) -> None:
    """It is told as it was, though Kea forgets the client."""
    for kea in (kea4, kea6):
        family = kea.family
        entries = {
            "only": [f"lease{family}_changed"],
            "expire": [f"lease{family}_changed", f"lease{family}_expire"],
            "both": [f"lease{family}_changed", f"leases{family}_committed"],
        }
        start(kea, target, entries, multi_threading=threads, valid_lifetime=2, **RECLAIMS)
        if family == 4:
            lease = relay.lease(1)
            place = f"eth1 {RELAY4} {relay.hwaddr(1)}"
        else:
            lease = address_of(*clients6.lease(1, IA("PD", 1)))
            place = f"eth1 {CLIENT6} {clients6.duid(1)}"
        changed = f"lease{family}_changed {lease}"
        kea.host.wait_for_output(["cat", f"{DATA}/only"], f"{changed} deleted")
        add(kea, MARK4 if family == 4 else MARK6)
        ended = f"{changed} deleted {place}"
        assert told(kea, "only", 6) == [f"{changed} new {place}", ended]
        assert told(kea, "expire", 6) == [
            f"{changed} new {place}",
            f"lease{family}_expire {lease}  {place}",
        ]
        assert told(kea, "both", 6) == [f"leases{family}_committed {lease} new {place}", ended]
        kea.stop()


@tells
def test_all_that_the_contract_says_is_told(
    kea4: Kea, kea6: Kea, server: Host, target: Target
) -> None:
    for kea, lease in ((kea4, MARK4), (kea6, MARK6)):
        calls = Calls(server)
        point = f"lease{kea.family}_changed"
        kea.start({"script": SCRIPT, "hook-points": [point]}, beside=beside(target))
        add(kea, lease)
        told = calls.wait_for(point, lambda call, point=point: call.point == point).told
        known = {v.name: v for v in CONTRACT.hook_points[point].variables}
        assert {v.name for v in known.values() if not v.only} <= told.keys() <= known.keys()
        assert [name for name, value in told.items() if not known[name].fits(value)] == []
        kea.stop()


@pytest.mark.parametrize("target", ["bookworm"], indirect=True, scope="session")
def test_a_release_whose_database_tells_nothing_refuses_it(
    kea4: Kea, kea6: Kea, target: Target
) -> None:
    for kea in (kea4, kea6):
        point = f"lease{kea.family}_changed"
        with pytest.raises(KeaFailed) as failure:
            kea.start({"script": f"{SCRIPTS}/debug", "hook-points": [point]})
        release = targets.kea_release(target)
        message = f'lists "{point}", which Kea has since 2.6, but this is Kea {release}; leave it'
        assert message in str(failure.value)
