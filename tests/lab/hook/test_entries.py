"""Several scripts for one packet: it waits for all of them, and the strictest answer counts."""

import time
from collections.abc import Callable
from typing import Any

from kit.lab import Host
from kit.lab.kea import DATA, SCRIPTS, Kea
from kit.lab.relay import Relay

COMMITTED = ["leases4_committed"]
SLOW = {"script": f"{SCRIPTS}/slow", "hook-points": COMMITTED}
BEHAVE = {"script": f"{SCRIPTS}/behave", "hook-points": COMMITTED}


def both(**parameters: Any) -> dict[str, Any]:
    """Parameters of two entries; the given ones are of the second."""
    named = {name.replace("_", "-"): value for name, value in parameters.items()}
    return {"scripts": [SLOW, {**BEHAVE, **named}]}


def test_a_packet_waits_for_all_its_scripts(
    kea4: Kea, relay: Relay, server: Host, behave: Callable[[str], None], threads: bool
) -> None:
    kea4.start(both(on_failure="drop"), multi_threading=threads)
    first, second = relay.offer(1)[0].address, relay.offer(2)[0].address
    start = time.monotonic()
    ack = relay.wait(relay.send("REQUEST", 1, first))
    assert ack.kind == "ACK"
    assert ack.time - start >= 0.3
    assert server.run(["cat", f"{DATA}/runs"]).stdout == f"leases4_committed {first}\n"

    behave("fails")
    request = relay.send("REQUEST", 2, second)
    kea4.wait_for_log("RUNSCRIPT_PACKET_DROPPED")
    assert relay.reply(request, 0.5) is None


def test_a_script_for_which_nobody_waits_holds_up_and_drops_nothing(
    kea4: Kea, relay: Relay, behave: Callable[[str], None], threads: bool
) -> None:
    kea4.start(both(wait=False, on_failure="drop"), multi_threading=threads)
    behave("fails")
    address = relay.lease(1)
    kea4.wait_for_log(f"behave: the script failed for leases4_committed {address}")


def test_each_script_runs_at_its_own_hook_points(
    kea4: Kea, relay: Relay, server: Host, behave: Callable[[str], None]
) -> None:
    kea4.start(both(hook_points=["lease4_release"]))
    address = relay.lease(1)
    relay.send("RELEASE", 1, address)
    server.wait_for_output(["cat", f"{DATA}/runs"], f"lease4_release {address}\n")
    assert server.run(["cat", f"{DATA}/runs"]).stdout == f"lease4_release {address}\n"
