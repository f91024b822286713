"""What the pages of the route examples tell the reader to set up."""

import json
import re
from typing import Any

from kit.lab import Host
from kit.paths import ROOT
from kit.targets import Target

EXAMPLES = ROOT / "examples"
NAMES = {4: "slash32_routes", 6: "ipv6_pd_routes"}
UNITS = ("kea-runscript-route.socket", "kea-runscript-route@.service")
RULES = """\
allow 10.1.0.0/16 dev eth1 min-length 32
allow 2001:db8:1::/48 dev eth1 min-length 56 max-length 56
"""


def parameters(way: str, family: int, target: Target) -> dict[str, Any]:
    """What the example's configuration has for the hook, changed as its README says."""
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


def start_service(host: Host, rules: str) -> None:
    """Have a host listen for Kea, with these rules in routes.conf."""
    for name in UNITS:
        host.put(EXAMPLES / "route_service" / name, f"/etc/systemd/system/{name}")
    host.write("/etc/kea-runscript/routes.conf", rules)
    host.run(["systemctl", "daemon-reload"])
    host.run(["systemctl", "start", UNITS[0]])


def next_hops(host: Host, family: int, table: str = "main") -> dict[str, str]:
    """The next hop of each route of ours in a table, "" for one on the link."""
    listed = host.routes(family, table)
    return {r["dst"]: r.get("gateway", "") for r in listed if r["protocol"] == "75"}
