"""A server whose leases have routes, by one of the examples' ways, and its clients."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from kit.lab import Host
from kit.lab.kea import SCRIPTS, Kea
from kit.lab.relay import Relay
from kit.lab.relay6 import IA, Clients6
from kit.paths import ROOT
from kit.targets import Target

EXAMPLES = ROOT / "examples"
NAMES = {4: "slash32_routes", 6: "ipv6_pd_routes"}
UNITS = ("kea-runscript-route.socket", "kea-runscript-route@.service")
PROGRAM = "/usr/libexec/kea-hook-runscript/kea-runscript-route"
CONF = "/etc/kea-runscript/routes.conf"
RULES = """\
allow 10.1.0.0/16 dev eth1 min-length 32
allow 10.1.0.0/16 dev eth2 min-length 32
allow 2001:db8:1::/48 dev eth1 min-length 56 max-length 56
allow 2001:db8:1::/48 dev eth2 min-length 56 max-length 56
"""
PROTOCOL = 75
"""Of its routes."""
WAYS = {False: "worker", True: "service"}
"""Without and with several threads: the way that is tried."""
LIFETIME = 51
"""The DHCPv4 option by which a client asks for one."""


def prepare(host: Host) -> None:
    """Give a host with the hook all that the examples' pages ask for, but Kea's configuration."""
    for name in NAMES.values():
        host.put(EXAMPLES / name / name, f"{SCRIPTS}/{name}", 0o755)
    page = (EXAMPLES / NAMES[4] / "README.md").read_text()
    (sudoers,) = re.findall(r"# cat /etc/sudoers.d/kea-runscript\n(.*?)```", page, re.DOTALL)
    host.write("/etc/sudoers.d/kea-runscript", sudoers, 0o440)
    host.run(["visudo", "-c"])
    start_service(host, RULES)


def start_service(host: Host, rules: str) -> None:
    """Have a host listen for Kea, also after a reboot, with these rules in routes.conf."""
    for name in UNITS:
        host.put(EXAMPLES / "route_service" / name, f"/etc/systemd/system/{name}")
    host.write(CONF, rules)
    host.run(["systemctl", "daemon-reload"])
    host.run(["systemctl", "enable", "--now", UNITS[0]])


def parameters(way: str, family: int, target: Target) -> dict[str, Any]:
    """What the example's configuration has for the hook, changed as its README says.

    way: "service", "worker" or "script".
    """
    folder = EXAMPLES / NAMES[family]
    configuration = json.loads((folder / f"kea-dhcp{family}.conf").read_text())
    given = configuration[f"Dhcp{family}"]["hooks-libraries"][-1]["parameters"]
    blocks = re.findall(r"```json\n(.*?),\n```", (folder / "README.md").read_text(), re.DOTALL)
    if way != "service":
        worker, script = [json.loads(f"{{{block}}}") for block in blocks]
        del given["socket"]
        given.update(worker if way == "worker" else script)
    if way == "script":
        del given["fields"]
    if target.name == "bookworm":  # its Kea tells no changes
        given["hook-points"].remove(f"lease{family}_changed")
    return given


def lease_commands(target: Target) -> list[str]:
    """Kea's own library that tells what is in its database."""
    return [f"{target.hooks_dir}/libdhcp_lease_cmds.so"]


@dataclass(frozen=True)
class Leases:
    """A server with a way to set routes, and clients of that server."""

    kea: Kea
    clients: Relay | Clients6

    def take(self, client: int, seconds: int = 0) -> str:
        """A client's lease, as `ip route` prints its prefix.

        seconds: the lifetime that it asks for; 0 for none.
        """
        if isinstance(self.clients, Relay):
            asked = {LIFETIME: seconds.to_bytes(4)} if seconds else {}
            return self.clients.lease(client, asked)
        wanted = IA("PD", value="::/56", valid=seconds) if seconds else IA("PD")
        (ia,) = self.clients.lease(client, wanted)
        return ia.value

    def renew(self, client: int, prefix: str) -> None:
        if isinstance(self.clients, Relay):
            reply = self.clients.wait(self.clients.send("RENEW", client, prefix))
            assert (reply.kind, reply.address) == ("ACK", prefix)
        else:
            reply6 = self.clients.ask("RENEW", client, IA("PD", value=prefix))
            assert [ia.value for ia in reply6.ias if ia.valid] == [prefix]

    def release(self, client: int, prefix: str) -> None:
        if isinstance(self.clients, Relay):
            self.clients.send("RELEASE", client, prefix)
        else:
            self.clients.ask("RELEASE", client, IA("PD", value=prefix))

    def active(self) -> set[str]:
        """The prefixes of the leases that Kea has, as `ip route` prints them."""
        answer = self.kea.control(f"lease{self.kea.family}-get-all")
        leases = answer.get("arguments", {}).get("leases", [])
        return {
            lease["ip-address"] + (f"/{lease['prefix-len']}" if "prefix-len" in lease else "")
            for lease in leases
            if lease["state"] == 0 and lease["cltt"] + lease["valid-lft"] > time.time()
        }

    def routes(self) -> dict[str, str]:
        return next_hops(self.kea.host, self.kea.family)


def next_hops(host: Host, family: int, table: str = "main") -> dict[str, str]:
    """The next hop, "" without one, of each route of ours in a table."""
    listed = host.routes(family, table)
    return {r["dst"]: r.get("gateway", "") for r in listed if r["protocol"] == str(PROTOCOL)}


@contextmanager
def serving(
    kea: Kea,
    clients: Relay | Clients6,
    way: str,
    target: Target,
    changed: Mapping[str, Any] | None = None,
    **settings: Any,
) -> Iterator[Leases]:
    """Start a server without any lease; it ends, and all routes of leases, with the block.

    changed: parameters of the hook, in place of the example's or beside them.
    """
    given = {**parameters(way, kea.family, target), **(changed or {})}
    kea.host.write(CONF, RULES)  # whatever others have needed
    kea.start(given, beside=lease_commands(target), **settings)
    try:
        yield Leases(kea, clients)
    finally:
        kea.stop()
        kea.host.run([PROGRAM, "flush", f"ipv{kea.family}"])


def workers(host: Host) -> list[str]:
    """The processes that set routes."""
    return host.run(["pidof", "kea-runscript-route"], check=False).stdout.split()
