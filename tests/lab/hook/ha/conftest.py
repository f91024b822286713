"""Pairs of servers for the same subnet, and clients that use whichever serves."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from kit.lab import Access, Client, Host, Lab
from kit.lab.kea import Kea, put_hook
from kit.lab.relay import NOWHERE, Relay
from kit.lab.relay6 import IA, Clients6
from kit.targets import Target
from tests.high_availability import high_availability, wait_for_state
from tests.lab.conftest import kea_root
from tests.lab.hook.conftest import CLIENT6, SERVER4, SUBNETS4, SUBNETS6

PARTNER4 = "10.1.0.5"
INTERFACE = "lan0"
"""The partner's interface on the clients' link, which the primary has at eth1."""

POOLS = {
    4: {"server": "10.1.2.0/24", "partner": "10.1.3.0/24"},
    6: {"server": "2001:db8:1::/49", "partner": "2001:db8:1:8000::/49"},
}
"""Where both serve, of which pool the clients of either get their leases."""

pairs = pytest.mark.parametrize(
    "target", ["trixie", "trixie-backports"], indirect=True, scope="session"
)
"""Of the two lines of Kea that tell a partner's leases, which 2.2 does not."""

one_of_each = pytest.mark.parametrize(
    "pair",
    [(4, "hot-standby"), (6, "load-balancing")],
    ids="IPv{0[0]}-{0[1]}".format,
    indirect=True,
)


@pytest.fixture(scope="session")
def partner(lab: Lab, access: Access, target: Target) -> Host:
    """A second host on the clients' link, with the target's Kea and our hook."""
    host = lab.host(kea_root(target), "partner")
    host.run(["systemctl", "stop", "kea-dhcp4-server", "kea-dhcp6-server"])
    put_hook(host, target)
    access.attach(host, INTERFACE, [f"{PARTNER4}/16", "2001:db8::3/64", "fe80::3/64"])
    return host


@dataclass(frozen=True)
class Pair:
    """Two servers, to be started by the test.

    mode: hot-standby or load-balancing, which is also the state in which both are then.
    """

    primary: Kea
    partner: Kea
    mode: str

    @property
    def family(self) -> int:
        return self.primary.family

    def __iter__(self) -> Iterator[Kea]:
        return iter((self.primary, self.partner))

    def start(self, parameters: dict[str, Any], **settings: Any) -> None:
        """Start both, as `Kea.start`, and wait until they have found each other."""
        for kea in self:
            kea.start(
                parameters,
                cache_threshold=0.0001,
                expired_leases_processing={"reclaim-timer-wait-time": 1},
                **settings,
            )
        self.wait_until_whole()

    def wait_until_whole(self) -> None:
        for kea in self:
            wait_for_state(kea, self.mode)

    def stop(self) -> None:
        for kea in self:
            kea.stop()


@pytest.fixture(params=[(4, "hot-standby"), (6, "hot-standby")], ids="IPv{0[0]}-{0[1]}".format)
def pair(
    request: pytest.FixtureRequest, server: Host, partner: Host, access: Access, target: Target
) -> Iterator[Pair]:
    """Both servers, of a family and in a mode."""
    family, mode = request.param
    addresses = {"server": SERVER4, "partner": PARTNER4}
    urls = {name: f"http://{address}:{8000 + family}/" for name, address in addresses.items()}
    pair = Pair(
        *(
            Kea(
                host,
                family,
                target.hooks_dir,
                beside=high_availability(target.hooks_dir, host.name, mode, urls),
                interfaces_config={"interfaces": [interface]},
                **subnet(family, interface, mode),
            )
            for interface, host in {"eth1": server, INTERFACE: partner}.items()
        ),
        mode,
    )
    yield pair
    pair.stop()


def subnet(family: int, interface: str, mode: str) -> dict[str, Any]:
    """The clients' subnet, on a server's own interface; with a pool for each server where both
    serve.
    """
    (subnet,) = SUBNETS4 if family == 4 else SUBNETS6
    pools: dict[str, Any] = {}
    if mode == "load-balancing" and family == 4:
        pools["pools"] = [
            {"pool": pool, "client-class": f"HA_{name}"} for name, pool in POOLS[4].items()
        ]
    elif mode == "load-balancing":
        pools["pd-pools"] = [
            {
                "prefix": pool.removesuffix("/49"),
                "prefix-len": 49,
                "delegated-len": 56,
                "client-class": f"HA_{name}",
            }
            for name, pool in POOLS[6].items()
        ]
    return {f"subnet{family}": [{**subnet, **pools, "interface": interface}]}


@dataclass
class Speaker:
    """What the clients of a family have in common; each has one lease.

    lease: gets it, and returns its address or prefix, as `ip route` prints it.
    next_hop: towards them, "" for none.
    """

    lease: Callable[[int], str]
    renew: Callable[[int], object]
    release: Callable[[int], object]
    next_hop: str


@pytest.fixture
def clients(pair: Pair, gateway: Client, clients6: Clients6) -> Iterator[Speaker]:
    """Clients on the servers' own link."""
    direct = Relay(gateway, NOWHERE, SERVER4)
    leases: dict[int, Any] = {}

    def lease4(client: int) -> str:
        return leases.setdefault(client, direct.lease(client))

    def renew4(client: int) -> None:
        # As one that has been switched off and on: it goes to whichever server serves.
        assert direct.wait(direct.send("REBOOT", client, leases[client])).kind == "ACK"

    def release4(client: int) -> None:
        offer, _ = direct.offer(client)  # by the server that serves it now
        direct.send("RELEASE", client, leases[client], options={54: offer.options[54]})

    def lease6(client: int) -> str:
        leases[client] = clients6.lease(client, IA("PD", 1))
        return leases[client][0].value

    def release6(client: int) -> None:
        clients6.ask("SOLICIT", client, IA("PD", 1))
        clients6.ask("RELEASE", client, *leases[client])

    def renew6(client: int) -> None:
        given = clients6.ask("REBIND", client, *leases[client]).ias
        assert [ia.value for ia in given] == [ia.value for ia in leases[client]]

    if pair.family == 4:
        yield Speaker(lease4, renew4, release4, "")
    else:
        yield Speaker(lease6, renew6, release6, CLIENT6)
    direct.close()
