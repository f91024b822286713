"""The route examples under a real Kea, in each of the three ways that they tell."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from kit.lab import Host
from kit.lab.kea import SCRIPTS, Kea
from kit.lab.relay import Relay
from kit.lab.relay6 import IA, Clients6
from kit.targets import Target
from tests.lab.hook.route_examples import (
    EXAMPLES,
    NAMES,
    RULES,
    next_hops,
    parameters,
    start_service,
)

CLIENTS = range(1, 4)


@dataclass(frozen=True)
class Leases:
    """A server with a way to set routes, and clients of that server."""

    kea: Kea
    relay: Relay
    clients6: Clients6

    def take(self, client: int) -> tuple[str, str]:
        """A client's lease: its prefix, and the next hop towards it, as `ip route` prints them."""
        if self.kea.family == 4:
            return self.relay.lease(client), "10.1.0.2"
        (ia,) = self.clients6.lease(client, IA("PD"))
        return ia.value, "fe80::2"

    def release(self, client: int, prefix: str) -> None:
        if self.kea.family == 4:
            self.relay.send("RELEASE", client, prefix)
        else:
            self.clients6.ask("RELEASE", client, IA("PD", value=prefix))

    def routes(self) -> dict[str, str]:
        return next_hops(self.kea.host, self.kea.family)


@pytest.fixture(scope="session")
def routing(server: Host, target: Target) -> Host:
    """The host with all that the examples' pages ask for, but Kea's configuration."""
    for name in NAMES.values():
        server.put(EXAMPLES / name / name, f"{SCRIPTS}/{name}", 0o755)
    page = (EXAMPLES / NAMES[4] / "README.md").read_text()
    (sudoers,) = re.findall(r"# cat /etc/sudoers.d/kea-runscript\n(.*?)```", page, re.DOTALL)
    server.write("/etc/sudoers.d/kea-runscript", sudoers, 0o440)
    server.run(["visudo", "-c"])
    start_service(server, RULES)
    return server


@pytest.fixture(params=NAMES)
def family(request: pytest.FixtureRequest) -> int:
    return request.param


@pytest.fixture(params=["service", "worker", "script"])
def way(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def leases(
    way: str,
    family: int,
    target: Target,
    routing: Host,
    relay: Relay,
    clients6: Clients6,
    request: pytest.FixtureRequest,
) -> Iterator[Leases]:
    kea: Kea = request.getfixturevalue(f"kea{family}")
    kea.start(parameters(way, family, target))
    yield Leases(kea, relay, clients6)
    kea.stop()
    routing.run(["/usr/libexec/kea-hook-runscript/kea-runscript-route", "flush", f"ipv{family}"])


def test_routes_follow_leases(leases: Leases) -> None:
    expected = {}
    for client in CLIENTS:
        prefix, hop = leases.take(client)
        expected[prefix] = hop
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
    expected = dict(leases.take(client) for client in CLIENTS)
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


def running(host: Host, program: str) -> list[str]:
    """The processes of a program."""
    return host.run(["pidof", program], check=False).stdout.split()


@pytest.fixture
def flushed(routing: Host) -> Iterator[None]:
    yield
    routing.run(["/usr/libexec/kea-hook-runscript/kea-runscript-route", "flush", "ipv4"])


def test_the_service_has_one_privilege_and_ends_with_kea(
    routing: Host, target: Target, kea4: Kea, relay: Relay, flushed: None
) -> None:
    kea4.start(parameters("service", 4, target))
    relay.lease(1)
    (pid,) = running(routing, "kea-runscript-route")
    lines = routing.inside(f"/proc/{pid}/status").read_text().splitlines()
    status = dict(line.split(":\t", 1) for line in lines)
    net_admin = f"{1 << 12:016x}"
    assert (status["CapEff"], status["CapBnd"]) == (net_admin, net_admin)
    assert "0" not in status["Uid"].split()
    kea4.stop()
    routing.wait_for(lambda: not running(routing, "kea-runscript-route"), "the service ends")
    assert routing.routes(4)


def test_sudo_does_not_stay_beside_the_worker(
    routing: Host, target: Target, kea4: Kea, relay: Relay, flushed: None
) -> None:
    kea4.start(parameters("worker", 4, target))
    relay.lease(1)
    assert running(routing, "kea-runscript-route")
    assert not running(routing, "sudo")
