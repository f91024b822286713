"""The changes of a machine's routing tables, with their times."""

import ipaddress
import math
import re
import shlex
import socket
import struct
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from kit.lab.machine import Machine
from kit.lab.mailbox import socket_in

GROUPS = 0x440
"""RTNLGRP_IPV4_ROUTE and RTNLGRP_IPV6_ROUTE, as a bit mask of netlink groups."""

NEW_ROUTE, GET_ROUTE = 24, 26
NLM_F_REQUEST = 1
RTA_DST = 1
FIB_MATCH = 0x2000
"""RTM_F_FIB_MATCH: the answer is the route itself, not what follows from it for one address."""

PROMPT = ("chrt", "--fifo", "50")
"""Before all others, so that a change is read when it happens."""
READERS = 8
"""At most so many read each change, on processors of their own: one that a machine's program
runs on reads before that goes on, and of a virtual machine, one may be away."""
FIRST = "192.0.2.255"
FIRST_CHANGES = tuple(
    ("ip", "route", change, "unreachable", FIRST) for change in ("append", "delete")
)
"""What readers read before a watch begins, as their first change takes them longer than others."""

LINE = re.compile(
    r"^\[(?P<time>[^]]+)\] (?P<deleted>Deleted )?(?P<route>.*\S)",
    re.MULTILINE,
)


@dataclass(frozen=True)
class RouteEvent:
    """A change of a routing table.

    time: seconds since the epoch at which it was read, a little after it happened.
    deleted: whether the route went; else it came.
    route: as `ip route` prints it.
    """

    time: float
    deleted: bool
    route: str


class RouteWatch:
    """What `watching` yields."""

    def __init__(self, machine: Machine, outputs: Sequence[Path]):
        self._machine = machine
        self._outputs = outputs

    @property
    def events(self) -> list[RouteEvent]:
        """All changes so far, oldest first, each at the time when the first has read it."""
        times: dict[tuple[RouteEvent, int], float] = {}
        for output in self._outputs:
            before: Counter[RouteEvent] = Counter()
            for event in _read(output.read_text()):
                change = replace(event, time=0)
                before[change] += 1
                key = change, before[change]
                times[key] = min(event.time, times.get(key, math.inf))
        events = [replace(change, time=time) for (change, _), time in times.items()]
        return sorted(events, key=lambda event: event.time)

    def wait_for(self, prefix: str, *, deleted: bool = False, timeout: float = 15) -> RouteEvent:
        """The first change that concerns `prefix`, as `ip route` prints it: without a /32 or /128.

        deleted: whether to wait for its going instead of its coming.
        """

        def probe() -> RouteEvent | None:
            matching = (e for e in self.events if e.deleted == deleted)
            return next((e for e in matching if prefix in e.route.split()), None)

        what = f"the route {prefix} {'goes' if deleted else 'comes'}"
        return self._machine.wait_for(probe, what, timeout)


class RouteLookup:
    """Asks a machine's kernel for one route at a time, within microseconds."""

    def __init__(self, machine: Machine):
        self._socket = socket_in(machine, socket.AF_NETLINK)
        self._socket.settimeout(10)

    def close(self) -> None:
        """Give back its socket."""
        self._socket.close()

    def protocol(self, prefix: str) -> int:
        """The protocol number of the very route to a prefix; 0 if there is none."""
        net = ipaddress.ip_network(prefix)
        family = socket.AF_INET if net.version == 4 else socket.AF_INET6
        octets = net.network_address.packed
        ask = struct.pack("=8BI", family, net.max_prefixlen, 0, 0, 0, 0, 0, 0, FIB_MATCH)
        ask += struct.pack("=HH", 4 + len(octets), RTA_DST) + octets
        head = struct.pack("=IHHII", 16 + len(ask), GET_ROUTE, NLM_F_REQUEST, 0, 0)
        self._socket.sendto(head + ask, (0, 0))
        answer = self._socket.recv(65536)
        (kind,) = struct.unpack_from("=H", answer, 4)
        if kind != NEW_ROUTE:  # an error: no route leads there at all
            return 0
        length, protocol = answer[17], answer[21]
        return protocol if length == net.prefixlen else 0


@contextmanager
def watching(machine: Machine, output: Path) -> Iterator[RouteWatch]:
    """Record the changes of the routing tables of both families into files named after `output`."""
    before = _listeners(machine)
    outputs: list[Path] = []
    processes: list[subprocess.Popen[str]] = []
    try:
        for cpu in _processors(machine)[:READERS]:
            outputs.append(output.with_name(f"{output.name}-{cpu}"))
            pinned = ["taskset", "--cpu-list", str(cpu), *PROMPT, "ip", "-ts", "monitor", "route"]
            with outputs[-1].open("w") as file:
                processes.append(machine.popen(pinned, stdout=file))
        wanted = before + len(processes)

        def listening() -> bool:
            for process in processes:
                if process.poll() is not None:
                    command = shlex.join(map(str, process.args))
                    raise RuntimeError(f"{command} ended with {process.returncode}")
            return _listeners(machine) >= wanted

        machine.wait_for(listening, "its routes are watched")
        _change_first(machine, outputs)
        yield RouteWatch(machine, outputs)
    finally:
        for process in processes:
            process.kill()
            process.wait()


def _change_first(machine: Machine, outputs: Sequence[Path]) -> None:
    for change in FIRST_CHANGES:
        machine.run(change)
    machine.wait_for(
        lambda: all(output.read_text().count(FIRST) >= 2 for output in outputs),
        "each of those who watch its routes has read a change",
    )


def _read(lines: str) -> Iterator[RouteEvent]:
    for line in LINE.finditer(lines):
        if FIRST in line["route"].split():
            continue
        time = datetime.fromisoformat(line["time"]).replace(tzinfo=UTC).timestamp()
        yield RouteEvent(time, bool(line["deleted"]), line["route"])


def _processors(machine: Machine) -> list[int]:
    """The numbers of those that its programs may run on."""
    status = machine.run(["cat", "/proc/self/status"]).stdout
    ranges = re.search(r"^Cpus_allowed_list:\s*(\S+)", status, re.MULTILINE)[1].split(",")
    bounds = [(part.split("-")[0], part.split("-")[-1]) for part in ranges]
    return [cpu for first, last in bounds for cpu in range(int(first), int(last) + 1)]


def _listeners(machine: Machine) -> int:
    """How many sockets of this machine are told of changed routes."""
    rows = machine.run(["cat", "/proc/net/netlink"]).stdout.splitlines()[1:]
    fields = (row.split() for row in rows)
    return sum(f[1] == "0" and int(f[3], 16) & GROUPS == GROUPS for f in fields)
