"""The script is told all active leases whenever it may lag behind them."""

import re
import struct
import time
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path

import pytest

from kit.lab import Host
from kit.lab.kea import DATA, SCRIPTS, Kea
from kit.lab.relay import Relay
from kit.lab.relay6 import IA, Clients6
from kit.paths import ROOT
from kit.wait import until
from tests.lab.hook.conftest import CLIENT6, RELAY4, SUBNETS4
from tests.lab.hook.teller import Teller, Told, restart

MANY = 70
"""More than is read at once."""
LIFETIME = 51
"""The option by which a client asks for one."""


@pytest.fixture
def teller(server: Host) -> Teller:
    return Teller(server)


def kill(kea: Kea) -> None:
    """Kill a server, and start it again."""
    kea.kill()
    kea.host.run(["systemctl", "start", kea.unit])


def reload(kea: Kea) -> None:
    assert kea.control("config-reload")["result"] == 0


def ask(kea: Kea) -> None:
    assert kea.control("runscript-replay")["result"] == 0


WAYS: tuple[Callable[[Kea], None], ...] = (restart, reload, kill, ask)


def start(kea: Kea, teller: Teller, threads: bool) -> None:
    """Start a server with the worker, which has been told that there are no leases."""
    parameters = teller.parameters(f"leases{kea.family}_committed", replay=True, timeout=20_000)
    kea.start(parameters, multi_threading=threads)
    assert teller.wait_for_replays(1) == Told([], 0)


def assert_told_again(kea: Kea, teller: Teller, leases: list[str]) -> None:
    """Whatever happens to the server, the worker is told these leases, and that just once."""
    expected = Told(sorted(leases), len(leases))
    for number, way in enumerate(WAYS, 2):
        way(kea)
        assert teller.wait_for_replays(number) == expected, way
    teller.kill()
    assert teller.wait_for_replays(len(WAYS) + 2) == expected


def test_ipv4_leases_are_told_again(kea4: Kea, relay: Relay, teller: Teller, threads: bool) -> None:
    start(kea4, teller, threads)
    leases = [f"{relay.lease(client)} eth1 {RELAY4}" for client in range(MANY)]
    assert_told_again(kea4, teller, leases)


def test_ipv6_leases_are_told_again(
    kea6: Kea, clients6: Clients6, teller: Teller, threads: bool
) -> None:
    start(kea6, teller, threads)
    given = [ia for client in range(3) for ia in clients6.lease(client, IA("NA", 1), IA("PD", 2))]
    addresses = [ia.value.partition("/")[0] for ia in given]
    assert_told_again(kea6, teller, [f"{address} eth1 {CLIENT6}" for address in addresses])


def test_a_worker_killed_in_the_middle_is_told_all_anew(
    kea4: Kea, relay: Relay, teller: Teller, threads: bool
) -> None:
    start(kea4, teller, threads)
    leases = sorted(f"{relay.lease(client)} eth1 {RELAY4}" for client in range(MANY))
    teller.hang("lease4_replay")
    ask(kea4)
    kea4.host.wait_for(
        lambda: any("lease4_replay" in line for line in teller.told()), "a lease is told"
    )
    teller.kill()
    kea4.wait_for_log("RUNSCRIPT_REPLAY_FAILED")
    teller.hang("nowhere")
    assert teller.wait_for_replays(2) == Told(leases, MANY)


def test_live_events_go_first(kea4: Kea, relay: Relay, teller: Teller, threads: bool) -> None:
    start(kea4, teller, threads)
    leases = [relay.lease(client) for client in range(MANY)]
    first, last = sorted(leases, key=ip_address)[:: MANY - 1]
    teller.hang("lease4_replay")
    ask(kea4)
    kea4.host.wait_for(
        lambda: any("lease4_replay" in line for line in teller.told()), "a lease is told"
    )
    requests = [relay.send("RENEW", leases.index(lease), lease) for lease in (first, last)]
    kea4.host.wait_for(lambda: open_and_queued(kea4) == 2, "the renewals wait")
    teller.hang("nowhere")
    assert {relay.wait(request).kind for request in requests} == {"ACK"}
    replay = teller.wait_for_replays(2)
    told = {line.split()[0] for line in replay.leases}
    # What a renewal tells need not be told again, where that had not begun.
    assert first in told
    assert told == set(leases) - {last}
    assert replay.count == MANY


def open_and_queued(kea: Kea) -> int:
    (entry,) = kea.control("runscript-status")["arguments"]["entries"]
    return entry["open"] + entry["queue"]


def test_only_active_leases_of_the_entrys_subnets_are_told(
    kea4: Kea, relay: Relay, teller: Teller
) -> None:
    other = {"id": 2, "subnet": "10.2.0.0/16", "pools": [{"pool": "10.2.1.0-10.2.1.255"}]}
    entries = [
        teller.parameters("leases4_committed", name=f"subnet-{id}", subnets=[id], replay=True)
        for id in (1, 2)
    ]
    kea4.start({"scripts": entries}, subnet4=[*SUBNETS4, other])
    kea4.host.wait_for(lambda: len(teller.replays()) == 2, "both are told that there are none")
    stays, declined, released = [relay.lease(client) for client in range(3)]
    relay.send("DECLINE", 1, declined)
    relay.send("RELEASE", 2, released)
    kea4.host.wait_for(lambda: len(teller.told()) == 2 * 2 + 5, "all has been told")
    reload(kea4)
    kea4.host.wait_for(lambda: len(teller.replays()) == 4, "both are told again")
    assert sorted(one.count for one in teller.replays()[2:]) == [0, 1]
    (line,) = [line for line in teller.told() if line.startswith("lease4_replay")]
    assert line.split()[1] == stays


def test_a_process_for_each_event(kea4: Kea, relay: Relay, server: Host) -> None:
    server.write(
        f"{SCRIPTS}/each",
        f"#!/bin/sh\necho $1 $KEA_LEASE4_ADDRESS$KEA_REPLAY_LEASES >>{DATA}/told\n",
        0o755,
    )
    teller = Teller(server)
    parameters = {"script": f"{SCRIPTS}/each", "hook-points": ["lease4_expire"], "replay": True}
    kea4.start(parameters)
    assert teller.wait_for_replays(1) == Told([], 0)
    leases = sorted(relay.lease(client) for client in range(5))
    restart(kea4)
    assert teller.wait_for_replays(2) == Told(leases, 5)
    server.run(["pkill", "-KILL", "-f", "kea-runscript-runner"])
    kea4.wait_for_log("RUNSCRIPT_RUNNER_STARTED", times=3)
    ask(kea4)
    # A new runner is no reason for one.
    assert teller.wait_for_replays(3) == Told(leases, 5)


def test_the_example_has_a_file_for_each_lease_whatever_happens(
    kea4: Kea, relay: Relay, server: Host, threads: bool
) -> None:
    """Files that are lost, that nobody should have, and of leases that ended meanwhile."""
    (example,) = re.findall(r"```sh\n(#!.*?)```", (ROOT / "docs/replay.md").read_text(), re.DOTALL)
    server.write(f"{SCRIPTS}/files", example.replace("/var/lib/leases", f"{DATA}/leases"), 0o755)
    parameters = {
        "script": f"{SCRIPTS}/files",
        "mode": "worker",
        "hook-points": ["leases4_committed", "lease4_expire"],
        "replay": True,
        "timeout": 20_000,
        "on-failure": "drop",
    }
    kea4.start(parameters, multi_threading=threads, min_valid_lifetime=1)
    folder = server.inside(f"{DATA}/leases")
    files = lambda: {file.name for file in Path(folder).glob("[!.]*")}  # noqa: E731
    stays, lost = relay.lease(1), relay.lease(2)
    ends = relay.lease(3, {LIFETIME: struct.pack("!I", 1)})
    end = time.time() + 2
    assert files() == {stays, lost, ends}
    kea4.kill()
    (folder / lost).unlink()
    (folder / "10.1.99.99").touch()
    until(lambda: time.time() > end, 5, "the lease has ended")
    server.run(["systemctl", "start", kea4.unit])
    server.wait_for(lambda: files() == {stays, lost}, "files of the two leases")
