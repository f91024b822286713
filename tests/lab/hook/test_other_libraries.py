"""Other hook libraries beside ours."""

from kit.lab import Host
from kit.lab.kea import SCRIPTS, Kea
from kit.lab.relay import Relay
from kit.lab.relay6 import IA, Clients6
from kit.targets import Target
from tests.lab.hook.conftest import put_library


def start_beside_a_late_one(kea: Kea, host: Host, target: Target) -> None:
    late = put_library(host, target, "late")
    points = [f"leases{kea.family}_committed"]
    parameters = {"script": f"{SCRIPTS}/debug", "hook-points": points, "wait": True}
    kea.start(parameters, multi_threading=True, beside=[late])


def test_a_library_that_parks_after_ours_finds_the_packet_however_fast_the_script_is(
    kea4: Kea, relay: Relay, server: Host, target: Target
) -> None:
    start_beside_a_late_one(kea4, server, target)
    relay.lease(1)
    assert "HOOKS_CALLOUT_EXCEPTION" not in kea4.log()


def test_a_library_that_parks_after_ours_finds_the_dhcpv6_packet_as_well(
    kea6: Kea, clients6: Clients6, server: Host, target: Target
) -> None:
    start_beside_a_late_one(kea6, server, target)
    clients6.lease(1, IA("PD", 1))
    assert "HOOKS_CALLOUT_EXCEPTION" not in kea6.log()
