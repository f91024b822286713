"""The example nft_set: a set in the kernel that equals the leases."""

import ipaddress
import json
import re
import textwrap
from collections.abc import Iterator

import pytest

from kit.lab import Access, Client, Host
from kit.lab.kea import Kea
from kit.lab.relay6 import IA, Clients6
from kit.targets import Target
from tests.lab.examples.conftest import EXAMPLES, LAN4, example, short
from tests.thorough import every_day

FOLDER = EXAMPLES / "nft_set"
UNITS = ("kea-nft-set@.socket", "kea-nft-set@.service")
OTHERS = {"198.51.100.99", "198.51.100.10"}
STALE = "198.51.100.77"
LIFETIME = 4
SUBNETS6 = [
    {
        "id": 1,
        "subnet": "2001:db8:1::/64",
        "interface": "eth2",
        "pools": [{"pool": "2001:db8:1::1:0/112"}],
        "pd-pools": [{"prefix": "2001:db8:8000::", "prefix-len": 36, "delegated-len": 56}],
    }
]

pytestmark = pytest.mark.parametrize(
    "target",
    every_day("trixie", among=("trixie", "bookworm", "trixie-backports", "forky")),
    indirect=True,
    scope="session",
)


@pytest.fixture(scope="module")
def firewall(server: Host) -> Iterator[Host]:
    """The host with the rules of the example's page, a set of somebody else's, and the services."""
    blocks = re.findall(r" *```text\n(.*?)```", (FOLDER / "README.md").read_text(), re.DOTALL)
    rules, leases6 = map(textwrap.dedent, blocks)
    others = f"set others {{ type ipv4_addr; elements = {{ {', '.join(OTHERS)} }} }}"
    more = f"table inet filter {{ {others}\n{leases6} }}"
    server.write("/etc/nftables.conf", f"{rules}\n{more}\n")
    server.run(["nft", "-f", "/etc/nftables.conf"])
    server.put(FOLDER / "nft_set", "/usr/local/sbin/nft_set", 0o755)
    for name in UNITS:
        server.put(FOLDER / name, f"/etc/systemd/system/{name}")
    server.run(["systemctl", "daemon-reload"])
    for name in ("leases4", "leases6"):
        server.run(["systemctl", "start", f"kea-nft-set@{name}.socket"])
    yield server
    server.run(["systemctl", "stop", "kea-nft-set@*"])
    server.run(["nft", "flush", "ruleset"])


def elements(host: Host, name: str = "leases4") -> set[str]:
    """A set's, as nft prints them."""
    listed = host.run(["nft", "--json", "list", "set", "inet", "filter", name]).stdout
    (found,) = (entry["set"] for entry in json.loads(listed)["nftables"] if "set" in entry)
    return {
        element if isinstance(element, str) else "{addr}/{len}".format(**element["prefix"])
        for element in found.get("elem", [])
    }


def test_an_address_is_in_the_set_while_its_lease_lasts(
    firewall: Host, kea4: Kea, lan: Access, target: Target
) -> None:
    kea4.start({}, **{**example("nft_set", target), **short(LIFETIME), **LAN4})
    leaving, lost = (lan.client(name) for name in ("leaving", "lost"))
    first = leaving.dhcp4().address
    assert elements(firewall) == {first}
    second = lost.dhcp4().address
    assert elements(firewall) == {first, second}
    leaving.release()
    firewall.wait_for(lambda: elements(firewall) == {second}, "the released address is gone")
    lost.vanish()
    firewall.wait_for(lambda: not elements(firewall), "the expired address is gone", LIFETIME + 10)
    assert elements(firewall, "others") == OTHERS
    assert "RUNSCRIPT_EVENT_FAILED" not in kea4.log()


def test_after_a_restart_the_set_equals_the_leases(
    firewall: Host, kea4: Kea, lan: Access, target: Target
) -> None:
    kea4.start({}, **{**example("nft_set", target), **LAN4})
    kea4.wait_for_log("RUNSCRIPT_REPLAY_DONE")
    kept, missed = (lan.client(name).dhcp4().address for name in ("kept", "missed"))
    kea4.stop()
    for change, address in (("delete", missed), ("add", STALE)):
        firewall.run(["nft", change, "element", "inet", "filter", "leases4", f"{{ {address} }}"])
    assert elements(firewall) == {kept, STALE}
    kea4.start_again()
    firewall.wait_for(lambda: elements(firewall) == {kept, missed}, "the set equals the leases")
    firewall.run(["nft", "-f", "-"], input="flush set inet filter leases4\n")
    assert kea4.control("runscript-replay")["result"] == 0
    firewall.wait_for(lambda: elements(firewall) == {kept, missed}, "the set is full again")
    assert elements(firewall, "others") == OTHERS


def test_a_replay_without_leases_removes_nothing(firewall: Host, kea4: Kea, target: Target) -> None:
    add = ["nft", "add", "element", "inet", "filter", "leases4", f"{{ {STALE} }}"]
    firewall.run(add)
    kea4.start({}, **{**example("nft_set", target), **LAN4})
    kea4.wait_for_log("RUNSCRIPT_REPLAY_DONE")
    assert STALE in elements(firewall)
    firewall.run(["nft", "flush", "set", "inet", "filter", "leases4"])


def test_ipv6_addresses_and_prefixes(
    firewall: Host, kea6: Kea, gateway: Client, target: Target
) -> None:
    (block,) = re.findall(r"```json\n(.*?),\n```", (FOLDER / "README.md").read_text(), re.DOTALL)
    (library,) = example("nft_set", target)["hooks-libraries"]
    given = library["parameters"]
    parameters = {
        **given,
        **json.loads(f"{{{block}}}"),
        "socket": "/run/kea-nft-set-leases6.socket",
        "hook-points": [
            point.replace("leases4", "leases6").replace("lease4", "lease6")
            for point in given["hook-points"]
        ],
    }
    kea6.start(parameters, interfaces_config={"interfaces": ["eth2"]}, subnet6=SUBNETS6)
    clients = Clients6(gateway, "fe80::2")
    expected: set[str] = set()
    leases = {client: clients.lease(client, IA("NA", 1), IA("PD", 2)) for client in (1, 2)}
    for ias in leases.values():
        expected |= {ia.value for ia in ias}
    assert elements(firewall, "leases6") == expected
    kea6.stop()
    stale = str(ipaddress.ip_network("2001:db8:8fff:ff00::/56"))
    firewall.run(["nft", "add", "element", "inet", "filter", "leases6", f"{{ {stale} }}"])
    kea6.start_again()
    firewall.wait_for(lambda: elements(firewall, "leases6") == expected, "the set is right")
    clients.ask("RELEASE", 1, *leases[1])
    expected -= {ia.value for ia in leases[1]}
    firewall.wait_for(lambda: elements(firewall, "leases6") == expected, "the released are gone")
    clients.close()
