"""Where a server is measured: a machine for it and one for its clients, joined by one cable."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from kit import roots
from kit.errors import Problem
from kit.lab import Lab, Machine
from kit.lab.access import IDLE
from kit.targets import Target
from kit.wait import until

SERVER = "10.0.0.1"
CLIENTS = "10.0.0.2"
"""The addresses at the two ends of the cable; to the server the clients' end is a relay."""

PACKAGES = (
    *("kea-dhcp4-server", "kea-admin"),  # perfdhcp is in kea-admin
    *("iproute2", "mawk", "python3"),
)

GROUPED = 'echo 0 >"$1/cgroup.procs"; shift; exec "$@"'


class Site:
    """Two machines that last as long as the `with`, or this process.

    server, clients: the machines; all their files are in memory.
    cores: the processor for the server and all that it starts, and the one for the clients.
    log: a file for what the server says; it ends with the machines.
    """

    def __init__(self, target: Target):
        cores = sorted(os.sched_getaffinity(0))
        if len(cores) < 2:
            raise Problem("a benchmark takes two processors: one for the server, one for clients")
        self.cores = cores[0], cores[1]
        self.target = target

    def __enter__(self) -> Site:
        folder = roots.ensure(self.target.root(*PACKAGES))
        self._lab = Lab()
        self._lab.__enter__()
        self.log = self._lab.folder / "log"
        try:
            self.server = self._machine(folder, "server")
            self.clients = self._machine(folder, "clients")
            self._connect()
            self._group = f"{self._lab.folder}/hosts/measured"
            self._outside(["mkdir", self._group])
        except BaseException:
            self._lab.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lab.__exit__(kind, error, trace)

    def measured(self, argv: Sequence[str]) -> subprocess.Popen[str]:
        """Start a command on the server's machine and processor; `cpu` has what it uses, and what
        all that it starts uses. What it prints is then all of `log`.
        """
        inside = self.server.command(["taskset", "-c", str(self.cores[0]), *argv])
        grouped = ["sh", "-euc", GROUPED, "sh", self._group, *inside]
        with self.log.open("w") as file:
            return subprocess.Popen(
                self._lab.command(grouped),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                text=True,
            )

    def cpu(self) -> float:
        """Microseconds of processor time that measured commands have used so far."""
        stat = self._outside(["cat", f"{self._group}/cpu.stat"])
        return float(dict(line.split() for line in stat.splitlines())["usage_usec"])

    def end(self) -> None:
        """See to it that all measured commands end; those that do not by themselves are killed."""
        try:
            until(self._empty, 5, "the measured commands end")
        except TimeoutError:
            self._outside(["sh", "-euc", 'echo 1 >"$1/cgroup.kill"', "sh", self._group])
            until(self._empty, 30, "the measured commands are killed")

    def from_clients(self, argv: Sequence[str]) -> subprocess.CompletedProcess[str]:
        """Run a command on the clients' machine and processor, and return what it wrote."""
        return subprocess.run(
            self.clients.command(["taskset", "-c", str(self.cores[1]), *argv]),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def _empty(self) -> bool:
        return not self._outside(["cat", f"{self._group}/cgroup.procs"])

    def _machine(self, folder: Path, name: str) -> Machine:
        return Machine(name, self._lab.start(folder, name, {}, IDLE))

    def _connect(self) -> None:
        self._lab.ip(
            f"link add eth0 netns {self.server.pid}"
            f" type veth peer name eth0 netns {self.clients.pid}"
        )
        for machine, address in ((self.server, SERVER), (self.clients, CLIENTS)):
            machine.ip("link set lo up", f"address add {address}/8 dev eth0", "link set eth0 up")

    def _outside(self, argv: Sequence[str]) -> str:
        """What a command prints that sees the lab's control groups."""
        return subprocess.run(
            self._lab.command(argv),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
