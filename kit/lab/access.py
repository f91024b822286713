"""A network with clients on it."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from kit import roots
from kit.lab.client import CONFIGURATION, ROOT, Client
from kit.lab.machine import Machine

if TYPE_CHECKING:
    from kit.lab.lab import Lab

HERE = Path(__file__).resolve().parent
IDLE = ("sh", "-c", "sleep infinity & while :; do wait; done")
"""A first process that only takes care of orphans."""


class Access:
    """A bridge of its own, to which a host and any number of clients are attached."""

    def __init__(self, lab: Lab, bridge: str):
        self._lab = lab
        self._bridge = bridge
        self._ends: dict[str, str] = {}
        lab.ip(f"link add {bridge} type bridge", f"link set {bridge} up")

    def attach(self, machine: Machine, interface: str, addresses: Iterable[str] = ()) -> None:
        """Give a machine an interface on this network, with addresses like "198.51.100.1/24"."""
        self._ends[machine.name] = self._lab.join(machine, interface, self._bridge)
        addresses = list(addresses)
        if any(address.startswith("fe80:") for address in addresses):
            # Only this one: Kea would hear each multicast once for each link-local address.
            machine.ip(f"link set {interface} addrgenmode none")
        machine.ip(
            *(f"address add {address} dev {interface}{_at_once(address)}" for address in addresses),
            f"link set {interface} up",
        )

    def unplug(self, machine: Machine) -> None:
        """Cut a machine off: its interface has no carrier any more."""
        self._lab.ip(f"link set {self._ends[machine.name]} down")

    def plug(self, machine: Machine) -> None:
        """Undo `unplug`."""
        self._lab.ip(f"link set {self._ends[machine.name]} up")

    def client(self, name: str, *, capture: bool = False) -> Client:
        """A machine with a DHCP client, attached by its eth0.

        capture: whether to record its DHCP packets.
        """
        state = self._lab.folder / f"{name}-state"
        state.mkdir()
        (state / "dhclient.conf").write_text(CONFIGURATION)
        shutil.copy(HERE / "dhclient-event.sh", state / "event")
        (state / "event").chmod(0o755)
        pid = self._lab.start(roots.ensure(ROOT), name, {state: "/lab"}, IDLE)
        client = Client(name, pid, state)
        self.attach(client, "eth0")
        client.ip("link set lo up")
        if capture:
            client.start_capture()
        return client


def _at_once(address: str) -> str:
    """IPv6 addresses are usable without waiting for duplicates to be detected."""
    return " nodad" if ":" in address else ""
