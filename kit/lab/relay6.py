"""Made-up DHCPv6 clients on a machine's link, or behind relays, who say exactly what a test wants,
as many and as much at once as it wants.
"""

from __future__ import annotations

import ipaddress
import socket
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kit.lab.capture import KINDS6, options6
from kit.lab.machine import Machine
from kit.lab.mailbox import Mailbox, Reply, socket_in

SERVERS = "ff02::1:2"
CLIENT_PORT, SERVER_PORT = 546, 547
CLIENT_ID, SERVER_ID, IAADDR, RELAY_MESSAGE, STATUS, IAPREFIX = 1, 2, 5, 9, 13, 26
RELAYED = ("RELAY-FORW", "RELAY-REPL")
IA_CODES = {"NA": 3, "PD": 25}
WITH_SERVER = ("REQUEST", "RENEW", "RELEASE", "DECLINE")


@dataclass(frozen=True)
class IA:
    """An identity association.

    kind: NA for an address, PD for a prefix.
    iaid: the client's number for it.
    value: "2001:db8::7" or "2001:db8:1::/56"; "" in a question for any, and where none is given.
    valid: the lifetime in seconds; 0 in a question for any.
    """

    kind: str
    iaid: int = 1
    value: str = ""
    valid: int = 0

    def option(self) -> tuple[int, bytes]:
        """As it is sent: code and octets."""
        octets = struct.pack("!III", self.iaid, 0, 0)
        if self.value and self.kind == "NA":
            octets += option(IAADDR, address_octets(self.value) + struct.pack("!II", 0, self.valid))
        elif self.value:
            prefix, length = self.value.split("/")
            octets += option(
                IAPREFIX, struct.pack("!IIB", 0, self.valid, int(length)) + address_octets(prefix)
            )
        return IA_CODES[self.kind], octets


@dataclass(frozen=True)
class Hop:
    """What one relay says.

    link: its address on the clients' side, "::" for none.
    peer: where it has the packet from.
    options: its own ones, by code: 18 Interface-Id, 37 Remote-Id, 38 Subscriber-Id.
    """

    link: str
    peer: str
    options: Mapping[int, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Reply6(Reply):
    """What a DHCPv6 server said.

    ias: what it gives, in the order in which it has them.
    options: the octets of the others by code.
    """

    ias: tuple[IA, ...]
    options: Mapping[int, bytes]


class Clients6(Mailbox[Reply6]):
    """Speaks to the servers on a link in the name of clients, which are numbers here.

    machine: on whose eth0 the link is.
    source: one of its addresses there: of the clients, who are on that link, or of the last relay.
    hops: the relays between, the one nearest to the server first.
    """

    def __init__(self, machine: Machine, source: str, hops: Sequence[Hop] = ()):
        super().__init__(socket_in(machine, socket.AF_INET6), bits=24)
        self._hops = hops
        self._server = b""
        index = int(machine.run(["cat", "/sys/class/net/eth0/ifindex"]).stdout)
        self._to = (SERVERS, SERVER_PORT, 0, index)
        self._socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
        self._socket.bind((source, SERVER_PORT if hops else CLIENT_PORT, 0, index))

    def duid(self, client: int) -> str:
        """A client's DUID, made of its hardware address: "00:03:00:01:02:00:00:00:00:01"."""
        return (b"\0\3\0\1\2\0" + client.to_bytes(4)).hex(":")

    def send(
        self,
        kind: str,
        client: int,
        *ias: IA,
        xid: int = 0,
        options: Mapping[int, bytes] | None = None,
        duid: bytes | None = None,
    ) -> int:
        """Send a message; returns its transaction, for `wait`.

        kind: as in "SOLICIT"; those that need a server's identifier get that of the last reply.
        xid: the transaction of a message that is sent again.
        options: more of them, by code.
        duid: in place of the client's own; an empty one is not sent.
        """
        xid = xid or next(self._xids)
        named = list((options or {}).items())
        if kind in WITH_SERVER:
            named.insert(0, (SERVER_ID, self._server))
        if duid is None:
            duid = bytes.fromhex(self.duid(client).replace(":", ""))
        if duid:
            named.insert(0, (CLIENT_ID, duid))
        head = bytes([KINDS6.index(kind)]) + xid.to_bytes(3)
        message = head + packed([*named, *(ia.option() for ia in ias)])
        for count, hop in enumerate(reversed(self._hops)):
            relayed = bytes([KINDS6.index("RELAY-FORW"), count])
            relayed += address_octets(hop.link) + address_octets(hop.peer)
            message = relayed + packed([*hop.options.items(), (RELAY_MESSAGE, message)])
        self._socket.sendto(message, self._to)
        return xid

    def ask(
        self, kind: str, client: int, *ias: IA, options: Mapping[int, bytes] | None = None
    ) -> Reply6:
        """Send a message and wait for its reply."""
        return self.wait(self.send(kind, client, *ias, options=options))

    def lease(
        self, client: int, *ias: IA, options: Mapping[int, bytes] | None = None
    ) -> tuple[IA, ...]:
        """Get what is asked for, as any client does: solicit, request; TimeoutError without."""
        offered = self.ask("SOLICIT", client, *ias, options=options).ias
        given = self.ask("REQUEST", client, *offered, options=options).ias
        if not given or not all(ia.value for ia in given):
            raise TimeoutError(f"no lease for {ias} but {given}")
        return given

    def _read(self, packet: bytes, now: float, stamp: float) -> tuple[int, Reply6]:
        while KINDS6[packet[0]] in RELAYED:
            packet = dict(options6(packet[34:]))[RELAY_MESSAGE]
        named = list(options6(packet[4:]))
        options = {code: value for code, value in named if code not in IA_CODES.values()}
        self._server = options.get(SERVER_ID, self._server)
        ias = tuple(_ia(kind, v) for c, v in named for kind, code in IA_CODES.items() if c == code)
        kind = KINDS6[packet[0]]
        return int.from_bytes(packet[1:4]), Reply6(kind, now, stamp, packet, ias, options)


def option(code: int, value: bytes) -> bytes:
    """An option as it is sent."""
    return struct.pack("!HH", code, len(value)) + value


def packed(options: Iterable[tuple[int, bytes]]) -> bytes:
    """Options as they are sent, one after another."""
    return b"".join(option(code, value) for code, value in options)


def address_octets(address: str) -> bytes:
    """The 16 octets of an address."""
    return socket.inet_pton(socket.AF_INET6, address)


def _ia(kind: str, octets: bytes) -> IA:
    iaid = int.from_bytes(octets[:4])
    inner = dict(options6(octets[12:]))
    if value := inner.get(IAADDR):
        valid = int.from_bytes(value[20:24])
        return IA(kind, iaid, str(ipaddress.IPv6Address(value[:16])), valid)
    if value := inner.get(IAPREFIX):
        prefix = ipaddress.IPv6Address(value[9:25])
        return IA(kind, iaid, f"{prefix}/{value[8]}", int.from_bytes(value[4:8]))
    return IA(kind, iaid)
