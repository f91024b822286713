"""Clients that release their leases and take them again as fast as the server answers: none is
ever without its route, and none leaves one behind.

RUNSCRIPT_TURNS: how many rounds there are, over all clients.
"""

import os
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing

import pytest

from kit.lab import Client, Host
from kit.lab.relay import Relay
from kit.lab.relay6 import IA, Reply6
from kit.lab.routes import RouteLookup
from kit.targets import Target
from kit.wait import until
from tests.lab.hook.conftest import parties
from tests.lab.hook.routed import NAMES, PROTOCOL, Leases, serving

TURNS = int(os.environ.get("RUNSCRIPT_TURNS", "100"))
CLIENTS = 20
THEN, RENEW, AT_ONCE, REBIND = KINDS = ("release, then take", "renew", "release and take", "rebind")
"""What each client does, one after another."""
LOST = "lost by its own release"


@pytest.fixture
def lookup(routing: Host) -> Iterator[RouteLookup]:
    lookup = RouteLookup(routing)
    yield lookup
    lookup.close()


class Turns:
    """Clients that have their leases, or have asked for them.

    counts: how often what was done, or has happened.
    """

    def __init__(self, leases: Leases, lookup: RouteLookup):
        self._leases = leases
        self._lookup = lookup
        self._held = {client: self._take(client) for client in range(CLIENTS)}
        self._asked: dict[int, tuple[str, int]] = {}
        self.counts: Counter[str] = Counter()

    def begin(self, client: int, kind: str) -> None:
        """A client that has its lease asks anew."""
        lease = self._held[client]
        if kind in (THEN, AT_ONCE):
            self._send("RELEASE", client)
        if kind == THEN:
            until(lambda: not self._routed(lease), 15, f"the route to {lease} goes")
        self._asked[client] = kind, self._send(self._message(kind), client)
        self.counts[kind] += 1

    def end(self, client: int) -> None:
        """Its answer is there, and with it its route."""
        kind, xid = self._asked.pop(client)
        given = self._given(client, kind, xid)
        if not given or not self._routed(given):
            active = self._leases.active()
            assert (given or self._held[client]) not in active, f"{kind}: {given} has no route"
            # A server with threads may serve a release after the request that followed it.
            assert kind in (AT_ONCE, REBIND), f"{kind}: {self._held[client]} is lost"
            self.counts[LOST] += 1
            given = self._take(client)
        self._held[client] = given

    def end_all(self) -> None:
        for client in [*self._asked]:
            self.end(client)

    def waits(self, client: int) -> bool:
        """Whether it has asked and not looked at the answer."""
        return client in self._asked

    def _given(self, client: int, kind: str, xid: int) -> str:
        """The lease of the answer; "" if there is none because the client's lease is gone."""
        deadline = time.monotonic() + 20
        while (reply := self._leases.clients.reply(xid, 1)) is None:
            if kind == REBIND and self._held[client] not in self._leases.active():
                return ""
            assert time.monotonic() < deadline, f"{kind}: no answer for {self._held[client]}"
            self._send(self._message(kind), client, xid)
        if isinstance(reply, Reply6):
            return reply.ias[0].value
        return reply.address if reply.kind == "ACK" else ""

    def _message(self, kind: str) -> str:
        rebind = "REBOOT" if self._leases.kea.family == 4 else "REBIND"
        return {RENEW: "RENEW", REBIND: rebind}.get(kind, "REQUEST")

    def _send(self, message: str, client: int, xid: int = 0) -> int:
        lease = self._held[client]
        clients = self._leases.clients
        if isinstance(clients, Relay):
            return clients.send(message, client, lease, xid)
        return clients.send(message, client, IA("PD", value=lease), xid=xid)

    def _take(self, client: int) -> str:
        lease = self._leases.take(client)
        assert self._routed(lease), f"{lease} is new and has no route"
        return lease

    def _routed(self, lease: str) -> bool:
        return self._lookup.protocol(lease) == PROTOCOL


@pytest.mark.parametrize("family", NAMES, ids=["IPv4", "IPv6"])
def test_no_route_is_ever_stale_or_missing(
    family: int,
    target: Target,
    threads: bool,
    routing: Host,
    gateway: Client,
    lookup: RouteLookup,
) -> None:
    kea, clients = parties(family, routing, gateway, target)
    patient = {"timeout": 20_000}
    settings = {"multi_threading": threads}
    with closing(clients), serving(kea, clients, "worker", target, patient, **settings) as leases:
        turns = Turns(leases, lookup)
        began = time.monotonic()
        for turn in range(TURNS):
            of_all, client = divmod(turn, CLIENTS)
            if turns.waits(client):
                turns.end(client)
            turns.begin(client, KINDS[(of_all + client) % len(KINDS)])
        turns.end_all()
        print(f"{TURNS} rounds in {time.monotonic() - began:.1f} s: {dict(turns.counts)}")
        until(lambda: leases.routes().keys() == leases.active(), 15, "the table is the leases")
        assert threads or not turns.counts[LOST]
        assert "RUNSCRIPT_EVENT_FAILED" not in kea.log()
