"""A client of the server in `kit.server`, and what is to be seen there of its lease."""

from __future__ import annotations

from dataclasses import dataclass

from kit.lab.client import Client
from kit.lab.routes import RouteEvent, RouteWatch
from kit.server import Server

SCRIPTS = {4: "slash32_routes", 6: "ipv6_pd_routes"}
REPLIES = {4: "ACK", 6: "REPLY"}


@dataclass(frozen=True)
class Customer:
    """One client that asks for one lease: an address (family 4) or a delegated prefix (6)."""

    kea: Server
    client: Client
    family: int

    @property
    def name(self) -> str:
        """The client's name in the lab."""
        return self.client.name

    @property
    def script(self) -> str:
        """The script that its leases run."""
        return SCRIPTS[self.family]

    @property
    def reply(self) -> str:
        """The kind of message that brings the lease."""
        return REPLIES[self.family]

    def lease(self, timeout: float = 20) -> str:
        """Ask for a lease; returns its address or prefix as `ip route` prints it."""
        if self.family == 4:
            return self.client.dhcp4(timeout).address
        return self.client.dhcp6_pd(timeout).prefix

    def lead(self, route: RouteEvent) -> float:
        """How many seconds the route was there before the reply; negative when it came later."""
        return self.client.wait_for_packet(self.reply).time - route.time

    def script_line(self, action: str, prefix: str) -> str:
        """What the script wrote into Kea's log when it set ("add") or removed ("del") the route."""
        text = f"route {action} {prefix}{'/32' if self.family == 4 else ''}"
        unit = f"--unit=kea-dhcp{self.family}-server.service"
        log = ["journalctl", "--output=cat", unit, f"--grep={text}"]
        line = self.kea.host.wait_for_output(log, text).strip().splitlines()[-1]
        return line[line.index(text) :]

    def gone(self, watch: RouteWatch, prefix: str, timeout: float = 15) -> RouteEvent:
        """Wait until the route has gone."""
        return watch.wait_for(prefix, deleted=True, timeout=timeout)


def customer(kea: Server, name: str, family: int) -> Customer:
    """A new client on the server's access network."""
    return Customer(kea, kea.access.client(name, capture=True), family)
