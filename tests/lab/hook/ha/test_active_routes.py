"""The example `active_routes`: the kernel of the server that serves uses the routes."""

from collections.abc import Iterator

import pytest

from kit.lab import Host
from kit.lab.kea import Kea
from kit.targets import Target
from kit.wait import until
from tests.lab.hook.ha.conftest import INTERFACE, Pair, Speaker, wait_for_state
from tests.lab.hook.route_examples import EXAMPLES, RULES, next_hops, parameters, start_service

UNIT = "kea-active-routes.service"
PROGRAM = "/usr/local/sbin/active_routes"
ROUTE = "/usr/libexec/kea-hook-runscript/kea-runscript-route"
TABLE = "100"


@pytest.fixture
def routing(pair: Pair) -> Iterator[None]:
    """Both hosts as the example's page wants them."""
    folder = EXAMPLES / "active_routes"
    rules = RULES.replace(" min-length", f" table {TABLE} min-length")
    unit = (folder / UNIT).read_text()
    unit = unit.replace(f"4 server1={TABLE}", f"--grace 2 {pair.family} server={TABLE}")
    hosts = {"eth1": pair.primary.host, INTERFACE: pair.partner.host}
    for interface, host in hosts.items():
        host.put(folder / "active_routes", PROGRAM, 0o755)
        host.write(f"/etc/systemd/system/{UNIT}", unit)
        start_service(host, rules.replace("eth1", interface))
        host.run(["systemctl", "restart", UNIT])
    yield
    for host in hosts.values():
        host.run(["systemctl", "stop", UNIT])
        host.run(["ip", f"-{pair.family}", "rule", "del", "table", TABLE], check=False)
    for kea in pair:
        kea.stop()
        kea.host.run([ROUTE, "flush", f"ipv{pair.family}"])


def used(host: Host, family: int) -> bool:
    """Whether a host's kernel uses the table."""
    return bool(host.run(["ip", f"-{family}", "rule", "show", "table", TABLE]).stdout)


def wait_for_routes(pair: Pair, active: Kea, *leases: str) -> None:
    """Wait until both have the routes of these leases, and one alone uses them."""
    for kea in pair:

        def right(kea: Kea = kea) -> bool:
            here = used(kea.host, pair.family) == (kea is active)
            return here and set(next_hops(kea.host, pair.family, TABLE)) == set(leases)

        what = f"{kea.host.name} has {leases} and {'uses' if kea is active else 'ignores'} them"
        until(right, 20, what)
        assert not next_hops(kea.host, pair.family)


@pytest.mark.usefixtures("routing")
def test_the_server_that_serves_has_the_routes(
    pair: Pair, clients: Speaker, target: Target
) -> None:
    pair.start(parameters("service", pair.family, target))
    first = clients.lease(1)
    wait_for_routes(pair, pair.primary, first)
    pair.primary.host.run(["systemctl", "kill", "--signal=KILL", pair.primary.unit])
    wait_for_state(pair.partner, "partner-down")
    second = clients.lease(2)
    until(lambda: used(pair.partner.host, pair.family), 20, "the partner uses its routes")
    until(lambda: not used(pair.primary.host, pair.family), 20, "the killed one does not")
    pair.primary.host.run(["systemctl", "start", pair.primary.unit])
    wait_for_routes(pair, pair.primary, first, second)
