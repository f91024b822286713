"""A UDP socket in a machine's network, for who speaks DHCP there without being a client, and the
replies that it gets.
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
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from kit.lab.machine import Machine

CLONE_NEWNET = 0x40000000
SO_RCVBUFFORCE = 33
SO_TIMESTAMPNS = 35
ROOM = 16 << 20
"""Octets of replies that may wait to be read: a server answers a thousand clients at once."""
RETRANSMISSION = 1.0
"""Seconds after which a client without a reply asks again."""


@dataclass(frozen=True)
class Reply:
    """What a server said, and when it came.

    kind: the message type, as in "ACK".
    time: seconds of time.monotonic().
    stamp: seconds since the epoch, the kernel's time stamp.
    octets: the message.
    """

    kind: str
    time: float
    stamp: float
    octets: bytes


R = TypeVar("R", bound=Reply)


class Mailbox(ABC, Generic[R]):
    """Sends packets, and gives out the replies by transaction.

    replies: what has come and nobody has waited for, by transaction.
    """

    def __init__(self, box: socket.socket, bits: int):
        self._socket = box
        self._socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, ROOM)
        self._socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self._xids = itertools.count(random.getrandbits(bits - 8) << 7)
        self.replies: dict[int, R] = {}

    def close(self) -> None:
        """Give back its address and port."""
        self._socket.close()

    def wait(self, xid: int, timeout: float = 10) -> R:
        """The reply in a transaction, also when it came earlier; TimeoutError after `timeout` s."""
        reply = self.reply(xid, timeout)
        if reply is None:
            raise TimeoutError(f"no reply within {timeout:g} s in transaction {xid:#x}")
        return reply

    def reply(self, xid: int, timeout: float) -> R | None:
        """The reply in a transaction, or None if none has come within `timeout` seconds."""
        self.collect({xid}, timeout)
        return self.replies.pop(xid, None)

    def collect(self, xids: Iterable[int], timeout: float) -> bool:
        """Read until all these transactions have their reply, for at most `timeout` seconds."""
        wanted = set(xids) - self.replies.keys()
        deadline = time.monotonic() + timeout
        while wanted:
            self._socket.settimeout(max(deadline - time.monotonic(), 1e-6))
            try:
                packet, ancillary, _, _ = self._socket.recvmsg(65536, 64)
            except (TimeoutError, BlockingIOError):
                return False
            seconds, nanoseconds = struct.unpack("@qq", ancillary[0][2])
            xid, reply = self._read(packet, time.monotonic(), seconds + nanoseconds / 1e9)
            self.replies[xid] = reply
            wanted.discard(xid)
        return True

    def insist(
        self, send: Callable[[int, int], int], clients: Iterable[int], timeout: float = 60
    ) -> dict[int, R]:
        """Have all these clients ask at once, and again each second until each has its reply.

        send: sends a client's packet; its second argument is the transaction of one that is sent
            again, at first 0. Returns the transaction.
        """
        deadline = time.monotonic() + timeout
        xids = {client: send(client, 0) for client in clients}
        while not self.collect(xids.values(), RETRANSMISSION):
            silent = {c: xid for c, xid in xids.items() if xid not in self.replies}
            if time.monotonic() > deadline:
                raise TimeoutError(f"no reply within {timeout:g} s to {len(silent)} clients")
            for client, xid in silent.items():
                send(client, xid)
        return {client: self.replies.pop(xid) for client, xid in xids.items()}

    @abstractmethod
    def _read(self, packet: bytes, now: float, stamp: float) -> tuple[int, R]:
        """The transaction and the reply that a packet is."""


def socket_in(machine: Machine, family: socket.AddressFamily) -> socket.socket:
    """A UDP socket in the network of a machine: it stays there whoever uses it."""
    sockets: list[socket.socket] = []

    def make() -> None:
        # Only this thread goes there, and it does not come back.
        libc = ctypes.CDLL(None, use_errno=True)
        network = os.open(f"/proc/{machine.pid}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        if libc.setns(network, CLONE_NEWNET) == 0:
            sockets.append(socket.socket(family, socket.SOCK_DGRAM))
        os.close(network)

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    if not sockets:
        raise PermissionError(f"cannot enter the network of {machine.name}")
    return sockets[0]
