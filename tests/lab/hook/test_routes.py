"""The route examples under a real Kea, in each of the three ways that they tell."""

from collections.abc import Iterator

import pytest

from kit.lab import Host
from kit.lab.kea import Kea
from kit.lab.relay import Relay
from kit.lab.relay6 import Clients6
from kit.targets import Target
from tests.lab.hook.conftest import CLIENT6, RELAY4
from tests.lab.hook.routed import NAMES, Leases, serving, workers

CLIENTS = range(1, 4)
HOPS = {4: RELAY4, 6: CLIENT6}


@pytest.fixture(params=NAMES)
def family(request: pytest.FixtureRequest) -> int:
    return request.param


@pytest.fixture(params=["service", "worker", "script"])
def way(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def leases(
    way: str, family: int, target: Target, routing: Host, request: pytest.FixtureRequest
) -> Iterator[Leases]:
    kea: Kea = request.getfixturevalue(f"kea{family}")
    clients: Relay | Clients6 = request.getfixturevalue({4: "relay", 6: "clients6"}[family])
    with serving(kea, clients, way, target) as leases:
        yield leases


def test_routes_follow_leases(leases: Leases) -> None:
    expected = {}
    for client in CLIENTS:
        expected[leases.take(client)] = HOPS[leases.kea.family]
        assert leases.routes() == expected
    for client, prefix in zip(CLIENTS, [*expected], strict=True):
        leases.release(client, prefix)
        del expected[prefix]
        leases.kea.host.wait_for(
            lambda: leases.routes() == expected, f"the route to {prefix} is gone"
        )
    assert "RUNSCRIPT_EVENT_FAILED" not in leases.kea.log()


def test_a_replay_makes_the_table_equal_to_the_leases(leases: Leases) -> None:
    kea, stale = leases.kea, {4: "10.1.9.99/32", 6: "2001:db8:1:ff00::/56"}[leases.kea.family]
    kea.wait_for_log("RUNSCRIPT_REPLAY_DONE")
    expected = {leases.take(client): HOPS[kea.family] for client in CLIENTS}
    kept, lost, moved = expected

    def disturb() -> None:
        kea.host.ip(
            f"route del {lost} proto 75",
            f"route replace {moved} via {expected[moved]}9 dev eth1 proto 75",
            f"route add {stale} dev eth1 proto 75",
        )

    def right() -> bool:
        return leases.routes() == expected

    with kea.host.watch_routes() as watch:
        disturb()
        assert kea.control("runscript-replay")["result"] == 0
        kea.host.wait_for(right, "the routes are right after a command")
        disturb()
        kea.host.run(["systemctl", "restart", kea.unit])
        kea.host.wait_for(right, "the routes are right after a restart")
        assert not [event for event in watch.events if kept in event.route.split()]


def test_the_service_has_one_privilege_and_ends_with_kea(
    routing: Host, target: Target, kea4: Kea, relay: Relay
) -> None:
    with serving(kea4, relay, "service", target) as leases:
        leases.take(1)
        (pid,) = workers(routing)
        lines = routing.inside(f"/proc/{pid}/status").read_text().splitlines()
        status = dict(line.split(":\t", 1) for line in lines)
        net_admin = f"{1 << 12:016x}"
        assert (status["CapEff"], status["CapBnd"]) == (net_admin, net_admin)
        assert "0" not in status["Uid"].split()
        kea4.stop()
        routing.wait_for(lambda: not workers(routing), "the service ends")
        assert leases.routes()


def test_sudo_does_not_stay_beside_the_worker(
    routing: Host, target: Target, kea4: Kea, relay: Relay
) -> None:
    with serving(kea4, relay, "worker", target) as leases:
        leases.take(1)
        assert workers(routing)
        routing.wait_for(
            lambda: not routing.run(["pidof", "sudo"], check=False).stdout, "sudo has ended"
        )
