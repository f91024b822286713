"""The example `active_routes`: the kernel of the server that serves uses the routes."""

from collections.abc import Iterator

import pytest

from kit.lab import Host
from kit.lab.kea import Kea
from kit.targets import Target
from kit.wait import until
from tests.lab.hook import routed
from tests.lab.hook.ha.conftest import (
    INTERFACE,
    POOLS,
    Pair,
    Speaker,
    one_of_each,
    pairs,
    wait_for_state,
)
from tests.lab.hook.routed import EXAMPLES, RULES, next_hops, parameters, start_service

pytestmark = pairs

UNIT = "kea-active-routes.service"
PROGRAM = "/usr/local/sbin/active_routes"
TABLES = {"hot-standby": {"server": "100"}, "load-balancing": {"server": "101", "partner": "102"}}
"""The table of each scope."""


def rules(pair: Pair) -> str:
    """The routes.conf of the page, with the pairs' pools."""
    if pair.mode == "hot-standby":
        return RULES.replace(" min-length", " table 100 min-length")
    tables = TABLES[pair.mode]
    length = 32 if pair.family == 4 else 56
    return "".join(
        f"allow {pool} dev eth1 table {tables[scope]} min-length {length}\n"
        for scope, pool in POOLS[pair.family].items()
    )


@pytest.fixture
def routing(pair: Pair) -> Iterator[None]:
    """Both hosts as the example's page wants them."""
    folder = EXAMPLES / "active_routes"
    scopes = " ".join(f"{scope}={table}" for scope, table in TABLES[pair.mode].items())
    unit = (folder / UNIT).read_text()
    unit = unit.replace("4 server1=100", f"--grace 2 {pair.family} {scopes}")
    hosts = {"eth1": pair.primary.host, INTERFACE: pair.partner.host}
    for interface, host in hosts.items():
        host.put(folder / "active_routes", PROGRAM, 0o755)
        host.write(f"/etc/systemd/system/{UNIT}", unit)
        start_service(host, rules(pair).replace("eth1", interface))
        host.run(["systemctl", "restart", UNIT])
    yield
    for host in hosts.values():
        host.run(["systemctl", "stop", UNIT])
        host.write(routed.CONF, RULES)
        for table in used(host, pair):
            host.run(["ip", f"-{pair.family}", "rule", "del", "table", table])
    for kea in pair:
        kea.stop()
        kea.host.run([routed.PROGRAM, "flush", f"ipv{pair.family}"])


def used(host: Host, pair: Pair) -> set[str]:
    """The tables that a host's kernel uses."""
    show = ["ip", f"-{pair.family}", "rule", "show", "table"]
    return {table for table in TABLES[pair.mode].values() if host.run([*show, table]).stdout}


def wait_for_routes(pair: Pair, leases: set[str]) -> None:
    """Wait until both have the routes of these leases."""
    for kea in pair:

        def routes(kea: Kea = kea) -> set[str]:
            tables = TABLES[pair.mode].values()
            return {to for table in tables for to in next_hops(kea.host, pair.family, table)}

        until(lambda r=routes: r() == leases, 20, f"{kea.host.name} has {leases}")
        assert not next_hops(kea.host, pair.family)


def wait_for_use(pair: Pair, primary: set[str], partner: set[str]) -> None:
    """Wait until the servers use these scopes' tables."""
    for kea, scopes in zip(pair, (primary, partner), strict=True):
        tables = {TABLES[pair.mode][scope] for scope in scopes}
        until(
            lambda kea=kea, tables=tables: used(kea.host, pair) == tables,
            20,
            f"{kea.host.name} uses {tables}",
        )


@one_of_each
@pytest.mark.usefixtures("routing")
def test_the_server_that_serves_has_the_routes(
    pair: Pair, clients: Speaker, target: Target
) -> None:
    scopes = set(TABLES[pair.mode])
    pair.start(parameters("service", pair.family, target))
    leases = {clients.lease(client) for client in range(4)}
    wait_for_routes(pair, leases)
    wait_for_use(pair, {"server"}, scopes - {"server"})
    pair.primary.kill()
    wait_for_state(pair.partner, "partner-down")
    leases.add(clients.lease(4))
    wait_for_use(pair, set(), scopes)
    pair.primary.host.run(["systemctl", "start", pair.primary.unit])
    wait_for_use(pair, {"server"}, scopes - {"server"})
    wait_for_routes(pair, leases)
