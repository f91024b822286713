"""A machine that does nothing but ask for leases, with ISC's dhclient."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kit import roots
from kit.lab import capture
from kit.lab.capture import Packet
from kit.lab.machine import Machine
from kit.wait import until

ROOT = roots.Root(
    "trixie",
    (
        *("isc-dhcp-client", "iproute2", "iputils-ping", "tcpdump"),
        *("dhcpcd-base", "isc-dhcp-relay", "udhcpc"),  # other clients, a relay
    ),
)
CONFIGURATION = """\
option rfc3442-classless-static-routes code 121 = array of unsigned integer 8;
request subnet-mask, routers, rfc3442-classless-static-routes;
initial-interval 1; backoff-cutoff 2; select-timeout 0; retry 1;
"""
FLAGS = {4: ("-4",), 6: ("-6", "-P", "-D", "LL")}
"""dhclient's flags: an IPv4 address; a delegated prefix for a DUID made of the hardware address."""


@dataclass(frozen=True)
class Lease4:
    """What a DHCPv4 client got.

    address: "198.51.100.7".
    server: the server identifier.
    seconds: the lifetime.
    routes: the octets of option 121, as dhclient has them, "" without one.
    """

    address: str
    server: str
    seconds: int
    routes: str


@dataclass(frozen=True)
class Lease6:
    """What a DHCPv6 client got.

    prefix: the delegated prefix, "2001:db8:1::/56".
    seconds: its valid lifetime.
    """

    prefix: str
    seconds: int


class Client(Machine):
    """A machine on an access network, with one interface, eth0."""

    def __init__(self, name: str, pid: int, state: Path):
        super().__init__(name, pid)
        self._state = state
        self._running: dict[int, subprocess.Popen[str]] = {}

    def dhcp4(self, timeout: float = 20) -> Lease4:
        """Ask for an IPv4 address and wait for it; TimeoutError when none comes."""
        self.request(4)
        return self.lease4(timeout)

    def dhcp6_pd(self, timeout: float = 20) -> Lease6:
        """Ask for a delegated prefix and wait for it; TimeoutError when none comes."""
        self.request(6)
        return self.lease6(timeout)

    def request(self, family: int) -> None:
        """Start to ask, and to keep what comes: 4 for an address, 6 for a delegated prefix."""
        (self._state / str(family)).unlink(missing_ok=True)
        with (self._state / f"log{family}").open("w") as log:
            self._running[family] = self.popen(self._dhclient(family, "-d"), stdout=log, stderr=log)

    def lease4(self, timeout: float = 20) -> Lease4:
        """The address that was asked for; waits until it is set up, and can be given back."""
        got = self._record(4, ("BOUND", "RENEW", "REBIND", "REBOOT"), timeout)
        # It writes the lease down only after the event: a release before that would tell nobody.
        log = self._state / "log4"
        self.wait_for(lambda: "\nbound to " in log.read_text(), "dhclient has its lease", timeout)
        return Lease4(
            got["new_ip_address"],
            got["new_dhcp_server_identifier"],
            int(got["new_dhcp_lease_time"]),
            got.get("new_rfc3442_classless_static_routes", ""),
        )

    def lease6(self, timeout: float = 20) -> Lease6:
        """The prefix that was asked for; waits until it is set up."""
        got = self._record(6, ("BOUND6", "RENEW6", "REBIND6"), timeout)
        return Lease6(got["new_ip6_prefix"], int(got["new_max_life"]))

    def release(self) -> None:
        """Give back what was got; returns when the server has been told."""
        for family, process in self._running.items():
            self.run(self._dhclient(family, "-r"))
            process.wait(timeout=10)
        self._running.clear()

    def vanish(self) -> None:
        """Be gone, as if unplugged: no release, no interface, no answer."""
        os.kill(self.pid, signal.SIGKILL)
        for process in self._running.values():
            process.wait(timeout=10)
        self._running.clear()

    def packets(self) -> list[Packet]:
        """The DHCP packets at eth0 so far; only of a client that captures."""
        return capture.read(self._state / "capture")

    def wait_for_packet(self, kind: str, timeout: float = 15) -> Packet:
        """The first captured packet of a kind like "ACK" or "REPLY"."""
        return self.wait_for(
            lambda: next((p for p in self.packets() if p.kind == kind), None),
            f"a DHCP packet of kind {kind}",
            timeout,
        )

    def log(self) -> str:
        """What dhclient said."""
        return "".join(file.read_text() for file in sorted(self._state.glob("log*")))

    def start_capture(self) -> None:
        """Record DHCP packets from now on, with the kernel's time stamps."""
        capture.start(self, "eth0", self._state / "capture")

    def _dhclient(self, family: int, mode: str) -> list[str]:
        files = ("-cf", "/lab/dhclient.conf", "-sf", "/lab/event")
        own = ("-lf", f"/lab/leases{family}", "-pf", f"/run/dhclient{family}.pid")
        return ["dhclient", *FLAGS[family], mode, "-v", *files, *own, "eth0"]

    def _record(self, family: int, reasons: Sequence[str], timeout: float) -> dict[str, str]:
        """What dhclient was told, once it is one of these reasons."""
        file = self._state / str(family)

        def probe() -> dict[str, str] | None:
            if not file.exists():
                return None
            got = dict(line.split("=", 1) for line in file.read_text().splitlines())
            return got if got["reason"] in reasons else None

        return until(probe, timeout, lambda: f"{self.name} gets a lease; dhclient:\n{self.log()}")
