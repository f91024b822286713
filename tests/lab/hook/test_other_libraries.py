"""Other hook libraries beside ours."""

from kit.lab import Host
from kit.lab.kea import SCRIPTS, Kea
from kit.lab.relay import Relay
from kit.targets import Target
from tests.lab.hook.conftest import put_library


def test_a_library_that_parks_after_ours_finds_the_packet_however_fast_the_script_is(
    kea4: Kea, relay: Relay, server: Host, target: Target
) -> None:
    late = put_library(server, target, "late")
    parameters = {"script": f"{SCRIPTS}/debug", "hook-points": ["leases4_committed"], "wait": True}
    kea4.start(parameters, multi_threading=True, beside=[late])
    relay.lease(1)
    assert "HOOKS_CALLOUT_EXCEPTION" not in kea4.log()
