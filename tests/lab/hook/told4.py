"""What scripts must be told of DHCPv4 traffic, by all that is known of it from outside."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from unittest.mock import ANY

from kit.lab.capture import options4
from kit.lab.relay import KINDS, NOWHERE, WITH_CIADDR, Relay, Reply4
from tests.lab.hook.calls import Call

LIFETIME = 4
REUSING = (3, 0)
"""The first release of Kea that gives a young lease again without writing it."""
NUMBERING_POOLS = (2, 6)
"""The first one that numbers pools."""
SUBNET = {
    "KEA_SUBNET4": "10.1.0.0/16",
    "KEA_SUBNET4_PREFIX": "10.1.0.0",
    "KEA_SUBNET4_PREFIXLEN": "16",
}
DECLINED = ("STATE", "HWADDR", "HOSTNAME", "CLIENT_ID", "VALID_LIFETIME")
"""What Kea changes in a lease that is declined."""
ENDED = ("STATE", "IS_EXPIRED", "VALID_LIFETIME")
"""What it changes in one that is released, or over."""


@dataclass(frozen=True)
class Sent4:
    """A packet that was sent."""

    kind: str
    address: str
    options: Mapping[int, bytes]
    hwaddr: str
    giaddr: str


class Talk4(Relay):
    """A relay that keeps what is said and heard, by transaction; several can share the books."""

    def __init__(self, *where: Any, sent: dict[int, Sent4], heard: dict[int, Reply4]):
        super().__init__(*where)
        self._said = sent
        self._heard = heard

    def send(self, kind: str, client: int, *rest: Any, **more: Any) -> int:
        xid = super().send(kind, client, *rest, **more)
        address = rest[0] if rest else more.get("address", NOWHERE)
        hwaddr = more.get("hwaddr")
        self._said[xid] = Sent4(
            kind,
            address,
            more.get("options") or {},
            self.hwaddr(client) if hwaddr is None else hwaddr.hex(":"),
            more.get("giaddr") or self._address,
        )
        return xid

    def _read(self, packet: bytes, now: float, stamp: float) -> tuple[int, Reply4]:
        xid, reply = super()._read(packet, now, stamp)
        self._heard[xid] = reply
        return xid, reply


class Told4:
    """All that a script must be told at a call; ANY for what cannot be known from outside."""

    def __init__(self, ifindex: str, release: tuple[int, ...]):
        self.sent: dict[int, Sent4] = {}
        self.heard: dict[int, Reply4] = {}
        self._ifindex = ifindex
        self._release = release
        self._holders: dict[str, Sent4] = {}
        self._committed: set[str] = set()
        self._declined: set[str] = set()

    def by(self, call: Call) -> dict[str, Any]:
        """The variables of this call. Calls have to come in their order."""
        xid = int(call.told.get("KEA_QUERY4_TRANSACTION_ID", 0))
        if not xid:
            return self._without_query(call)
        sent, reply = self.sent[xid], self.heard.get(xid)
        told = self._query(sent, xid)
        if call.point in ("subnet4_select", "lease4_select", "lease4_renew"):
            told |= SUBNET if sent.giaddr in (NOWHERE, "10.1.0.2") else dict.fromkeys(SUBNET, "")
        if call.point == "lease4_select":
            told["KEA_FAKE_ALLOCATION"] = "1" if sent.kind == "DISCOVER" else "0"
        if call.point == "pkt4_send":
            told |= self._response(sent, reply) if reply else self._unheard(call)
        if "KEA_LEASE4_ADDRESS" in call.told:
            known = (reply.address if reply else NOWHERE, sent.address)
            # An address that is in use is offered to nobody.
            taken = call.told["KEA_LEASE4_ADDRESS"]
            asked = next((address for address in known if address != NOWHERE), taken)
            told |= self._lease(sent, asked)
            self._holders[asked] = sent
            if call.point == "lease4_server_decline":
                told |= _any((*DECLINED, "INTERFACE", "NEXT_HOP"))
            if sent.kind == "DECLINE" or call.point == "lease4_server_decline":
                self._declined.add(asked)
            if call.point == "leases4_committed":
                told |= self._change(sent, asked, reply)
        return told

    def _without_query(self, call: Call) -> dict[str, Any]:
        address = call.told["KEA_LEASE4_ADDRESS"]
        sent = self._holders[address]
        told = self._lease(sent, address) | _any(ENDED)
        if address in self._declined:
            told |= _any((*DECLINED, "INTERFACE", "NEXT_HOP"))
        return told | ({"KEA_REMOVE_LEASE": "0"} if call.point == "lease4_expire" else {})

    def _change(self, sent: Sent4, address: str, reply: Reply4 | None) -> dict[str, Any]:
        more: dict[str, Any] = {"KEA_LEASE4_REUSED": "0"}
        if sent.kind in ("RELEASE", "DECLINE"):
            change = {"RELEASE": "deleted", "DECLINE": "declined"}[sent.kind]
            self._committed.discard(address)
            more |= _any(ENDED if change == "deleted" else DECLINED)
        elif address in self._committed:
            change = "renewed"
            if self._release >= REUSING:
                more["KEA_LEASE4_REUSED"] = ANY
                # One that is given again is given for the time that is left of it.
                left = str(int.from_bytes(reply.options[51])) if reply else ANY
                more["KEA_LEASE4_VALID_LIFETIME"] = left
        else:
            change = "new"
            self._committed.add(address)
        return {**more, "KEA_LEASE4_CHANGE": change}

    def _query(self, sent: Sent4, xid: int) -> dict[str, Any]:
        kind = KINDS.get(sent.kind, sent.kind)
        relayed = sent.giaddr != NOWHERE
        return _packet(
            "KEA_QUERY4_",
            sent.options,
            TYPE=f"DHCP{kind}",
            INTERFACE="eth1",
            IFINDEX=self._ifindex,
            HWADDR=sent.hwaddr,
            HWADDR_TYPE="1",
            HWADDR_SOURCE="0",
            CIADDR=sent.address if sent.kind in WITH_CIADDR else NOWHERE,
            SIADDR=NOWHERE,
            YIADDR=NOWHERE,
            GIADDR=sent.giaddr,
            RELAYED=str(int(relayed)),
            RELAY_HOPS=str(int(relayed)),
            TRANSACTION_ID=str(xid),
            CLIENT_CLASSES=ANY,
        )

    def _response(self, sent: Sent4, reply: Reply4) -> dict[str, Any]:
        dotted = lambda at: ".".join(map(str, reply.octets[at : at + 4]))  # noqa: E731
        return _packet(
            "KEA_RESPONSE4_",
            reply.options,
            TYPE=f"DHCP{reply.kind}",
            INTERFACE="eth1",
            IFINDEX=self._ifindex,
            HWADDR=sent.hwaddr,
            HWADDR_TYPE="1",
            HWADDR_SOURCE="0",
            CIADDR=dotted(12),
            YIADDR=dotted(16),
            SIADDR=dotted(20),
            GIADDR=dotted(24),
            RELAYED=str(int(dotted(24) != NOWHERE)),
            RELAY_HOPS=str(reply.octets[3]),
        )

    def _unheard(self, call: Call) -> dict[str, Any]:
        """The reply to an INFORM goes to the client's own address, which nobody here has."""
        return {name: ANY for name in call.told if name.startswith("KEA_RESPONSE4_")}

    def _lease(self, sent: Sent4, address: str) -> dict[str, Any]:
        given = {
            "TYPE": "V4",
            "STATE": "default",
            "IS_EXPIRED": "0",
            "ADDRESS": address,
            "HWADDR": sent.hwaddr,
            "HOSTNAME": sent.options.get(12, b"").decode().lower(),
            "CLIENT_LAST_TRANSMISSION": ANY,
            "VALID_LIFETIME": str(LIFETIME),
            "SUBNET_ID": "1",
            "POOL_ID": "0" if self._release >= NUMBERING_POOLS else "",
            "CLIENT_ID": sent.options.get(61, b"").hex(":"),
            "INTERFACE": "eth1",
            "NEXT_HOP": sent.giaddr if sent.giaddr != NOWHERE else "",
        }
        return {f"KEA_LEASE4_{name}": value for name, value in given.items()}


def hexed(octets: bytes) -> str:
    """Octets as the older hook has them."""
    return f"0x{octets.hex().upper()}" if octets else ""


def _packet(prefix: str, options: Mapping[int, bytes], **fields: Any) -> dict[str, Any]:
    told = {f"{prefix}{name}": value for name, value in fields.items()}
    if vendor := options.get(60, b"").rstrip(b"\0"):
        told[f"{prefix}OPTION60"] = vendor.decode()
    if (agent := options.get(82)) is not None:
        told[f"{prefix}RAI"] = hexed(agent)
        inside = dict(options4(bytes(240) + agent))
        for code, name in ((1, "CIRCUIT_ID"), (2, "REMOTE_ID")):
            if code in inside:
                told[f"{prefix}RAI_{name}"] = hexed(inside[code])
    if (name := options.get(12)) is not None:
        told |= {f"{prefix}OPTION12": name.decode(), f"{prefix}OPTION12_HEX": hexed(name)}
    return told


def _any(names: tuple[str, ...]) -> dict[str, Any]:
    return {f"KEA_LEASE4_{name}": ANY for name in names}
