"""Many clients at once: none is without its answer for long, and no answer is without its route."""

from collections.abc import Iterator

import pytest

from kit.lab import Host
from kit.lab.kea import SCRIPTS, Kea
from kit.lab.mailbox import Reply
from kit.lab.relay import Relay
from kit.lab.relay6 import IA, Clients6
from kit.lab.routes import RouteWatch
from kit.wait import until
from tests.lab.hook.routed import CONF, PROTOCOL, RULES

CROWD = 1000
TIMEOUT = 0.5
"""Seconds, the parameter's."""
OTHERS = 20
CLIENTS = 200
MIB = 1 << 20
NO_ROUTE_NO_REPLY = {"on-failure": "drop", "timeout": 20_000}

pytestmark = pytest.mark.parametrize("target", ["trixie"], indirect=True, scope="session")


def test_a_hung_script_holds_up_a_thousand_clients_no_longer_than_its_timeout(
    kea4: Kea, relay: Relay, server: Host, threads: bool
) -> None:
    server.write(f"{SCRIPTS}/hang", "#!/bin/sh\nexec sleep 600\n", 0o755)
    parameters = {
        "script": f"{SCRIPTS}/hang",
        "hook-points": ["leases4_committed"],
        "timeout": int(TIMEOUT * 1000),
    }
    kea4.start(parameters, multi_threading=threads)
    offered = [relay.offer(client)[0].address for client in range(CROWD)]
    pid, before = kea4.pid, kea4.resident()

    def ask(client: int, again: int) -> int:
        return relay.send("REQUEST", client, offered[client], xid=again)

    acks = relay.insist(ask, range(CROWD))
    assert {ack.kind for ack in acks.values()} == {"ACK"}
    assert len({ack.address for ack in acks.values()}) == CROWD
    others = [relay.offer(CROWD + number)[1] for number in range(OTHERS)]
    assert max(others) < TIMEOUT
    grown = kea4.resident() - before
    print(f"{CROWD} ACKs, {grown / MIB:.1f} MiB more")
    assert kea4.pid == pid
    assert grown < 64 * MIB


@pytest.fixture
def routes(routing: Host) -> Iterator[RouteWatch]:
    """The server may set routes by the examples' scripts, and its routes are watched."""
    routing.write(CONF, RULES)
    with routing.watch_routes() as watch:
        yield watch
    for family in ("-4", "-6"):
        routing.run(["ip", family, "route", "flush", "proto", str(PROTOCOL)])


def test_each_of_200_acks_leaves_after_its_route_is_there(
    kea4: Kea, relay: Relay, routes: RouteWatch, threads: bool
) -> None:
    script = {"script": f"{SCRIPTS}/slash32_routes", "hook-points": ["leases4_committed"]}
    kea4.start({**script, **NO_ROUTE_NO_REPLY}, multi_threading=threads)
    offered = [relay.offer(client)[0].address for client in range(CLIENTS)]

    def ask(client: int, again: int) -> int:
        return relay.send("REQUEST", client, offered[client], xid=again)

    acks = relay.insist(ask, range(CLIENTS))
    assert_routes_came_first(routes, {ack.address: ack for ack in acks.values()})


def test_each_of_200_replies_leaves_after_its_prefix_has_its_route(
    kea6: Kea, clients6: Clients6, routes: RouteWatch, threads: bool
) -> None:
    script = {"script": f"{SCRIPTS}/ipv6_pd_routes", "hook-points": ["leases6_committed"]}
    kea6.start({**script, **NO_ROUTE_NO_REPLY}, multi_threading=threads)
    offered = [clients6.ask("SOLICIT", client, IA("PD")).ias for client in range(CLIENTS)]

    def ask(client: int, again: int) -> int:
        return clients6.send("REQUEST", client, *offered[client], xid=again)

    replies = clients6.insist(ask, range(CLIENTS))
    assert_routes_came_first(routes, {r.ias[0].value: r for r in replies.values()})


def assert_routes_came_first(routes: RouteWatch, replies: dict[str, Reply]) -> None:
    """Each of these addresses or prefixes had its route before its reply left."""
    assert len(replies) == CLIENTS

    def seen() -> dict[str, float]:
        return {e.route.split()[0]: e.time for e in routes.events if not e.deleted}

    until(lambda: replies.keys() <= seen().keys(), 15, "each route is seen")
    came = seen()
    leads = sorted(reply.stamp - came[what] for what, reply in replies.items())
    print(f"routes {leads[0] * 1e3:.1f} to {leads[-1] * 1e3:.1f} ms before {len(leads)} replies")
    assert leads[0] > 0
