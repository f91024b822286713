"""What a script's exit code does at each hook point: what the contract says of skip and drop."""

from collections.abc import Callable, Mapping

import pytest

from kit.lab import Host
from kit.lab.kea import DATA, SCRIPTS, Kea, KeaFailed
from kit.lab.mailbox import Mailbox, Reply
from kit.lab.relay import Relay
from kit.lab.relay6 import IA, Clients6, Reply6, address_octets
from kit.targets import Target
from tests.lab.hook.conftest import REGISTERED6
from tests.lab.hook.contract_checks import points

FILE = "/etc/kea-runscript/verdict"
SCRIPT = f"{SCRIPTS}/verdict"
JUDGE = f"""#!/bin/sh
read -r point client <{FILE}
[ "$1 ${{KEA_QUERY4_HWADDR-}}${{KEA_QUERY6_DUID-}}" != "$point $client" ] || exit 10
"""
SILENCE = 0.4
"""Seconds in which a reply would have come."""
# In one thread a packet has been handled when the next one is answered.
SETTINGS = {"valid_lifetime": 3600, "cache_threshold": 0.0001, "multi_threading": False}
BARRIER = 1000
"""The client that only shows that the packet before its own has been handled."""

Outcome = tuple[str, bool]
"""What a packet leads to: a reply with a lease ("lease"), one without ("reply"), or none (""); and
whether the lease file changes.
"""
SILENT: Outcome = ("", False)
KINDS = {
    "lease4_renew": "RENEW",
    "leases4_committed": "REQUEST",
    "lease4_release": "RELEASE",
    "lease4_decline": "DECLINE",
    "lease6_renew": "RENEW",
    "lease6_rebind": "REBIND",
    "leases6_committed": "REQUEST",
    "lease6_release": "RELEASE",
    "lease6_decline": "DECLINE",
    "addr6_register": "ADDR-REG-INFORM",
}
"""The packet that passes a hook point; at the others, DISCOVER and SOLICIT do."""
USUAL: dict[str, Outcome] = {
    "RENEW": ("lease", True),
    "REBIND": ("lease", True),
    "REQUEST": ("lease", True),
    "RELEASE": ("reply", True),
    "DECLINE": ("reply", True),
    "ADDR-REG-INFORM": ("reply", True),
}
"""What a packet leads to without any exit code; DISCOVER and SOLICIT to ("lease", False)."""
JUDGED: dict[tuple[str, str], Outcome] = {
    ("lease4_renew", "skip"): ("lease", False),
    ("leases4_committed", "drop"): ("", True),
    ("subnet6_select", "skip"): ("reply", False),
    ("lease6_select", "skip"): ("reply", False),
    ("lease6_renew", "skip"): ("lease", False),
    ("lease6_rebind", "skip"): ("lease", False),
    ("leases6_committed", "drop"): ("", True),
    ("lease6_release", "skip"): ("reply", False),
    ("lease6_release", "drop"): ("reply", False),
    ("lease6_decline", "skip"): ("reply", False),
    ("addr6_register", "skip"): ("reply", False),
}
"""What it leads to with one; at all others, to SILENT."""
VERDICTS = pytest.mark.parametrize("verdict", ["skip", "drop"])

Packet = tuple[Mailbox, str, Callable[[], int]]
"""Where the reply to a packet is read; whose it is, by hardware address or DUID; what sends it and
returns its transaction.
"""


def honouring(target: Target, family: int, verdict: str) -> list[str]:
    """The hook points at which Kea honours a verdict."""
    return [point.name for point in points(target, family) if getattr(point, verdict)]


def start(kea: Kea, server: Host, hook_points: list[str], verdict: str) -> None:
    """Start it with a script that ends with 10, for that verdict, at the hook point and for the
    client (by its hardware address or DUID) that the file names.
    """
    server.write(SCRIPT, JUDGE, 0o755)
    server.write(FILE, "- -\n")
    parameters = {"script": SCRIPT, "hook-points": hook_points, "exit-codes": {"10": verdict}}
    kea.start(parameters, **SETTINGS)


def outcomes(
    kea: Kea,
    wanted: Mapping[tuple[str, bool], Outcome],
    make: Callable[[str, int], Packet],
    next_one: Callable[[], object],
) -> dict[tuple[str, bool], Outcome]:
    """What a packet leads to at each hook point, with an exit code of 10 there and without one.

    wanted: what it should be: where a reply should come, it has time to.
    make: of a kind (a key of USUAL, or "") and a client's number.
    next_one: sends a packet of the client BARRIER and waits for the reply.
    """
    leases = kea.host.inside(f"{DATA}/kea-leases{kea.family}.csv")
    seen = {}
    for client, ((point, judged), (reply_wanted, _)) in enumerate(wanted.items()):
        box, who, send = make(KINDS.get(point, ""), client)
        before = leases.read_text()
        kea.host.write(FILE, f"{point if judged else '-'} {who}\n")
        reply = box.reply(send(), 10 if reply_wanted else SILENCE)
        next_one()
        seen[point, judged] = _said(reply), leases.read_text() != before
    return seen


def _said(reply: Reply | None) -> str:
    if isinstance(reply, Reply6):
        return "lease" if any(ia.value for ia in reply.ias) else "reply"
    return "lease" if reply else ""


def expected(family: int, hook_points: list[str], verdict: str) -> dict[tuple[str, bool], Outcome]:
    """What `outcomes` should be."""
    told = {}
    for point in hook_points:
        # First: a lease that was refused can be had; one that is had once more is no news.
        told[point, True] = JUDGED.get((point, verdict), SILENT)
        said, changed = USUAL.get(KINDS.get(point, ""), ("lease", False))
        told[point, False] = "" if family == 4 and said == "reply" else said, changed
    return told


@VERDICTS
def test_kea_dhcp4_does_what_the_contract_says(
    kea4: Kea, relay: Relay, server: Host, target: Target, verdict: str
) -> None:
    def make(kind: str, client: int) -> Packet:
        who = relay.hwaddr(client)
        if not kind:
            return relay, who, lambda: relay.send("DISCOVER", client)
        own = relay.offer(client)[0].address if kind == "REQUEST" else relay.lease(client)
        return relay, who, lambda: relay.send(kind, client, own)

    tried = honouring(target, 4, verdict)
    start(kea4, server, tried, verdict)
    wanted = expected(4, tried, verdict)
    assert outcomes(kea4, wanted, make, lambda: relay.offer(BARRIER)) == wanted


@VERDICTS
def test_kea_dhcp6_does_what_the_contract_says(
    kea6: Kea,
    clients6: Clients6,
    registering6: Clients6,
    server: Host,
    target: Target,
    verdict: str,
) -> None:
    address = IA("NA")
    registered = {5: address_octets(REGISTERED6) + (3600).to_bytes(4) * 2}

    def make(kind: str, client: int) -> Packet:
        who = clients6.duid(client)
        if not kind:
            return clients6, who, lambda: clients6.send("SOLICIT", client, address)
        if kind == "ADDR-REG-INFORM":
            return registering6, who, lambda: registering6.send(kind, client, options=registered)
        if kind == "REQUEST":
            own = clients6.ask("SOLICIT", client, address).ias
        else:
            own = clients6.lease(client, address)
        return clients6, who, lambda: clients6.send(kind, client, *own)

    tried = honouring(target, 6, verdict)
    start(kea6, server, tried, verdict)
    wanted = expected(6, tried, verdict)
    assert outcomes(kea6, wanted, make, lambda: clients6.ask("SOLICIT", BARRIER, address)) == wanted


@VERDICTS
@pytest.mark.parametrize("family", [4, 6])
def test_a_verdict_is_refused_where_kea_does_not_honour_it(
    request: pytest.FixtureRequest, server: Host, target: Target, family: int, verdict: str
) -> None:
    kea = request.getfixturevalue(f"kea{family}")
    for point in points(target, family):
        if not getattr(point, verdict):
            with pytest.raises(KeaFailed, match=rf"exit-codes.*{verdict}.*{point.name}"):
                start(kea, server, [point.name], verdict)
