"""An OFFER that waits for its script, where Kea lets it (2.6 and later)."""

import time
from collections.abc import Callable

import pytest

from kit.lab.kea import SCRIPTS, Kea
from kit.lab.relay import Relay

CLIENTS = 4

pytestmark = pytest.mark.parametrize(
    "target", ["trixie", "trixie-backports", "forky"], indirect=True, scope="session"
)


def test_offers_wait_for_their_scripts_but_not_for_others(
    kea4: Kea, relay: Relay, threads: bool
) -> None:
    kea4.start(
        {"script": f"{SCRIPTS}/slow", "hook-points": ["lease4_offer"]}, multi_threading=threads
    )
    start = time.monotonic()
    asked = [relay.send("DISCOVER", client) for client in range(CLIENTS)]
    offers = [relay.wait(xid) for xid in asked]
    assert [offer.kind for offer in offers] == ["OFFER"] * CLIENTS
    assert min(offer.time for offer in offers) - start >= 0.3
    assert max(offer.time for offer in offers) - start < 0.3 * CLIENTS
    # Kea asks whether the address is in use, which nobody has looked at.
    assert "ARGUMENT_MISSING" not in kea4.log()


def test_no_offer_without_the_script_if_so_configured(
    kea4: Kea, relay: Relay, behave: Callable[[str], None], threads: bool
) -> None:
    parameters = {"script": f"{SCRIPTS}/behave", "hook-points": ["lease4_offer"]}
    kea4.start({**parameters, "on-failure": "drop"}, multi_threading=threads)
    behave("fails")
    discover = relay.send("DISCOVER", 1)
    kea4.wait_for_log("RUNSCRIPT_PACKET_DROPPED")
    assert relay.reply(discover, 0.1) is None
    behave("works")
    assert relay.offer(1)[0].kind == "OFFER"
