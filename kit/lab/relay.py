"""A DHCPv4 relay with made-up clients behind it, for what no single client does: many packets at
once, each of them timed, with whatever options and values a test wants.
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass

from kit.lab.capture import KINDS4, options4
from kit.lab.machine import Machine
from kit.lab.mailbox import Mailbox, Reply, socket_in

SERVER_PORT, CLIENT_PORT = 67, 68
COOKIE = b"\x63\x82\x53\x63"
NOWHERE = "0.0.0.0"
BROADCAST = "255.255.255.255"
KINDS = {"RENEW": "REQUEST", "REBOOT": "REQUEST"}
"""What goes as another message type than its name says."""
WITH_CIADDR = ("RENEW", "RELEASE", "INFORM")
WITH_REQUESTED_ADDRESS = ("REQUEST", "REBOOT", "DECLINE")
WITH_SERVER = ("REQUEST", "RELEASE", "DECLINE")


@dataclass(frozen=True)
class Reply4(Reply):
    """What a DHCPv4 server said.

    address: the client's address, "0.0.0.0" in a NAK.
    options: their octets by code.
    """

    address: str
    options: Mapping[int, bytes]


class Relay(Mailbox[Reply4]):
    """Speaks to one server in the name of clients, which are numbers here.

    machine: in whose network it is.
    address: its own address there, which makes it and its clients' subnet known to the server;
        "0.0.0.0" for clients on the link itself, who are answered by broadcast.
    server: the server's address.
    """

    def __init__(self, machine: Machine, address: str, server: str):
        super().__init__(socket_in(machine, socket.AF_INET), bits=32)
        self._address = address
        self._server = server
        self._direct = address == NOWHERE
        self._to = (BROADCAST if self._direct else server, SERVER_PORT)
        if self._direct:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth0")
        self._socket.bind((address, CLIENT_PORT if self._direct else SERVER_PORT))

    def hwaddr(self, client: int) -> str:
        """A client's hardware address, "02:00:00:00:00:01"."""
        return (b"\x02\0" + client.to_bytes(4)).hex(":")

    def send(
        self,
        kind: str,
        client: int,
        address: str = NOWHERE,
        xid: int = 0,
        options: Mapping[int, bytes] | None = None,
        hwaddr: bytes | None = None,
        giaddr: str = "",
    ) -> int:
        """Send a packet; returns its transaction, for `wait`.

        kind: DISCOVER; REQUEST or DECLINE (of the offered `address`); RENEW, RELEASE or INFORM
            (of the own one); REBOOT (a REQUEST of the address that it had before).
        xid: the transaction of a packet that is sent again.
        options: more of them by code; one of more than 255 octets is sent in parts.
        hwaddr: in place of the client's own; it can be empty.
        giaddr: what it says in place of the relay's own address.
        """
        xid = xid or next(self._xids)
        named = {53: bytes([KINDS4.index(KINDS.get(kind, kind))])}
        if kind in WITH_REQUESTED_ADDRESS:
            named[50] = socket.inet_aton(address)
        if kind in WITH_SERVER:
            named[54] = socket.inet_aton(self._server)
        own = address if kind in WITH_CIADDR else NOWHERE
        if hwaddr is None:
            hwaddr = bytes.fromhex(self.hwaddr(client).replace(":", ""))
        hops, flags = (0, 0x8000) if self._direct else (1, 0)
        head = struct.pack("!BBBBIHH", 1, 1, len(hwaddr), hops, xid, 0, flags)
        giaddr = giaddr or self._address
        addresses = b"".join(map(socket.inet_aton, (own, NOWHERE, NOWHERE, giaddr)))
        packed = b"".join(_packed(*option) for option in {**named, **(options or {})}.items())
        rest = hwaddr.ljust(16 + 64 + 128, b"\0") + COOKIE + packed + b"\xff"
        self._socket.sendto(head + addresses + rest, self._to)
        return xid

    def offer(
        self, client: int, options: Mapping[int, bytes] | None = None
    ) -> tuple[Reply4, float]:
        """A DISCOVER's reply, and the seconds it took."""
        sent = time.monotonic()
        reply = self.wait(self.send("DISCOVER", client, options=options))
        return reply, reply.time - sent

    def lease(self, client: int, options: Mapping[int, bytes] | None = None) -> str:
        """Get an address, as any client does: discover, request."""
        offered, _ = self.offer(client, options)
        options = {**(options or {}), 54: offered.options[54]}
        reply = self.wait(self.send("REQUEST", client, offered.address, options=options))
        if reply.kind != "ACK":
            raise TimeoutError(f"{reply.kind} instead of an ACK for {offered.address}")
        return reply.address

    def _read(self, packet: bytes, now: float, stamp: float) -> tuple[int, Reply4]:
        options = dict(options4(packet))
        kind = KINDS4[options[53][0]]
        address = socket.inet_ntoa(packet[16:20])
        return int.from_bytes(packet[4:8]), Reply4(kind, now, stamp, packet, address, options)


def _packed(code: int, value: bytes) -> bytes:
    parts = [value[at : at + 255] for at in range(0, len(value), 255)] or [b""]
    return b"".join(bytes((code, len(part))) + part for part in parts)
