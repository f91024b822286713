"""Lease files of servers that have many leases before the first client comes."""

from __future__ import annotations

import json

from kit.bench.arms import ARMS, BARE
from kit.bench.server import LEASES, running
from kit.bench.site import CLIENTS, Site

FIRST = 128 << 16
"""Where their addresses begin within 10.0.0.0/8: beyond those that a run gives to its clients."""

LATE = 4_000_000_000
"""An end, in seconds of the epoch, that no run sees."""


COMMA = "&#x2c"
"""As it is written within a column."""


class LeaseFile:
    """Writes them as the site's release of Kea and our library do."""

    def __init__(self, site: Site):
        with running(site, ARMS[BARE], persist=True):
            self._columns = site.server.inside(LEASES).read_text().splitlines()[0].split(",")
        host = site.server.run(["uname", "-n"]).stdout.strip()
        place = {"runscript": {"if": "eth0", "nh": CLIENTS, "host": host}}
        self._context = json.dumps(place).replace(",", COMMA)

    def text(self, count: int, end: int = LATE) -> str:
        """Of so many leases that end at this second of the epoch."""
        lines = (self._line(number, end) for number in range(count))
        return "\n".join([",".join(self._columns), *lines, ""])

    def _line(self, number: int, end: int) -> str:
        address = FIRST + number
        octets = 10, address >> 16, address >> 8 & 255, address & 255
        known = {
            "address": ".".join(map(str, octets)),
            "hwaddr": "02:0d:" + number.to_bytes(4).hex(":"),
            "valid_lifetime": "3600",
            "expire": str(end),
            "subnet_id": "1",
            "user_context": self._context,
        }
        empty = ("client_id", "hostname")
        return ",".join(
            known.get(column, "" if column in empty else "0") for column in self._columns
        )
