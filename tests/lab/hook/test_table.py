"""The kernel's table is the leases', whatever happens to Kea, the worker, the table or the host."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass

import pytest

from kit.lab import Client, Host, Lab
from kit.lab.kea import Kea
from kit.targets import Target
from kit.wait import until
from tests.lab.hook.conftest import CLIENT6, RELAY4, parties
from tests.lab.hook.routed import NAMES, WAYS, Leases, serving, workers

CLIENTS = range(1, 25)
SOON = 3.0
"""Seconds after which the table is right at last, from when Kea serves or is asked for a replay."""
SLOW = 200_000
"""Microseconds that each answer of a slow worker takes."""
HOPS = {4: RELAY4, 6: CLIENT6}
STALE = {4: "10.1.9.99", 6: "2001:db8:1:ff00::/56"}


@dataclass(frozen=True)
class Table:
    """The routes that a server's leases have, and those that they are to have.

    expected: the next hop by prefix.
    """

    leases: Leases
    expected: dict[str, str]

    @property
    def kea(self) -> Kea:
        return self.leases.kea

    @property
    def host(self) -> Host:
        return self.leases.kea.host

    def disturb(self) -> None:
        """Take a route away, lead another one elsewhere, and add one of no lease."""
        lost, moved, *_ = self.expected
        self.host.ip(
            f"route del {lost} proto 75",
            f"route replace {moved} via {self.expected[moved]}9 dev eth1 proto 75",
            f"route add {STALE[self.kea.family]} dev eth1 proto 75",
        )

    def settles(self, what: str) -> None:
        """It is right, from now on soon; says when."""
        begin = time.monotonic()
        right = lambda: self.leases.routes() == self.expected  # noqa: E731
        until(right, SOON, lambda: f"{self.leases.routes()} become {self.expected}")
        print(f"{what}: {time.monotonic() - begin:.2f} s")
        assert self.leases.active() == self.expected.keys()

    @contextmanager
    def steady(self) -> Iterator[None]:
        """No route that is right is touched meanwhile."""
        _, _, *right = self.expected
        with self.host.watch_routes() as watch:
            yield
            assert not [e for e in watch.events if not set(right).isdisjoint(e.route.split())]


@pytest.fixture(scope="module", params=NAMES, ids=["IPv4", "IPv6"])
def table(
    threads: bool,
    target: Target,
    routing: Host,
    gateway: Client,
    request: pytest.FixtureRequest,
) -> Iterator[Table]:
    """A server whose clients have leases."""
    kea, clients = parties(request.param, routing, gateway, target)
    settings = {
        "multi_threading": threads,
        "min_valid_lifetime": 1,
        # What has ended is left to replays.
        "expired_leases_processing": {"reclaim-timer-wait-time": 0},
    }
    with closing(clients), serving(kea, clients, WAYS[threads], target, **settings) as leases:
        kea.wait_for_log("RUNSCRIPT_REPLAY_DONE")
        yield Table(leases, {leases.take(client): HOPS[kea.family] for client in CLIENTS})


@contextmanager
def serves_again(kea: Kea) -> Iterator[None]:
    """It starts meanwhile, and serves at the end of the block."""
    started = f"DHCP{kea.family}_STARTED"
    times = kea.log().count(started)
    yield
    kea.wait_for_log(started, times + 1)


def restart(kea: Kea) -> None:
    kea.stop()
    kea.start_again()


def start_after_kill(kea: Kea) -> None:
    kea.kill()
    kea.start_again()


def reload(kea: Kea) -> None:
    assert kea.control("config-reload")["result"] == 0


def ask(kea: Kea) -> None:
    assert kea.control("runscript-replay")["result"] == 0


@pytest.mark.parametrize("way", [restart, start_after_kill, reload, ask])
def test_what_went_astray_is_put_right(table: Table, way: Callable[[Kea], None]) -> None:
    table.disturb()
    with table.steady():
        way(table.kea)
        table.settles(way.__name__)


def test_leases_that_ended_while_kea_was_down(table: Table) -> None:
    with table.steady():
        ended = table.leases.take(99, seconds=1)
        end = time.time() + 2
        assert ended in table.leases.routes()
        table.kea.kill()
        table.host.wait_for(lambda: time.time() > end, "the lease has ended")
        assert ended in table.leases.routes()
        table.kea.start_again()
        table.settles("after an ended lease")


def slow_worker(host: Host, stack: ExitStack) -> str:
    """The worker, whose answers take long from now on."""
    (pid,) = workers(host)
    inject = f"inject=write:delay_enter={SLOW}"
    strace = host.popen(["strace", "-qq", "-o", "/dev/null", "-e", inject, "-p", pid])
    stack.callback(strace.wait)
    stack.callback(strace.kill)
    status = host.inside(f"/proc/{pid}/status")
    host.wait_for(lambda: "TracerPid:\t0" not in status.read_text(), "the worker is slow")
    return pid


def test_a_worker_killed_in_the_middle_of_a_replay(table: Table) -> None:
    kea = table.kea
    failed = kea.log().count("RUNSCRIPT_REPLAY_FAILED")
    with table.steady(), ExitStack() as stack:
        pid = slow_worker(table.host, stack)
        table.disturb()
        ask(kea)
        table.host.wait_for(lambda: 0 < told(kea) < len(CLIENTS), "some leases are told")
        table.host.run(["kill", "-KILL", pid])
        kea.wait_for_log("RUNSCRIPT_REPLAY_FAILED", failed + 1)
        table.settles("after a killed worker")


def told(kea: Kea) -> int:
    """How many leases the replay that goes on has told."""
    (entry,) = kea.control("runscript-status")["arguments"]["entries"]
    replay = entry["replay"]
    return replay["leases"] if replay["phase"] == "leases" else 0


def flush(host: Host) -> None:
    for family in NAMES:
        host.run(["ip", f"-{family}", "route", "flush", "proto", "75"])


def flap(host: Host) -> None:
    """A link goes down and comes back, with its addresses, as whoever configures it sees to."""
    (link,) = [link for link in host.links if link.interface == "eth1"]
    host.ip("link set eth1 down", "address flush dev eth1", *link.setup())
    state = host.inside("/sys/class/net/eth1/operstate")
    host.wait_for(lambda: state.read_text() == "up\n", "the link is up")


LOSSES = pytest.mark.parametrize("lose", [flush, flap])


@LOSSES
def test_a_command_brings_lost_routes_back(table: Table, lose: Callable[[Host], None]) -> None:
    lose(table.host)
    assert table.leases.routes() == {}
    ask(table.kea)
    table.settles(f"{lose.__name__}, runscript-replay")


@LOSSES
def test_each_renewal_brings_its_lost_route_back(
    table: Table, lose: Callable[[Host], None]
) -> None:
    """At once, though Kea 3.0 does not write such young leases anew."""
    lose(table.host)
    back = {}
    for client, (prefix, hop) in zip(CLIENTS, table.expected.items(), strict=True):
        assert table.leases.routes() == back
        table.leases.renew(client, prefix)
        back[prefix] = hop
    table.settles(f"{lose.__name__}, renewals")


def test_a_reboot(table: Table, lab: Lab) -> None:
    host, kea = table.host, table.kea
    host.run(["systemctl", "enable", kea.unit])
    with serves_again(kea):
        lab.reboot(host)
    table.settles("reboot")
    host.wait_booted()
    host.run(["systemctl", "disable", kea.unit])
