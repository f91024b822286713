"""An event's lease, with Python's types; nothing is converted before it is asked for."""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from kea_runscript._core import Event


class _Lease:
    """What leases of both families have. A KeyError names a variable that was not sent, which
    happens where the parameter `fields` leaves it out.
    """

    __slots__ = ("_event",)
    _PREFIX = ""

    def __init__(self, event: Event):
        self._event = event

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._text('ADDRESS')}>"

    def _text(self, name: str) -> str:
        return self._event[self._PREFIX + name]

    @property
    def state(self) -> str:
        """Kea's word: "default", "declined", "expired-reclaimed", "released"."""
        return self._text("STATE")

    @property
    def expired(self) -> bool:
        """Whether its time is over."""
        return self._text("IS_EXPIRED") == "1"

    @property
    def hwaddr(self) -> str:
        """The client's hardware address, "02:00:00:00:00:01"; "" where Kea knows none."""
        return self._text("HWADDR")

    @property
    def hostname(self) -> str:
        """The client's name; it may hold any character."""
        return self._text("HOSTNAME")

    @property
    def last_transmission(self) -> datetime:
        """When the client was last heard."""
        return datetime.fromtimestamp(int(self._text("CLIENT_LAST_TRANSMISSION")), UTC)

    @property
    def valid_lifetime(self) -> int:
        """Seconds."""
        return int(self._text("VALID_LIFETIME"))

    @property
    def change(self) -> str:
        """At leases4_committed and leases6_committed "new", "renewed", "declined" or "deleted"."""
        return self._text("CHANGE")

    @property
    def interface(self) -> str:
        """The interface on which the client was seen; "" where nobody knows."""
        return self._text("INTERFACE")

    @property
    def next_hop(self) -> IPv4Address | IPv6Address | None:
        """The way to the client: its relay, or its own link-local address; None if it is direct."""
        text = self._text("NEXT_HOP")
        return ip_address(text) if text else None


class Lease4(_Lease):
    """The lease of an IPv4 address."""

    __slots__ = ()
    _PREFIX = "KEA_LEASE4_"

    @property
    def address(self) -> IPv4Address:
        """The address."""
        return IPv4Address(self._text("ADDRESS"))


class Lease6(_Lease):
    """The lease of an IPv6 address or of a delegated prefix."""

    __slots__ = ()
    _PREFIX = "KEA_LEASE6_"

    @property
    def type(self) -> str:
        """What it leases: "IA_NA" is an address, "IA_PD" a delegated prefix."""
        return self._text("TYPE")

    @property
    def address(self) -> IPv6Address:
        """The address; of a prefix, its first one."""
        return IPv6Address(self._text("ADDRESS"))

    @property
    def prefix(self) -> IPv6Network | None:
        """The delegated prefix; None for an address."""
        text = self._event.get("KEA_LEASE6_DELEGATED_PREFIX")
        return IPv6Network(text) if text else None

    @property
    def duid(self) -> str:
        """The client's DUID, "00:03:00:01:02:00:00:00:00:01"."""
        return self._text("CLIENT_DUID")

    @property
    def iaid(self) -> int:
        """The identity association."""
        return int(self._text("IAID"))

    @property
    def preferred_lifetime(self) -> int:
        """Seconds."""
        return int(self._text("PREFERRED_LIFETIME"))


_KINDS = {
    ("lease4_", "leases4_"): Lease4,
    ("lease6_", "leases6_", "addr6_"): Lease6,
}
"""The beginnings of the hook points that are about a lease."""


def lease_of(event: Event) -> Lease4 | Lease6 | None:
    """The lease that an event is about; None where there is none."""
    for beginnings, kind in _KINDS.items():
        if event.hook_point.startswith(beginnings):
            return kind(event)
    return None
