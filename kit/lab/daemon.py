"""A Kea server on a host, as its unit and its control socket show it, whoever has set it up."""

from __future__ import annotations

from typing import Any

from kit.lab import control
from kit.lab.host import Host


class Daemon:
    """kea-dhcp4 or kea-dhcp6 of a host.

    family: 4 or 6.
    """

    def __init__(self, host: Host, family: int):
        self.host = host
        self.family = family
        self.unit = f"kea-dhcp{family}-server.service"
        self.file = f"/etc/kea/kea-dhcp{family}.conf"
        self.socket = f"/run/kea/kea{family}-ctrl-socket"

    @property
    def pid(self) -> int:
        """Its process, as the host counts; 0 when there is none."""
        show = ["systemctl", "show", "--property=MainPID", "--value", self.unit]
        return int(self.host.run(show).stdout)

    def resident(self) -> int:
        """The memory that it has in use, in octets."""
        status = self.host.inside(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) << 10

    def control(self, command: str, **arguments: Any) -> dict[str, Any]:
        """Its answer on the control socket."""
        return control.ask(self.host, self.socket, command, **arguments)
