"""A network with clients on it."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from kit import roots
from kit.lab.client import CONFIGURATION, ROOT, Client
from kit.lab.machine import Link, Machine

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
        lab.ip(f"link add {bridge} type bridge", f"link set {bridge} up")

    def attach(self, machine: Machine, interface: str, addresses: Iterable[str] = ()) -> None:
        """Give a machine an interface on this network, with addresses like "198.51.100.1/24"."""
        link = Link(interface, self._bridge, tuple(addresses))
        machine.links.append(link)
        self._lab.join(machine, link)

    def unplug(self, machine: Machine) -> None:
        """Cut a machine off: its interface has no carrier any more."""
        self._lab.set_carrier(machine, self._link(machine), up=False)

    def plug(self, machine: Machine) -> None:
        """Undo `unplug`."""
        self._lab.set_carrier(machine, self._link(machine), up=True)

    def _link(self, machine: Machine) -> Link:
        return next(link for link in machine.links if link.bridge == self._bridge)

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
