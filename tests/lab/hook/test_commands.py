"""What the control commands and Kea's statistics tell of the hook, and that it is right."""

import os
from typing import Any

import pytest

from kit import targets
from kit.lab import Host
from kit.lab.kea import SCRIPTS, Kea
from kit.lab.relay import Relay
from kit.targets import Target, kea_release
from kit.wait import until
from tests.lab.hook.counted import statistics, status
from tests.lab.hook.teller import SCRIPT, Teller

COMMITTED = "leases4_committed"
LONG = 60_000
"""Milliseconds, of which no test sees the end."""


@pytest.fixture
def teller(server: Host) -> Teller:
    return Teller(server)


def wait_for_status(kea: Kea, **wanted: Any) -> dict[str, Any]:
    """The entry's status as soon as it has these members, `_` for `-`."""
    wanted = {name.replace("_", "-"): value for name, value in wanted.items()}
    last: dict[str, Any] = {}

    def probe() -> bool:
        last.clear()
        last.update(status(kea, "tell"))
        return last == {**last, **wanted}

    until(probe, 15, lambda: f"{wanted} in {last}")
    return last


def test_the_status_of_each_entry(
    kea4: Kea, relay: Relay, server: Host, teller: Teller, target: Target, threads: bool
) -> None:
    each = {"script": f"{SCRIPTS}/slow", "hook-points": [COMMITTED], "wait": False}
    kea4.start({"scripts": [teller.parameters(COMMITTED), each]}, multi_threading=threads)
    for client in range(3):
        relay.lease(client)
    answer = kea4.control("runscript-status")
    assert answer["arguments"]["version"] == targets.version()
    assert answer["arguments"]["kea"] == kea_release(target)
    assert [entry["name"] for entry in answer["arguments"]["entries"]] == ["tell", "slow"]
    entry = wait_for_status(kea4, answered=3, events=3, connected=True, oldest_ms=0)
    assert entry["script"] == SCRIPT
    assert entry["run-time-us"] > 0
    runner = os.readlink(server.inside(f"/proc/{entry['pid']}/exe"))
    assert runner.endswith("/kea-runscript-runner")
    assert not entry.keys() & {"replay", "last-failure", "last-failure-at"}
    assert {"runscript-status", "runscript-replay", "runscript-restart"} <= {
        *kea4.control("list-commands")["arguments"]
    }


def test_a_worker_that_hangs(kea4: Kea, relay: Relay, teller: Teller, threads: bool) -> None:
    kea4.start(teller.parameters(COMMITTED, max_parallel=2, timeout=1000), multi_threading=threads)
    offered = [relay.offer(client)[0].address for client in range(4)]
    teller.hang(COMMITTED)
    requests = [relay.send("REQUEST", client, address) for client, address in enumerate(offered)]
    entry = wait_for_status(kea4, events=4, open=2, queue=2, parked=4, answered=0)
    assert entry["connected"]
    until(
        lambda: status(kea4, "tell")["oldest-ms"] > entry["oldest-ms"], 1, "the oldest grows older"
    )
    entry = wait_for_status(kea4, timeouts=1, failures=1)
    event, _, reason = entry["last-failure"].partition(": ")
    assert event in [f"{COMMITTED} {address}" for address in offered]
    assert reason == "the worker does not answer"
    assert entry["dirty"]
    teller.hang("nowhere")
    # The packets went on without an answer; their events are not lost.
    assert {relay.wait(request).kind for request in requests} == {"ACK"}
    wait_for_status(kea4, answered=3, restarts=1, parked=0, bypassed=4, connected=True)


def test_a_restart_is_the_remedy(
    kea4: Kea, relay: Relay, server: Host, teller: Teller, threads: bool
) -> None:
    parameters = teller.parameters(COMMITTED, timeout=LONG, on_failure="drop")
    kea4.start(parameters, multi_threading=threads)
    address = relay.offer(1)[0].address
    teller.hang(COMMITTED)
    request = relay.send("REQUEST", 1, address)
    before = wait_for_status(kea4, open=1, parked=1)
    # The one that hangs does not come out of it; the next one will not hang.
    server.run(["pkill", "-STOP", "-f", f"^/bin/sh {SCRIPT}"])
    teller.hang("nowhere")
    assert kea4.control("runscript-restart", name="tell")["result"] == 0
    assert relay.wait(request).kind == "ACK"
    after = wait_for_status(kea4, answered=1, restarts=1, failures=0, connected=True, parked=0)
    assert after["pid"] != before["pid"]


def test_a_replay(kea4: Kea, relay: Relay, teller: Teller, threads: bool) -> None:
    parameters = teller.parameters(COMMITTED, timeout=LONG, replay=True)
    kea4.start(parameters, multi_threading=threads)
    assert wait_for_status(kea4, replays=1)["replay"] == {"phase": "none", "leases": 0}
    for client in range(3):
        relay.lease(client)
    for point, phase, told in (
        ("replay_begin", "begin", 0),
        ("lease4_replay", "leases", 0),
        ("replay_end", "end", 3),
    ):
        teller.hang(point)
        assert kea4.control("runscript-replay")["result"] == 0
        wait_for_status(kea4, replay={"phase": phase, "leases": told}, queue=0, open=0)
        teller.hang("nowhere")
        wait_for_status(kea4, replay={"phase": "none", "leases": 3}, dirty=False)
    entry = status(kea4, "tell")
    assert entry["replays"] == 4
    # Live events, and two marks of each replay beside the leases of all but the first.
    assert entry["answered"] == 3 + 4 * 2 + 3 * 3


def test_what_cannot_be_done_is_said(kea4: Kea, teller: Teller) -> None:
    other = {**teller.parameters("lease4_expire"), "name": "other"}
    kea4.start({"scripts": [teller.parameters("lease4_expire", replay=True), other]})
    entries = "the entries are: tell, other"
    for arguments, text in (
        ({"name": "none"}, f"argument 'name' is the text \"none\"; {entries}"),
        ({"name": 5}, f"argument 'name' is the number 5; {entries}"),
        ({"names": "tell"}, f"argument 'names' is not known; the one is 'name', and {entries}"),
    ):
        for command in ("runscript-status", "runscript-replay", "runscript-restart"):
            assert kea4.control(command, **arguments) == {"result": 1, "text": text}
    answer = kea4.control("runscript-replay", name="other")
    assert answer["result"] == 1
    assert "'replay'" in answer["text"]
    # Without a name, those that can.
    answer = kea4.control("runscript-replay")
    assert (answer["result"], answer["text"].endswith(": tell")) == (0, True)


def test_statistics_add_up(
    kea4: Kea, relay: Relay, server: Host, teller: Teller, threads: bool
) -> None:
    """Also when the worker dies, too many events wait, and packets go on without an answer."""
    limits = {"queue_limit": 5, "max_parallel": 2, "wait": False}
    parameters = teller.parameters(COMMITTED, name="some-name", timeout=LONG, **limits)
    kea4.start(parameters, multi_threading=threads)
    assert set(wait_for_statistics(kea4, events=0).values()) == {0}
    relay.lease(0)
    wait_for_statistics(kea4, events=1, answered=1)
    teller.hang(COMMITTED)
    for client in range(1, 11):
        relay.lease(client)
    wait_for_statistics(kea4, events=11, answered=1, open=2, queue=5, discarded=3)
    teller.kill()
    kea4.wait_for_log("RUNSCRIPT_PEER_ENDED")
    teller.hang("nowhere")
    found = wait_for_statistics(kea4, events=11, answered=8, discarded=3, open=0, restarts=1)
    entry = status(kea4, "some-name")
    assert found == {name: entry[name] for name in found}
    # Another configuration has other entries, and they begin at zero.
    kea4.configure({**parameters, "name": "another"}, multi_threading=threads)
    assert kea4.control("config-reload")["result"] == 0
    wait_for_statistics(kea4, "another", events=0)
    assert statistics(kea4).keys() == {"another"}


def wait_for_statistics(kea: Kea, entry: str = "some-name", **wanted: int) -> dict[str, int]:
    """The entry's statistics as soon as they have these values; they add up."""
    last: dict[str, int] = {}

    def probe() -> bool:
        last.clear()
        last.update(statistics(kea).get(entry, {}))
        return last == {**last, **wanted}

    until(probe, 15, lambda: f"{wanted} in {last}")
    return last
