"""A client that asks again while its packet waits: one run does for all that it sends."""

from collections.abc import Callable

import pytest

from kit.lab import Host
from kit.lab.kea import DATA, SCRIPTS, Kea
from kit.lab.relay import Relay

# Runs until the file `end` is there, and ends with the code in it.
GATE = f"""#!/bin/sh
echo "$1 $KEA_LEASE4_ADDRESS" >>{DATA}/runs
until [ -e {DATA}/end ]; do sleep 0.02; done
read -r code <{DATA}/end
exit "$code"
"""
PARAMETERS = {
    "script": f"{SCRIPTS}/gate",
    "hook-points": ["leases4_committed"],
    "timeout": 10000,
    "on-failure": "drop",
}
OTHERS = range(2, 12)


@pytest.fixture
def end(server: Host) -> Callable[[int], None]:
    """Have the script that runs end with a code."""
    server.write(f"{SCRIPTS}/gate", GATE, 0o755)

    def end(code: int) -> None:
        server.write(f"{DATA}/end.new", f"{code}\n")
        server.run(["mv", f"{DATA}/end.new", f"{DATA}/end"])

    return end


def runs(server: Host) -> list[str]:
    return server.run(["cat", f"{DATA}/runs"]).stdout.splitlines()


def waiting(kea4: Kea, relay: Relay, server: Host, threads: bool) -> tuple[str, int]:
    """A client whose script runs: the address, and the transaction that waits."""
    kea4.start(PARAMETERS, multi_threading=threads)
    address = relay.offer(1)[0].address
    request = relay.send("REQUEST", 1, address)
    server.wait_for_output(["cat", f"{DATA}/runs"], f"leases4_committed {address}")
    return address, request


def handled(relay: Relay) -> None:
    """Whatever was sent so far has been handled: the server answers what came later."""
    for client in OTHERS:
        relay.offer(client)


def test_a_copy_is_dropped_and_the_original_answers(
    kea4: Kea, relay: Relay, server: Host, end: Callable[[int], None], threads: bool
) -> None:
    address, request = waiting(kea4, relay, server, threads)
    for _ in range(3):
        relay.send("REQUEST", 1, address, xid=request)
    handled(relay)
    end(0)
    assert relay.wait(request).kind == "ACK"
    assert relay.reply(request, 0.2) is None
    assert runs(server) == [f"leases4_committed {address}"]


@pytest.mark.parametrize(("code", "answer"), [(0, "ACK"), (1, None)], ids=["works", "fails"])
def test_another_transaction_takes_part_in_the_run(
    kea4: Kea,
    relay: Relay,
    server: Host,
    end: Callable[[int], None],
    threads: bool,
    code: int,
    answer: str | None,
) -> None:
    address, request = waiting(kea4, relay, server, threads)
    another = relay.send("REQUEST", 1, address)
    handled(relay)
    end(code)
    if answer is None:
        kea4.wait_for_log("RUNSCRIPT_PACKET_DROPPED", times=2)
        assert relay.reply(request, 0.2) is None
        assert relay.reply(another, 0.2) is None
    else:
        assert {relay.wait(xid).kind for xid in (request, another)} == {answer}
    assert runs(server) == [f"leases4_committed {address}"]
