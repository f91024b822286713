"""What scripts must be told of DHCPv6 traffic, by all that is known of it from outside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from unittest.mock import ANY

from kit.lab.relay6 import IA, Clients6, Hop, Reply6
from tests.lab.hook.calls import Call
from tests.lab.hook.told4 import NUMBERING_POOLS, REUSING, hexed

LIFETIME = 4
SUBNET = {
    "KEA_SUBNET6": "2001:db8::/64",
    "KEA_SUBNET6_PREFIX": "2001:db8::",
    "KEA_SUBNET6_PREFIXLEN": "64",
}
CHANGING = ("STATE", "IS_EXPIRED", "VALID_LIFETIME", "PREFERRED_LIFETIME")
"""What Kea changes in a lease that is released, declined or over."""
WIPED = ("HWADDR", "HOSTNAME", "CLIENT_DUID", "IAID")
"""What it wipes in one that is declined."""


@dataclass(frozen=True)
class Sent6:
    """A message that was sent.

    source: the address it came from.
    """

    kind: str
    ias: tuple[IA, ...]
    duid: str
    source: str
    hops: Sequence[Hop]
    options: Mapping[int, bytes]


class Talk6(Clients6):
    """Clients that keep what is said and heard, by transaction; several can share the books."""

    def __init__(
        self,
        machine: Any,
        source: str,
        hops: Sequence[Hop] = (),
        *,
        sent: dict[int, Sent6],
        heard: dict[int, Reply6],
    ):
        super().__init__(machine, source, hops)
        self._source = source
        self._said = sent
        self._heard = heard

    def send(self, kind: str, client: int, *ias: IA, **more: Any) -> int:
        xid = super().send(kind, client, *ias, **more)
        duid = more.get("duid")
        if kind == "ADDR-REG-INFORM":  # it is about the address that it comes from
            ias = (IA("NA", 0, self._source),)
        self._said[xid] = Sent6(
            kind,
            ias,
            self.duid(client) if duid is None else duid.hex(":"),
            self._source,
            self._hops,
            more.get("options") or {},
        )
        return xid

    def _read(self, packet: bytes, now: float, stamp: float) -> tuple[int, Reply6]:
        xid, reply = super()._read(packet, now, stamp)
        self._heard[xid] = reply
        return xid, reply


class Told6:
    """All that a script must be told at a call; ANY for what cannot be known from outside."""

    def __init__(self, ifindex: str, release: tuple[int, ...]):
        self.sent: dict[int, Sent6] = {}
        self.heard: dict[int, Reply6] = {}
        self._ifindex = ifindex
        self._release = release
        self._holders: dict[str, tuple[Sent6, IA]] = {}
        self._committed: set[str] = set()

    def by(self, call: Call) -> dict[str, Any]:
        """The variables of this call. Calls have to come in their order."""
        xid = int(call.told.get("KEA_QUERY6_TRANSACTION_ID", 0))
        if not xid:
            return self._without_query(call)
        sent, reply = self.sent[xid], self.heard.get(xid)
        told = self._query(sent, xid) | _relays(sent)
        if call.point in ("subnet6_select", "lease6_select"):
            known = not sent.hops or sent.hops[-1].link.startswith("2001:db8::")
            told |= SUBNET if known else dict.fromkeys(SUBNET, "")
        if call.point == "lease6_select":
            told["KEA_FAKE_ALLOCATION"] = "1" if sent.kind == "SOLICIT" else "0"
        if call.point == "pkt6_send":
            assert reply, call
            told |= self._response(sent, reply, xid)
        if address := call.told.get("KEA_LEASE6_ADDRESS"):
            there = [*(reply.ias if reply else ()), *sent.ias]
            ia = next(ia for ia in there if ia.value.split("/")[0] == address)
            told |= self._lease(sent, ia)
            self._holders[address] = sent, ia
            if call.point == "leases6_committed":
                told |= self._change(sent, address)
        return told

    def _without_query(self, call: Call) -> dict[str, Any]:
        sent, ia = self._holders[call.told["KEA_LEASE6_ADDRESS"]]
        told = self._lease(sent, ia) | _any(CHANGING)
        if sent.kind == "DECLINE":
            told |= _any((*WIPED, "INTERFACE", "NEXT_HOP"))
        return told | ({"KEA_REMOVE_LEASE": "0"} if call.point == "lease6_expire" else {})

    def _change(self, sent: Sent6, address: str) -> dict[str, Any]:
        more: dict[str, Any] = {"KEA_LEASE6_REUSED": "0"}
        if sent.kind in ("RELEASE", "DECLINE"):
            change = {"RELEASE": "deleted", "DECLINE": "declined"}[sent.kind]
            self._committed.discard(address)
            more |= _any(CHANGING if change == "deleted" else (*CHANGING, *WIPED))
        elif address in self._committed:
            change = "renewed"
            if self._release >= REUSING:
                more["KEA_LEASE6_REUSED"] = ANY
        else:
            change = "new"
            self._committed.add(address)
        return {**more, "KEA_LEASE6_CHANGE": change}

    def _packet(self, prefix: str, sent: Sent6, xid: int, **fields: Any) -> dict[str, Any]:
        hwaddr = _hwaddr(sent)
        both = {
            "INTERFACE": "eth1",
            "IFINDEX": self._ifindex,
            "HWADDR": hwaddr,
            "HWADDR_TYPE": "1" if hwaddr else "",
            "HWADDR_SOURCE": ANY,
            "LOCAL_ADDRESS": "ff02::1:2",
            "REMOTE_ADDRESS": sent.source,
            "REMOTE_PORT": "547" if sent.hops else "546",
            "LABEL": ANY,
            "TRANSACTION_ID": str(xid),
            "DUID": sent.duid,
        }
        return {f"{prefix}{name}": value for name, value in {**both, **fields}.items()}

    def _query(self, sent: Sent6, xid: int) -> dict[str, Any]:
        return self._packet(
            "KEA_QUERY6_",
            sent,
            xid,
            TYPE=sent.kind.replace("-", "_"),
            LOCAL_PORT="0",
            CLIENT_CLASSES=ANY,
            RELAY_COUNT=str(len(sent.hops)),
        )

    def _response(self, sent: Sent6, reply: Reply6, xid: int) -> dict[str, Any]:
        return self._packet(
            "KEA_RESPONSE6_",
            sent,
            xid,
            TYPE=reply.kind.replace("-", "_"),
            LOCAL_PORT="547",
            DUID=reply.options.get(1, b"").hex(":"),
        )

    def _lease(self, sent: Sent6, ia: IA) -> dict[str, Any]:
        address, _, length = ia.value.partition("/")
        given = {
            "TYPE": f"IA_{ia.kind}",
            "STATE": "registered" if sent.kind == "ADDR-REG-INFORM" else "default",
            "IS_EXPIRED": "0",
            "ADDRESS": address,
            "HWADDR": _hwaddr(sent),
            "HOSTNAME": ANY,
            "CLIENT_DUID": sent.duid,
            "CLIENT_LAST_TRANSMISSION": ANY,
            "VALID_LIFETIME": str(LIFETIME),
            "PREFERRED_LIFETIME": ANY,
            "IAID": str(ia.iaid),
            "SUBNET_ID": "1",
            "POOL_ID": "0" if self._release >= NUMBERING_POOLS else "",
            "INTERFACE": "eth1",
            "NEXT_HOP": sent.source,
        }
        if length:
            given |= {"DELEGATED_PREFIX": ia.value, "DELEGATED_PREFIXLEN": length}
        return {f"KEA_LEASE6_{name}": value for name, value in given.items()}


def _hwaddr(sent: Sent6) -> str:
    """The one that the DUID is made of; there is no other place for Kea to find one."""
    return sent.duid[12:] if sent.duid.startswith("00:03:00:01:") else ""


def _relays(sent: Sent6) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for number, hop in enumerate(sent.hops):
        prefix = f"KEA_QUERY6_RELAY{number}_"
        told |= {f"{prefix}LINK_ADDRESS": hop.link, f"{prefix}PEER_ADDRESS": hop.peer}
        for code, name in ((18, "INTERFACE_ID"), (37, "REMOTE_ID"), (38, "SUBSCRIBER_ID")):
            if code in hop.options:
                told[f"{prefix}{name}"] = hexed(hop.options[code])
    return told


def _any(names: tuple[str, ...]) -> dict[str, Any]:
    return {f"KEA_LEASE6_{name}": ANY for name in names}
