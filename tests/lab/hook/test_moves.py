"""Routes of clients who get another lease, or come back with theirs elsewhere."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest

from kit.lab import Client, Host, Lab
from kit.lab.mailbox import Reply
from kit.lab.relay import NOWHERE, Relay
from kit.lab.relay6 import IA, Clients6, Hop
from kit.lab.routes import RouteEvent, RouteWatch
from kit.targets import Target
from kit.wait import until
from tests.lab.hook.conftest import CLIENT6, RELAY4, SERVER4, SUBNETS4, SUBNETS6, parties
from tests.lab.hook.routed import NAMES, WAYS, Leases, lease_commands, parameters, serving

RELAY4_BESIDE, CLIENT6_BESIDE = "10.1.0.4", "fe80::4"
RELAY6_ELSEWHERE = "2001:db8:0:2::2"
ELSEWHERE = ("10.1.0.3/32", "2001:db8:0:2::1/64", "fe80::1/64")
"""The server's addresses on eth2."""
LISTENS = {"interfaces_config": {"interfaces": ["eth1", "eth2"]}}
RESERVED = {
    4: ("10.1.2.1", "10.1.2.2"),
    6: ("2001:db8:1:aa00::/56", "2001:db8:1:bb00::/56"),
}
CLIENT = 1
"""The one with reservations."""
NUMBERS = count(100)
"""Of the others."""
HOME = {4: f"via {RELAY4} dev eth1", 6: f"via {CLIENT6} dev eth1"}


@dataclass(frozen=True)
class Place:
    """Where clients are seen, and the route that this makes.

    route: how `ip route` begins it, behind the prefix.
    """

    clients: Relay | Clients6
    route: str


@pytest.fixture(scope="session")
def roaming(lab: Lab, routing: Host) -> Client:
    """The machine of clients on another interface of the server."""
    machine = lab.access(routing, "eth2", ELSEWHERE).client("roaming")
    machine.ip(f"address add {RELAY6_ELSEWHERE}/64 dev eth0 nodad")
    return machine


@pytest.fixture(scope="module", params=NAMES, ids=["IPv4", "IPv6"])
def leases(
    threads: bool,
    target: Target,
    routing: Host,
    gateway: Client,
    roaming: Client,
    request: pytest.FixtureRequest,
) -> Iterator[Leases]:
    kea, clients = parties(request.param, routing, gateway, target)
    settings = {"multi_threading": threads, **LISTENS}
    with closing(clients), serving(kea, clients, WAYS[threads], target, **settings) as leases:
        kea.wait_for_log("RUNSCRIPT_REPLAY_DONE")
        yield leases


# A client comes back


@pytest.fixture(params=["beside", "elsewhere"])
def place(
    leases: Leases, gateway: Client, roaming: Client, request: pytest.FixtureRequest
) -> Iterator[Place]:
    """Behind another relay or with another link-local address; on another interface."""
    family = leases.kea.family
    if request.param == "beside":
        address = {4: f"{RELAY4_BESIDE}/16", 6: f"{CLIENT6_BESIDE}/64"}[family]
        gateway.ip(f"address replace {address} dev eth0 nodad")
        if family == 4:
            place = Place(Relay(gateway, RELAY4_BESIDE, SERVER4), f"via {RELAY4_BESIDE} dev eth1")
        else:
            place = Place(Clients6(gateway, CLIENT6_BESIDE), f"via {CLIENT6_BESIDE} dev eth1")
    elif family == 4:
        place = Place(Relay(roaming, NOWHERE, SERVER4), "dev eth2")
    else:
        # Direct clients there would be in another subnet.
        hop = Hop("2001:db8::99", CLIENT6)
        clients = Clients6(roaming, RELAY6_ELSEWHERE, [hop])
        place = Place(clients, f"via {RELAY6_ELSEWHERE} dev eth2")
    with closing(place.clients):
        yield place


def come(clients: Relay | Clients6, how: str, client: int, prefix: str) -> Reply:
    """The reply to a client that has been given this lease, and comes to these `clients`.

    how: "anew" with a discover or solicit, or as one that "remembers" it.
    """
    if isinstance(clients, Relay):
        if how == "anew":
            offered, _ = clients.offer(client)
            server = {54: offered.options[54]}
            reply = clients.wait(clients.send("REQUEST", client, offered.address, options=server))
        else:
            reply = clients.wait(clients.send("REBOOT", client, prefix))
        assert (reply.kind, reply.address) == ("ACK", prefix)
        return reply
    if how == "anew":
        reply6 = clients.ask("REQUEST", client, *clients.ask("SOLICIT", client, IA("PD")).ias)
    else:
        reply6 = clients.ask("REBIND", client, IA("PD", value=prefix))
    assert [ia.value for ia in reply6.ias if ia.valid] == [prefix]
    return reply6


def assert_first(watch: RouteWatch, prefix: str, route: str, reply: Reply) -> None:
    """The route was there before the reply; says by how much."""
    text = f"{prefix} {route} "

    def came() -> RouteEvent | None:
        return next((e for e in watch.events if not e.deleted and e.route.startswith(text)), None)

    lead = reply.stamp - until(came, 5, f"{text}comes").time
    print(f"{text}{lead * 1000:.1f} ms before the {reply.kind}")
    assert lead > 0


@pytest.mark.parametrize("how", ["anew", "remembers"])
def test_a_client_that_comes_back_elsewhere(leases: Leases, place: Place, how: str) -> None:
    """At once, though Kea 3.0 does not write such young leases anew; and so when it goes home."""
    home = Place(leases.clients, HOME[leases.kea.family])
    client = next(NUMBERS)
    prefix = leases.take(client)
    with leases.kea.host.watch_routes() as watch:
        for where in (place, home):
            reply = come(where.clients, how, client, prefix)
            assert_first(watch, prefix, where.route, reply)
    listed = leases.kea.host.routes(leases.kea.family)
    assert [route["dst"] for route in listed].count(prefix) == 1


# A reservation changes


def reserve(leases: Leases, threads: bool, target: Target, value: str) -> None:
    """Configure the server anew, with this reservation for a client."""
    kea = leases.kea
    if kea.family == 4:
        who: dict[str, Any] = {"hw-address": "02:00:00:00:00:01", "ip-address": value}
        (subnet,) = SUBNETS4
    else:
        who = {"duid": "00:03:00:01:02:00:00:00:00:01", "prefixes": [value]}
        (subnet,) = SUBNETS6
    replays = kea.log().count("RUNSCRIPT_REPLAY_DONE")
    kea.configure(
        parameters(WAYS[threads], kea.family, target),
        beside=lease_commands(target),
        multi_threading=threads,
        **LISTENS,
        **{f"subnet{kea.family}": [{**subnet, "reservations": [who]}]},
    )
    assert kea.control("config-reload")["result"] == 0
    kea.wait_for_log("RUNSCRIPT_REPLAY_DONE", replays + 1)


@pytest.fixture
def reservation(leases: Leases, threads: bool, target: Target) -> Iterator[tuple[str, str]]:
    """What a client has, and what is reserved for it since."""
    old, new = RESERVED[leases.kea.family]
    reserve(leases, threads, target, old)
    assert leases.take(CLIENT) == old
    reserve(leases, threads, target, new)
    assert old in leases.routes()
    yield old, new
    for prefix in leases.active() & {old, new}:
        leases.release(CLIENT, prefix)
    assert_routes_of_leases(leases)


def assert_routes_of_leases(leases: Leases) -> None:
    """Those of all leases that Kea has, at once or soon."""
    until(
        lambda: leases.routes().keys() == leases.active(),
        3,
        lambda: f"{leases.routes()} become {leases.active()}",
    )


def test_a_renewal_after_a_changed_reservation(
    leases: Leases, reservation: tuple[str, str]
) -> None:
    old, new = reservation
    with leases.kea.host.watch_routes() as watch:
        if isinstance(leases.clients, Relay):
            refused = leases.clients.wait(leases.clients.send("RENEW", CLIENT, old))
            assert refused.kind == "NAK"
            assert_routes_of_leases(leases)
            reply = come(leases.clients, "anew", CLIENT, new)
        else:
            reply = leases.clients.ask("RENEW", CLIENT, IA("PD", value=old))
        assert old not in leases.routes()
        assert_first(watch, new, HOME[leases.kea.family], reply)
    assert_routes_of_leases(leases)


def test_a_mere_question_after_a_changed_reservation(
    leases: Leases, reservation: tuple[str, str], target: Target
) -> None:
    """With a DISCOVER nothing ends; with a SOLICIT Kea ends the old lease."""
    old, new = reservation
    if isinstance(leases.clients, Relay):
        offered, _ = leases.clients.offer(CLIENT)
        assert offered.address == new
        assert old in leases.active()
    else:
        assert [ia.value for ia in leases.clients.ask("SOLICIT", CLIENT, IA("PD")).ias] == [new]
        assert old not in leases.active()
        if target.name == "bookworm":  # its Kea tells nobody
            assert old in leases.routes()
            assert leases.kea.control("runscript-replay")["result"] == 0
    assert_routes_of_leases(leases)
