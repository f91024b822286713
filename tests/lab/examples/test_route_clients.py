"""The examples of routes, with clients as Debian installs them, and a relay."""

import json
from collections.abc import Iterator

import pytest

from kit import roots
from kit.lab import Access, Host, Lab, Machine
from kit.lab.host import PACKAGES
from kit.lab.kea import Kea
from kit.targets import Target
from tests.lab.examples.conftest import example
from tests.lab.hook.routed import next_hops, start_service

RULES = """\
allow 10.255.0.0/24 dev eth1 min-length 32
allow 2001:db8:8000::/36 dev eth1 min-length 56 max-length 56
"""
ROUTER, RELAY, UPSTREAM = "10.255.0.1", "10.255.0.2", "10.255.0.3"
OTHER_ROUTER = "10.255.0.254"
"""In option 3, in the place of the example's, so as to see who takes what: it is the same host."""
NETWORKD = """
[Match]
Name=eth1
[Network]
DHCP=ipv4
IPv6AcceptRA=no
LinkLocalAddressing=no
"""
CLIENTS = {
    "dhclient": (["dhclient", "-4", "-d", "eth0"], ["dhclient", "-4", "-r", "eth0"]),
    "dhcpcd": (["dhcpcd", "-4", "-B", "-A", "eth0"], ["dhcpcd", "-4", "-k", "eth0"]),
    "udhcpc": (
        ["udhcpc", "-f", "-R", "-i", "eth0", "-p", "/run/udhcpc.pid"],
        ["sh", "-c", 'kill "$(cat /run/udhcpc.pid)"'],
    ),
}
"""How each is started, and how it leaves. dhcpcd would look for five seconds whether somebody else
has the address.
"""
TAKES = {"dhclient": ROUTER, "dhcpcd": ROUTER, "udhcpc": OTHER_ROUTER}
"""The router that each goes by: that of option 121, or that of option 3."""

pytestmark = pytest.mark.parametrize("target", ["trixie"], indirect=True, scope="session")


@pytest.fixture(scope="module")
def service(server: Host) -> Host:
    """The host with the service for the routes."""
    start_service(server, RULES)
    return server


@pytest.fixture(scope="module")
def access(lab: Lab, server: Host) -> Access:
    """The clients' network, at the server's eth1."""
    return lab.access(server, "eth1", [f"{ROUTER}/32", f"{OTHER_ROUTER}/32"])


@pytest.fixture(scope="module")
def kea(service: Host, access: Access, target: Target) -> Iterator[Kea]:
    """The server with the example's configuration for IPv4."""
    configuration = example("slash32_routes", target)
    configuration["interfaces-config"]["interfaces"] = [f"eth1/{ROUTER}"]
    (option3,) = (o for o in configuration["subnet4"][0]["option-data"] if "name" in o)
    assert option3 == {"name": "routers", "data": ROUTER}
    option3["data"] = OTHER_ROUTER
    kea = Kea(service, 4, target.hooks_dir)
    kea.start({}, **configuration)
    yield kea
    kea.stop()


def configured(client: Machine, router: str = ROUTER, interface: str = "eth0") -> str:
    """The address that a client has set up, with a default route, once it reaches the router."""

    def probe() -> str:
        shown = client.run(["ip", "-json", "-4", "address", "show", "dev", interface]).stdout
        found = [info for link in json.loads(shown) for info in link.get("addr_info", [])]
        return next((info["local"] for info in found if info["prefixlen"] == 32), "")

    address = client.wait_for(probe, "it has a /32", 30)
    client.wait_for_output(["ip", "-4", "route", "show", "default"], f"via {router} ")
    client.run(["ping", "-c", "1", "-W", "2", "-I", interface, router])
    return address


@pytest.mark.parametrize("name", CLIENTS)
def test_a_client_is_reached_by_its_own_route(access: Access, kea: Kea, name: str) -> None:
    start, leave = CLIENTS[name]
    client = access.client(name)
    running = client.popen(start)
    address = configured(client, TAKES[name])
    assert next_hops(kea.host, 4) == {address: ""}
    client.run(leave)
    kea.host.wait_for(lambda: not next_hops(kea.host, 4), "the route is gone")
    running.wait(timeout=10)


def test_networkd_is_reached_by_its_own_route(
    lab: Lab, access: Access, kea: Kea, target: Target
) -> None:
    client = lab.host(roots.ensure(target.root(*PACKAGES)), "networkd")
    access.attach(client, "eth1")
    client.write("/etc/systemd/network/eth1.network", NETWORKD)
    client.run(["systemctl", "unmask", "systemd-networkd"])
    client.run(["systemctl", "start", "systemd-networkd"])
    address = configured(client, interface="eth1")
    assert next_hops(kea.host, 4) == {address: ""}
    client.run(["systemctl", "stop", "systemd-networkd"])
    kea.host.wait_for(lambda: not next_hops(kea.host, 4), "the route is gone")


def test_a_client_behind_a_relay_is_reached_by_way_of_it(
    lab: Lab, access: Access, kea: Kea
) -> None:
    relay = access.client("relay")
    behind = lab.access(relay, "eth1", [f"{RELAY}/32"])
    relay.ip(
        f"address add {UPSTREAM}/32 dev eth0",
        f"route add {ROUTER}/32 dev eth0",
        "route add 10.255.0.0/24 dev eth1",
    )
    for switch in ("ip_forward", "conf/eth1/proxy_arp"):
        relay.run(["sh", "-c", f"echo 1 >/proc/sys/net/ipv4/{switch}"])
    running = relay.popen(["dhcrelay", "-4", "-d", "-id", "eth1", "-iu", "eth0", ROUTER])
    kea.host.ip(f"route add {RELAY}/32 dev eth1 scope link")
    start, leave = CLIENTS["dhclient"]
    client = behind.client("relayed")
    client.popen(start)
    address = configured(client)
    assert next_hops(kea.host, 4) == {address: RELAY}
    client.run(leave)
    kea.host.wait_for(lambda: not next_hops(kea.host, 4), "the route is gone")
    kea.host.ip(f"route del {RELAY}/32 dev eth1 scope link")
    running.kill()


def test_a_router_with_two_prefixes_has_a_route_for_each(
    access: Access, service: Host, target: Target
) -> None:
    kea = Kea(service, 6, target.hooks_dir)
    kea.start({}, **example("ipv6_pd_routes", target, 6))
    router = access.client("router")
    shown = router.run(["ip", "-json", "-6", "address", "show", "dev", "eth0", "scope", "link"])
    ((local,),) = (link["addr_info"] for link in json.loads(shown.stdout))
    router.popen(["dhclient", "-6", "-P", "-P", "-d", "eth0"])
    leases = "/var/lib/dhcp/dhclient6.leases"
    router.wait_for_output(["grep", "-c", "iaprefix", leases], "2")
    routes = next_hops(service, 6)
    assert [*routes.values()] == [local["local"]] * 2
    for prefix in routes:
        assert f"iaprefix {prefix} " in router.inside(leases).read_text()
    router.run(["dhclient", "-6", "-P", "-r", "eth0"])
    service.wait_for(lambda: not next_hops(service, 6), "both routes are gone")
    kea.stop()
