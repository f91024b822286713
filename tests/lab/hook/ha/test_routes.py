"""The kernels of both servers have a route for each lease of the pair, and none besides."""

from collections.abc import Iterator

import pytest

from kit.lab import Access
from kit.targets import Target
from kit.wait import until
from tests.high_availability import wait_for_state
from tests.lab.hook.ha.conftest import INTERFACE, Pair, Speaker, one_of_each, pairs
from tests.lab.hook.routed import PROGRAM, RULES, next_hops, parameters, start_service

pytestmark = pairs

LIFETIME = 5
"""Seconds, of leases that end before the test does."""

every_pair = pytest.mark.parametrize(
    "pair",
    [(4, "hot-standby"), (6, "hot-standby"), (4, "load-balancing"), (6, "load-balancing")],
    ids="IPv{0[0]}-{0[1]}".format,
    indirect=True,
)


@pytest.fixture
def routing(pair: Pair) -> Iterator[None]:
    """Both hosts as the routes' examples want them, without a route of ours at the end."""
    start_service(pair.primary.host, RULES)
    start_service(pair.partner.host, RULES.replace("eth1", INTERFACE))
    yield
    for kea in pair:
        kea.stop()
        kea.host.run([PROGRAM, "flush", f"ipv{pair.family}"])


def start(pair: Pair, target: Target, lifetime: int = 600) -> None:
    pair.start(parameters("service", pair.family, target), valid_lifetime=lifetime)


def wait_for_routes(pair: Pair, clients: Speaker, *leases: str) -> None:
    """Wait until either server has exactly the routes of these leases."""
    expected = dict.fromkeys(leases, clients.next_hop)
    for kea in pair:
        until(
            lambda kea=kea: next_hops(kea.host, pair.family) == expected,
            20,
            lambda kea=kea: (
                f"{kea.host.name} has the routes {expected}, not "
                f"{next_hops(kea.host, pair.family)}\n{kea.log()}"
            ),
        )


@every_pair
@pytest.mark.usefixtures("routing")
def test_both_follow_leases(pair: Pair, clients: Speaker, target: Target) -> None:
    """Of eight clients: with a balanced load either server has some, or one in 128 tests fails."""
    start(pair, target, LIFETIME)
    leases = {client: clients.lease(client) for client in range(8)}
    wait_for_routes(pair, clients, *leases.values())
    for client in range(1, 8, 2):
        clients.release(client)
    wait_for_routes(pair, clients, *[leases[client] for client in range(0, 8, 2)])
    stay = [leases[0], leases[2]]

    def only_those_stay() -> bool:
        clients.renew(0)
        clients.renew(2)
        return all(set(next_hops(kea.host, pair.family)) == set(stay) for kea in pair)

    until(only_those_stay, 20, "the routes of the leases that are over are gone")


@one_of_each
@pytest.mark.usefixtures("routing")
def test_both_are_right_after_one_was_killed(pair: Pair, clients: Speaker, target: Target) -> None:
    start(pair, target)
    stays, goes = clients.lease(1), clients.lease(2)
    wait_for_routes(pair, clients, stays, goes)
    pair.primary.kill()
    wait_for_state(pair.partner, "partner-down")
    assert set(next_hops(pair.partner.host, pair.family)) == {stays, goes}
    # Kea's synchronisation takes what is newer by its clients' last transmission: a mere release
    # would leave the lease, and its route, until its time is over.
    clients.renew(1)
    missed = clients.lease(3)
    clients.renew(2)
    clients.release(2)
    pair.primary.host.run(["systemctl", "start", pair.primary.unit])
    pair.wait_until_whole()
    wait_for_routes(pair, clients, stays, missed)


@one_of_each
@pytest.mark.usefixtures("routing")
def test_both_are_right_after_one_was_cut_off(
    pair: Pair, clients: Speaker, target: Target, access: Access
) -> None:
    start(pair, target)
    stays, goes = clients.lease(1), clients.lease(2)
    wait_for_routes(pair, clients, stays, goes)
    access.unplug(pair.primary.host)
    try:
        wait_for_state(pair.partner, "partner-down")
        clients.renew(1)
        missed = clients.lease(3)
        clients.renew(2)
        clients.release(2)
    finally:
        access.plug(pair.primary.host)
    pair.wait_until_whole()
    wait_for_routes(pair, clients, stays, missed)
