"""Each server's script is told of the leases that the other has given."""

from kit import targets
from kit.lab.kea import DATA, SCRIPTS, Kea
from kit.targets import Target
from kit.wait import until
from tests.high_availability import wait_for_state
from tests.lab.hook.ha.conftest import INTERFACE, Pair, Speaker, pairs

pytestmark = pairs

TELL = f"""#!/bin/sh
echo "$1 $KEA_LEASE4_ADDRESS$KEA_LEASE6_ADDRESS $KEA_LEASE4_CHANGE$KEA_LEASE6_CHANGE" \\
    "[$KEA_LEASE4_INTERFACE$KEA_LEASE6_INTERFACE]" \\
    "[$KEA_LEASE4_NEXT_HOP$KEA_LEASE6_NEXT_HOP]" >>{DATA}/told
"""


def start(pair: Pair, lifetime: int) -> None:
    """Start both servers.

    lifetime: of their leases, in seconds.
    """
    for kea in pair:
        kea.host.write(f"{SCRIPTS}/tell", TELL, 0o755)
    points = [f"leases{pair.family}_committed", f"lease{pair.family}_changed"]
    parameters = {"script": f"{SCRIPTS}/tell", "max-parallel": 1, "hook-points": points}
    pair.start(parameters, valid_lifetime=lifetime)


def lease(clients: Speaker, client: int) -> str:
    """Get a client's lease: its address, also of a prefix."""
    return clients.lease(client).partition("/")[0]


def told(kea: Kea, lease: str) -> list[str]:
    """What its script was told of a lease: hook point, change, interface, next hop."""
    file = kea.host.inside(f"{DATA}/told")
    lines = file.read_text().splitlines() if file.exists() else []
    return [line.replace(f" {lease} ", " ") for line in lines if f" {lease} " in line]


def wait_until_told(kea: Kea, lease: str, expected: list[str]) -> None:
    until(
        lambda: told(kea, lease) == expected,
        20,
        lambda: f"{kea.host.name} is told {expected} of {lease}, not {told(kea, lease)}",
    )


def test_the_partner_is_told_of_leases_new_renewed_released_and_over(
    pair: Pair, clients: Speaker, target: Target
) -> None:
    """Each server with its own interface, and no change twice."""
    start(pair, lifetime=8)
    primary, partner = pair
    committed, changed = f"leases{pair.family}_committed", f"lease{pair.family}_changed"
    here, there = f"[eth1] [{clients.next_hop}]", f"[{INTERFACE}] [{clients.next_hop}]"
    vanishing, released = lease(clients, 1), lease(clients, 2)
    clients.renew(2)
    clients.release(2)
    steps = ["new", "renewed", "deleted"]
    # Kea keeps a released lease until it is over, and since 3.0 tells its partner to do so.
    kept = ["deleted"] if targets.kea_release(target) >= "3.0" else []
    wait_until_told(partner, released, [f"{changed} {step} {there}" for step in steps + kept])
    wait_until_told(partner, vanishing, [f"{changed} {step} {there}" for step in steps[::2]])
    over = f"{changed} deleted {here}"
    wait_until_told(primary, vanishing, [f"{committed} new {here}", over])
    wait_until_told(primary, released, [*(f"{committed} {step} {here}" for step in steps), over])


def test_a_primary_that_comes_back_is_told_what_it_has_missed(pair: Pair, clients: Speaker) -> None:
    start(pair, lifetime=60)
    primary, partner = pair
    committed, changed = f"leases{pair.family}_committed", f"lease{pair.family}_changed"
    here, there = f"[eth1] [{clients.next_hop}]", f"[{INTERFACE}] [{clients.next_hop}]"
    known = lease(clients, 1)
    wait_until_told(partner, known, [f"{changed} new {there}"])
    primary.kill()
    wait_for_state(partner, "partner-down")
    missed = lease(clients, 2)
    clients.renew(1)
    wait_until_told(partner, missed, [f"{committed} new {there}"])
    wait_until_told(partner, known, [f"{changed} new {there}", f"{committed} renewed {there}"])
    primary.host.run(["systemctl", "start", primary.unit])
    wait_until_told(primary, missed, [f"{changed} new {here}"])
    wait_until_told(primary, known, [f"{committed} new {here}", f"{changed} renewed {here}"])
    pair.wait_until_whole()
