#!/usr/bin/python3
"""Keeps a file for each lease, with the package kea_runscript: see README.md. Any mode will do."""

import os
from pathlib import Path

from kea_runscript import Event, escape, serve

FOLDER = Path(os.environ.get("LEASE_FILES", "/var/lib/kea/leases"))


def handle(event: Event) -> None:
    """What is done for an event; an exception is logged, and exit code 1."""
    lease = event.lease
    file = FOLDER / str(lease.address)
    if event.hook_point == "leases4_committed" and lease.change in ("new", "renewed"):
        line = f"{lease.hwaddr} {escape(lease.hostname)}\n"
        file.write_text(line, "utf-8", "surrogateescape")
    else:
        file.unlink(missing_ok=True)


serve(handle)
