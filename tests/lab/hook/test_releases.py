"""Hook points that came with a later release of Kea: told where they are, refused where not."""

import pytest

from kit import targets
from kit.lab.kea import SCRIPTS, Kea, KeaFailed
from kit.lab.relay import Relay
from kit.targets import Target


def refused(kea: Kea, point: str, since: str, release: str) -> None:
    """Kea does not start, and says why."""
    with pytest.raises(KeaFailed) as failure:
        kea.start({"script": f"{SCRIPTS}/debug", "hook-points": [point]})
    message = f'lists "{point}", which Kea has since {since}, but this is Kea {release}; leave it'
    assert message in str(failure.value)


def test_an_offer_waits_for_the_script_where_kea_lets_it(
    kea4: Kea, relay: Relay, target: Target, threads: bool
) -> None:
    release = targets.kea_release(target)
    if release < "2.6":
        refused(kea4, "lease4_offer", "2.6", release)
        return
    slow = {"script": f"{SCRIPTS}/slow", "hook-points": ["lease4_offer"]}
    kea4.start(slow, multi_threading=threads)
    offered, seconds = relay.offer(1)
    assert offered.kind == "OFFER"
    assert seconds > 0.3
    # Kea would complain of a hook that has not said whether the address is in use.
    assert "OFFER_ARGUMENT_MISSING" not in kea4.log()


def test_a_registration_is_refused_where_kea_knows_none(kea6: Kea, target: Target) -> None:
    release = targets.kea_release(target)
    if release < "3.0":
        refused(kea6, "addr6_register", "3.0", release)
    else:
        kea6.start({"script": f"{SCRIPTS}/debug", "hook-points": ["addr6_register"]})
