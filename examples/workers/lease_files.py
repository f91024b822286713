#!/usr/bin/python3
"""Keeps a file for each lease, in Python without any package: see README.md."""

import os
import sys

stream, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # children have no part of the stream,
os.dup2(2, 1)  # and what they print is no answer
os.chdir(os.environ.get("LEASE_FILES", "/var/lib/kea/leases"))


def handle(point: bytes, values: dict[bytes, bytes]) -> int:
    """What is done for an event; returns the exit code. Values are still escaped."""
    file = values[b"KEA_LEASE4_ADDRESS"]
    if point == b"leases4_committed" and values[b"KEA_LEASE4_CHANGE"] in (b"new", b"renewed"):
        with open(file, "wb") as lease:
            lease.write(b"%(KEA_LEASE4_HWADDR)b %(KEA_LEASE4_HOSTNAME)b\n" % values)
    elif os.path.exists(file):
        os.remove(file)
    return 0


frame: list[bytes] = []
for line in stream:
    if line != b"\n":
        frame.append(line[:-1])
        continue
    kind, _, event = frame[0].partition(b"=")
    if kind == b"EVENT":
        number, point = event.split(b" ")
        try:
            code = handle(point, dict(pair.split(b"=", 1) for pair in frame[1:]))
        except Exception as error:
            print(f"{point.decode()}: {error!r}", file=sys.stderr)
            code = 1
        answers.write(b"done %b %d\n" % (number, code))
        answers.flush()
    frame = []
