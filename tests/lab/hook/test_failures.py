"""Scripts that fail, and a runner that is killed: what on-failure says, and the next try works."""

import time
from collections.abc import Callable

import pytest

from kit.lab import Host
from kit.lab.kea import DATA, SCRIPTS, Kea
from kit.lab.relay import Relay

Behave = Callable[[str], None]
BEHAVE = {
    "script": f"{SCRIPTS}/behave",
    "hook-points": ["leases4_committed"],
    "timeout": 500,
}
REASONS = {
    "hangs": "timeout after 500 ms",
    "crashes": "signal:11",
    "fails": "exit code 3",
}
"""How the script behaves, and what the log says of it."""


@pytest.mark.parametrize(("behaviour", "reason"), REASONS.items(), ids=REASONS)
def test_a_failing_script_can_be_overlooked(
    kea4: Kea, relay: Relay, behave: Behave, behaviour: str, reason: str
) -> None:
    kea4.start(BEHAVE)
    behave(behaviour)
    address = relay.lease(1)
    kea4.wait_for_log(f"the script failed for leases4_committed {address}: {reason}")


@pytest.mark.parametrize("behaviour", REASONS)
def test_no_ack_without_the_script_if_so_configured(
    kea4: Kea, relay: Relay, behave: Behave, threads: bool, behaviour: str
) -> None:
    kea4.start({**BEHAVE, "on-failure": "drop"}, multi_threading=threads)
    behave(behaviour)
    address = relay.offer(1)[0].address
    request = relay.send("REQUEST", 1, address)
    kea4.wait_for_log(REASONS[behaviour])
    kea4.wait_for_log("RUNSCRIPT_PACKET_DROPPED")
    assert relay.reply(request, 0.1) is None
    behave("works")
    relay.send("REQUEST", 1, address, xid=request)
    assert relay.wait(request).kind == "ACK"


def test_a_renewal_waits_for_a_hung_script_until_its_timeout(
    kea4: Kea, relay: Relay, behave: Behave, threads: bool
) -> None:
    """There the packet's own thread waits."""
    kea4.start({**BEHAVE, "hook-points": ["lease4_renew"]}, multi_threading=threads)
    address = relay.lease(1)
    behave("hangs")
    start = time.monotonic()
    ack = relay.wait(relay.send("RENEW", 1, address))
    assert ack.kind == "ACK"
    assert 0.5 <= ack.time - start < 5  # the script would hang for a minute


@pytest.mark.parametrize("wait", [True, False])
def test_after_a_kill_of_the_runner_its_events_run_again(
    kea4: Kea, relay: Relay, server: Host, behave: Behave, threads: bool, wait: bool
) -> None:
    parameters = {**BEHAVE, "timeout": 5000, "max-parallel": 4, "wait": wait, "on-failure": "drop"}
    kea4.start(parameters, multi_threading=threads)
    runs = lambda: server.run(["cat", f"{DATA}/runs"], check=False).stdout.splitlines()  # noqa: E731
    offered = [relay.offer(client)[0].address for client in range(8)]
    behave("hangs")
    requests = [relay.send("REQUEST", client, address) for client, address in enumerate(offered)]
    # All that may run hang: one not begun would end well before the kill, and not run again.
    server.wait_for(lambda: len(runs()) == 4, "4 scripts hang")
    behave("works")
    server.run(["pkill", "-KILL", "-f", "kea-runscript-runner"])
    assert [relay.wait(request).kind for request in requests] == ["ACK"] * 8
    kea4.wait_for_log("RUNSCRIPT_RUNNER_STARTED", times=2)
    server.wait_for(
        lambda: sorted(runs()[4:]) == sorted(f"leases4_committed {address}" for address in offered),
        "all events have run again",
    )
    assert "RUNSCRIPT_EVENT_FAILED" not in kea4.log()
