"""A throwaway host, booted with its own systemd."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kit.lab.machine import Machine
from kit.lab.routes import RouteWatch, watching
from kit.wait import until

PACKAGES = (
    "systemd-sysv",
    "dbus",
    "mount",
    "openssh-server",
    "python3",
    "sudo",
    "iproute2",
    "iputils-ping",
)
"""What a root needs to be booted here and to be managed with Ansible."""


class Host(Machine):
    """A machine with its own systemd, reached by `run`, or by ssh from inside the lab.

    pid: 0 before its first boot.
    root: what it boots.
    address: its IPv4 address on eth0, in the lab's management network.
    disk: where what it writes is kept.
    """

    def __init__(self, name: str, root: Path, address: str, folder: Path):
        super().__init__(name, pid=0)
        self.root = root
        self.address = address
        self.disk = folder / "disk"
        self._folder = folder

    def wait_booted(self, timeout: float = 60) -> None:
        """Wait until systemd has started everything that is enabled."""

        def probe() -> bool:
            state = self.run(["systemctl", "is-system-running"], check=False).stdout.strip()
            return state in ("running", "degraded")

        until(probe, timeout, lambda: f"{self.name} has booted; its console:\n{self.console()}")

    def console(self) -> str:
        """What the host wrote before its journal was there."""
        return (self._folder / "console").read_text(errors="replace")

    def journal(self, *units: str, lines: int = 60) -> str:
        """The end of the journal, of some units or of all."""
        chosen = [f"--unit={unit}" for unit in units]
        argv = ["journalctl", "--no-pager", "--output=short-precise", f"--lines={lines}", *chosen]
        return self.run(argv, check=False).stdout

    def routes(self, family: int, table: str = "main") -> list[dict]:
        """The routes of `family` (4 or 6), each as `ip --json` has it."""
        argv = ["ip", f"-{family}", "--json", "--details", "route", "show", "table", table]
        return json.loads(self.run(argv).stdout or "[]")

    @contextmanager
    def watch_routes(self) -> Iterator[RouteWatch]:
        """Record the changes of the routing tables of both families, with their times."""
        with watching(self, self._folder / f"routes-{time.monotonic_ns()}") as watch:
            yield watch
