"""A DHCPv4 relay with made-up clients behind it, for what no single client does: many packets at
once, and each of them timed.
"""

from __future__ import annotations

import ctypes
import itertools
import os
import random
import socket
import struct
import threading
import time
from dataclasses import dataclass

from kit.lab.capture import KINDS4, options4
from kit.lab.machine import Machine

PORT = 67
COOKIE = b"\x63\x82\x53\x63"
NOWHERE = "0.0.0.0"
CLONE_NEWNET = 0x40000000


@dataclass(frozen=True)
class Reply:
    """What a server said.

    kind: the message type, as in "ACK".
    address: the client's address, "0.0.0.0" in a NAK.
    time: when it arrived, in seconds of time.monotonic().
    """

    kind: str
    address: str
    time: float


class Relay:
    """Talks to a server in the name of clients, which are numbers here.

    machine: in whose network it is.
    address: its own address there, which makes it and its clients' subnet known to the server.
    server: the server's address.

    replies: what has come and nobody has waited for, by transaction.
    """

    def __init__(self, machine: Machine, address: str, server: str):
        self._address = address
        self._server = server
        self._xids = itertools.count(random.getrandbits(24) << 8)
        self.replies: dict[int, Reply] = {}
        self._socket = _socket_in(machine)
        self._socket.bind((address, PORT))

    def close(self) -> None:
        """Give back its address and port."""
        self._socket.close()

    def hwaddr(self, client: int) -> str:
        """A client's hardware address, "02:00:00:00:00:01"."""
        return (b"\x02\0" + client.to_bytes(4)).hex(":")

    def send(self, kind: str, client: int, address: str = NOWHERE, xid: int = 0) -> int:
        """Send a packet; returns its transaction, for `wait`.

        kind: DISCOVER, REQUEST (of the offered `address`), RENEW or RELEASE (of the own one).
        xid: the transaction of a packet that is sent again.
        """
        xid = xid or next(self._xids)
        own = address if kind in ("RENEW", "RELEASE") else NOWHERE
        code = KINDS4.index("REQUEST" if kind == "RENEW" else kind)
        options = bytes((53, 1, code))
        if kind == "REQUEST":
            options += b"\x32\x04" + socket.inet_aton(address)
        if kind in ("REQUEST", "RELEASE"):
            options += b"\x36\x04" + socket.inet_aton(self._server)
        head = struct.pack("!BBBBIHH", 1, 1, 6, 1, xid, 0, 0)
        addresses = map(socket.inet_aton, (own, NOWHERE, NOWHERE, self._address))
        hwaddr = bytes.fromhex(self.hwaddr(client).replace(":", ""))
        packet = head + b"".join(addresses) + hwaddr.ljust(16 + 64 + 128, b"\0")
        self._socket.sendto(packet + COOKIE + options + b"\xff", (self._server, PORT))
        return xid

    def wait(self, xid: int, timeout: float = 10) -> Reply:
        """The reply in a transaction, also when it came earlier; TimeoutError after `timeout` s."""
        reply = self.reply(xid, timeout)
        if reply is None:
            raise TimeoutError(f"no reply within {timeout:g} s in transaction {xid:#x}")
        return reply

    def reply(self, xid: int, timeout: float) -> Reply | None:
        """The reply in a transaction, or None if none has come within `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while xid not in self.replies:
            self._socket.settimeout(max(deadline - time.monotonic(), 1e-6))
            try:
                packet = self._socket.recv(2048)
            except TimeoutError:
                return None
            now = time.monotonic()
            kind = KINDS4[dict(options4(packet))[53][0]]
            address = socket.inet_ntoa(packet[16:20])
            self.replies[int.from_bytes(packet[4:8])] = Reply(kind, address, now)
        return self.replies.pop(xid)

    def offer(self, client: int) -> tuple[Reply, float]:
        """A DISCOVER's reply, and the seconds it took."""
        sent = time.monotonic()
        reply = self.wait(self.send("DISCOVER", client))
        return reply, reply.time - sent

    def lease(self, client: int) -> str:
        """Get an address, as any client does: discover, request."""
        offered, _ = self.offer(client)
        reply = self.wait(self.send("REQUEST", client, offered.address))
        if reply.kind != "ACK":
            raise TimeoutError(f"{reply.kind} instead of an ACK for {offered.address}")
        return reply.address


def _socket_in(machine: Machine) -> socket.socket:
    """A UDP socket in the network of a machine: it stays there whoever uses it."""
    sockets: list[socket.socket] = []

    def make() -> None:
        # Only this thread goes there, and it does not come back.
        libc = ctypes.CDLL(None, use_errno=True)
        network = os.open(f"/proc/{machine.pid}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        if libc.setns(network, CLONE_NEWNET) == 0:
            sockets.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        os.close(network)

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    if not sockets:
        raise PermissionError(f"cannot enter the network of {machine.name}")
    return sockets[0]
