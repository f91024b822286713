"""What the server starts, and what it keeps."""

import os
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import pytest

from kit.lab import Host
from kit.lab.kea import DATA, SCRIPTS, Kea
from kit.lab.relay import Relay
from kit.wait import until

RUNNER = "/usr/libexec/kea-hook-runscript/kea-runscript-runner"
RUNNER_NAME = "kea-runscript-r"
"""As much of its name as the kernel keeps."""
LEASES = 1000
RELOADS = 200
WARM_UP = 5
LEAK = 16 << 10
"""Octets of a reload that Kea itself may keep."""
BUSY = 5
"""Clients whose packets are being handled when a reload comes."""
BEHAVE = {"script": f"{SCRIPTS}/behave", "hook-points": ["leases4_committed"]}
TRACE = f"{DATA}/trace"


@contextmanager
def traced_from_the_start(kea: Kea) -> Iterator[None]:
    """Have the unit run its server under strace, which writes down who starts what."""
    unit = kea.host.run(["systemctl", "cat", kea.unit]).stdout
    command = re.search(r"^ExecStart=(.*)$", unit, re.MULTILINE)
    assert command
    strace = (
        f"/usr/bin/strace -f --seccomp-bpf -qq -o {TRACE} -e trace=execve,fork,vfork,clone,clone3"
    )
    drop_in = f"/run/systemd/system/{kea.unit}.d/trace.conf"
    kea.host.write(drop_in, f"[Service]\nExecStart=\nExecStart={strace} {command[1]}\n")
    kea.host.run(["systemctl", "daemon-reload"])
    yield
    kea.stop()
    kea.host.run(["rm", drop_in])
    kea.host.run(["systemctl", "daemon-reload"])


@pytest.mark.usefixtures("behave")
@pytest.mark.parametrize("target", ["trixie"], indirect=True, scope="session")
def test_the_server_starts_one_runner_and_nothing_else(
    kea4: Kea, relay: Relay, threads: bool
) -> None:
    with traced_from_the_start(kea4):
        kea4.start(BEHAVE, multi_threading=threads)
        for client in range(LEASES):
            relay.lease(client)
        trace = kea4.host.run(["cat", TRACE]).stdout
    programs = re.findall(r'^(\d+) +execve\("([^"]+)"', trace, re.MULTILINE)
    assert Counter(program for _, program in programs) == {
        "/usr/sbin/kea-dhcp4": 1,
        RUNNER: 1,
        BEHAVE["script"]: LEASES,
    }
    calls = re.findall(r"^(\d+) +(?:fork|vfork|clone|clone3)\((.*)", trace, re.MULTILINE)
    forks = Counter(pid for pid, flags in calls if "CLONE_THREAD" not in flags)
    runner = next(pid for pid, program in programs if program == RUNNER)
    assert forks.pop(runner) == LEASES
    assert sum(forks.values()) == 1


@pytest.mark.usefixtures("behave")
def test_reloads_leave_nothing_behind(kea4: Kea, relay: Relay, threads: bool) -> None:
    """Each reload meets packets whose scripts run, and the server serves after it."""
    kea4.start(BEHAVE, multi_threading=threads)
    pid = kea4.pid
    offered = [relay.offer(client)[0].address for client in range(BUSY)]

    def reload(number: int) -> None:
        for client, address in enumerate(offered):
            relay.send("REQUEST", client, address)
        answer = kea4.control("config-reload")
        assert answer["result"] == 0, answer
        relay.lease(BUSY + number)

    for number in range(WARM_UP):
        reload(number)
    # The runner from before the last reload ends by itself.
    until(lambda: held(kea4.host, pid).children == [RUNNER_NAME], 5, "there is one runner")
    before, memory = held(kea4.host, pid), kea4.resident()
    for number in range(WARM_UP, WARM_UP + RELOADS):
        reload(number)
    what = lambda: f"{held(kea4.host, pid)} is {before} again"  # noqa: E731
    until(lambda: held(kea4.host, pid) == before, 5, what)
    assert kea4.pid == pid
    grown = kea4.resident() - memory
    assert grown < RELOADS * LEAK, f"{grown >> 10} KiB more"
    print(f"after {WARM_UP} and after {RELOADS} more reloads: {before}, {grown >> 10} KiB more")


def test_a_hung_script_holds_up_no_reload(
    kea4: Kea, relay: Relay, server: Host, behave: Callable[[str], None], threads: bool
) -> None:
    kea4.start({**BEHAVE, "timeout": 2500}, multi_threading=threads)
    address = relay.offer(1)[0].address
    behave("hangs")
    relay.send("REQUEST", 1, address)
    server.wait_for_output(["cat", f"{DATA}/runs"], f"leases4_committed {address}")
    behave("works")
    start = time.monotonic()
    assert kea4.control("config-reload")["result"] == 0
    assert time.monotonic() - start < 2
    relay.lease(2)
    # The runner from before ends with its last script.
    children = lambda: held(server, kea4.pid).children  # noqa: E731
    assert len(children()) == 2
    what = lambda: f"{children()} is one runner"  # noqa: E731
    until(lambda: children() == [RUNNER_NAME], 5, what)


@dataclass(frozen=True)
class Held:
    """What a process has: the names of its descriptors and children, a Z after a zombie's."""

    descriptors: Counter[str]
    threads: int
    children: list[str]


def held(host: Host, pid: int) -> Held:
    process = host.inside(f"/proc/{pid}")
    tasks = list((process / "task").iterdir())
    children = [child for task in tasks for child in (task / "children").read_text().split()]
    stats = []
    for child in children:
        with suppress(OSError):  # gone meanwhile
            stats.append((process.parent / child / "stat").read_text())
    return Held(
        # Numbers differ: those of sockets, pipes, and of the lease file's next version
        Counter(re.sub(r"\d+", "N", os.readlink(fd)) for fd in (process / "fd").iterdir()),
        len(tasks),
        [re.sub(r"^\d+ \((.*)\) (Z?).*", r"\1\2", stat.strip()) for stat in stats],
    )
