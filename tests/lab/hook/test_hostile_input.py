"""Whatever a client sends stays a value: in a script's environment and in a worker's lines."""

import re

import pytest

from kit.lab import Host
from kit.lab.kea import DATA, SCRIPTS, Kea
from kit.lab.relay import Relay
from tests.lab.hook.calls import SCRIPT, Calls
from tests.lab.hook.told4 import hexed

MARK = f"{DATA}/ran"
VALUES = (
    b"a\nKEA_LEASE4_ADDRESS=192.0.2.66\n\nEVENT=1 lease4_expire",
    f"$(touch {MARK})`touch {MARK}`;touch {MARK}\n'\"|&&".encode(),
    bytes(range(1, 128)),
    bytes(range(128, 256)),
    b"nul\0inside\0twice",
    b"\\x00 and \\ as they stand\x7f",
    b"half of \xc3",
    b"x" * 251,
    b"\r\n \t ",
)
WORKER = f"""#!/bin/sh
exec 3>>{DATA}/stream
while IFS= read -r line; do
    printf '%s\\n' "$line" >&3
    case $line in
    EVENT=*) line=${{line#*=}} id=${{line%% *}} ;;
    '') [ -z "$id" ] || echo "done $id 0"; id= ;;
    esac
done
"""
LINE = re.compile(
    rb"(?P<name>[A-Z][A-Z0-9_]*)=(?P<value>(?:[\x20-\x5b\x5d-\x7e\x80-\xff]|\\\\|\\x[0-9A-F]{2})*)"
)
"""A line as docs/protocol.md has it."""
NAMES = ("KEA_QUERY4_OPTION60", "KEA_QUERY4_RAI_CIRCUIT_ID", "KEA_QUERY4_OPTION12")


def say_everything(relay: Relay) -> None:
    for client, value in enumerate(VALUES):
        options = {12: value, 60: value, 82: b"\1" + bytes([len(value)]) + value}
        relay.lease(client, options)


def expected() -> list[dict[str, str]]:
    """What is told of each client."""
    told = []
    for value in VALUES:
        text = value.decode(errors="surrogateescape").replace("\0", "\\x00")
        told.append(dict(zip(NAMES, (text, hexed(value), text), strict=True)))
    return told


def unescaped(value: bytes) -> str:
    """A value of the stream, as a script's environment would have it."""
    found = re.sub(
        rb"\\(\\|x..)",
        lambda match: b"\\" if match[1] == b"\\" else bytes.fromhex(match[1][1:].decode()),
        value,
    )
    return found.replace(b"\0", b"\\x00").decode(errors="surrogateescape")


def told_to_the_worker(server: Host) -> list[dict[str, str]]:
    """The events that it was sent; every line it got must be one of the protocol's."""
    events = []
    for frame in server.inside(f"{DATA}/stream").read_bytes().split(b"\n\n")[:-1]:
        matches = [LINE.fullmatch(line) for line in frame.split(b"\n")]
        assert all(matches), frame
        pairs = {m["name"].decode(): unescaped(m["value"]) for m in matches if m}
        if "EVENT" in pairs:
            events.append(pairs)
    return events


@pytest.mark.parametrize("mode", ["exec", "worker"])
def test_what_a_client_sends_stays_a_value(
    kea4: Kea, relay: Relay, server: Host, mode: str
) -> None:
    calls = Calls(server)
    server.write(f"{SCRIPTS}/lines", WORKER, 0o755)
    parameters = {
        "script": SCRIPT if mode == "exec" else f"{SCRIPTS}/lines",
        "mode": mode,
        "hook-points": ["leases4_committed"],
        "options": [12],
    }
    kea4.start(parameters, hostname_char_set="")
    say_everything(relay)
    told = [call.told for call in calls()] if mode == "exec" else told_to_the_worker(server)
    assert [{name: run[name] for name in NAMES} for run in told] == expected()
    assert not server.inside(MARK).exists()
    for run, sent in zip(told, expected(), strict=True):
        # Kea takes some for no name at all, and leaves white space out at the ends of others.
        assert run["KEA_LEASE4_HOSTNAME"] in sent["KEA_QUERY4_OPTION12"].lower()
