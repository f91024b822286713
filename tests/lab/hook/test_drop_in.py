"""The older hook's two parameters are enough, on each release with its own threading."""

from kit.lab import Host
from kit.lab.kea import Kea
from kit.lab.relay import Relay
from kit.lab.relay6 import IA, Clients6
from tests.lab.hook.calls import SCRIPT, Calls
from tests.lab.hook.contract_checks import CONTRACT

PARAMETERS = {"script": SCRIPT, "wait": True}
SOON = {
    "valid_lifetime": 60,
    "decline_probation_period": 1,
    "expired_leases_processing": {"reclaim-timer-wait-time": 1},
}
LEAVING, REFUSING = 1, 2


def assert_all_are_called(calls: Calls, family: int) -> None:
    """Every hook point that the older hook had, and no other."""
    points = CONTRACT.hook_points.values()
    wanted = {point.name for point in points if point.default and point.family == f"v{family}"}
    for name in wanted:
        calls.wait_for(name, lambda call, name=name: call.point == name)
    assert {call.point for call in calls()} == wanted


def test_kea_dhcp4_serves_and_calls_at_every_hook_point_that_the_older_hook_had(
    kea4: Kea, relay: Relay, server: Host
) -> None:
    calls = Calls(server)
    kea4.start(PARAMETERS, **SOON)
    address = relay.lease(LEAVING)
    assert relay.wait(relay.send("RENEW", LEAVING, address)).kind == "ACK"
    relay.send("RELEASE", LEAVING, address)
    relay.send("DECLINE", REFUSING, relay.lease(REFUSING))
    assert_all_are_called(calls, 4)


def test_kea_dhcp6_serves_and_calls_at_every_hook_point_that_the_older_hook_had(
    kea6: Kea, clients6: Clients6, server: Host
) -> None:
    calls = Calls(server)
    kea6.start(PARAMETERS, **SOON)
    ias = clients6.lease(LEAVING, IA("NA"), IA("PD"))
    for kind in ("RENEW", "REBIND"):
        assert [ia.value for ia in clients6.ask(kind, LEAVING, *ias).ias] == [i.value for i in ias]
    clients6.ask("RELEASE", LEAVING, *ias)
    clients6.ask("DECLINE", REFUSING, *clients6.lease(REFUSING, IA("NA")))
    assert_all_are_called(calls, 6)
