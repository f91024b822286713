"""DHCP packets, recorded and read."""

import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kit.lab.machine import Machine
from kit.wait import until

TCPDUMP = (
    *("tcpdump", "-n", "-U", "--immediate-mode", "-Z", "root", "-w", "-"),
    *("--time-stamp-precision=nano", "udp portrange 67-68 or udp portrange 546-547", "-i"),
)

NANOSECONDS = 0xA1B23C4D
ETHERNET = 14
KINDS4 = ("", "DISCOVER", "OFFER", "REQUEST", "DECLINE", "ACK", "NAK", "RELEASE", "INFORM")
KINDS6 = (
    *("", "SOLICIT", "ADVERTISE", "REQUEST", "CONFIRM", "RENEW", "REBIND", "REPLY", "RELEASE"),
    *("DECLINE", "RECONFIGURE", "INFORMATION-REQUEST", "RELAY-FORW", "RELAY-REPL"),
    *("",) * 22,
    *("ADDR-REG-INFORM", "ADDR-REG-REPLY"),
)
"""Both: the index of a message type is its number."""


@dataclass(frozen=True)
class Packet:
    """A DHCP packet.

    time: seconds since the epoch, the kernel's time stamp.
    family: 4 or 6.
    kind: the message type, as in "ACK" or "REPLY".
    xid: the transaction.
    """

    time: float
    family: int
    kind: str
    xid: int


def start(machine: Machine, interface: str, file: Path) -> subprocess.Popen[str]:
    """Record a machine's DHCP packets from now on, with its kernel's time stamps."""
    log = file.with_suffix(".log")
    with file.open("w") as output, log.open("w") as said:
        process = machine.popen([*TCPDUMP, interface], stdout=output, stderr=said)
    what = lambda: f"{machine.name}: packets are captured; tcpdump: {log.read_text()}"  # noqa: E731
    until(lambda: "listening" in log.read_text(), 15, what)
    return process


def read(file: Path) -> list[Packet]:
    """The whole DHCP packets of a capture with nanoseconds, which may still be written to."""
    data = file.read_bytes()
    if len(data) < 24:
        return []
    (magic,) = struct.unpack_from("=I", data)
    if magic != NANOSECONDS:
        raise ValueError(f"{file} is no capture with nanoseconds: it starts with {magic:#x}")
    packets, at = [], 24
    while at + 16 <= len(data):
        seconds, nanoseconds, length, _ = struct.unpack_from("=IIII", data, at)
        frame = data[at + 16 : at + 16 + length]
        if len(frame) < length:
            break
        packet = _dhcp(seconds + nanoseconds / 1e9, frame)
        if packet:
            packets.append(packet)
        at += 16 + length
    return packets


def _dhcp(time: float, frame: bytes) -> Packet | None:
    version = frame[ETHERNET] >> 4
    if version == 6:
        message = frame[ETHERNET + 40 + 8 :]
        return Packet(time, 6, KINDS6[message[0]], int.from_bytes(message[1:4]))
    message = frame[ETHERNET + (frame[ETHERNET] & 0xF) * 4 + 8 :]
    kind = dict(options4(message)).get(53, b"\0")[0]
    return Packet(time, 4, KINDS4[kind], int.from_bytes(message[4:8]))


def options4(message: bytes) -> Iterator[tuple[int, bytes]]:
    """Pairs of a DHCPv4 message's options: code and value."""
    at = 240
    while at < len(message) and message[at] != 255:
        if message[at] == 0:
            at += 1
            continue
        length = message[at + 1]
        yield message[at], message[at + 2 : at + 2 + length]
        at += 2 + length


def options6(options: bytes) -> Iterator[tuple[int, bytes]]:
    """Pairs of DHCPv6 options one after another: code and value."""
    at = 0
    while at < len(options):
        code, length = struct.unpack_from("!HH", options, at)
        yield code, options[at + 4 : at + 4 + length]
        at += 4 + length
