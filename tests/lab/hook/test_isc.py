"""`variables: isc`: beside ISC's own library, on the same packets, a script is told the same, and
that is what docs/isc.md says.
"""

import re
import struct
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from kit.lab import Access, Client, Host
from kit.lab.kea import LIBRARY, Kea
from kit.lab.relay import Relay
from kit.lab.relay6 import IA, IAADDR, Clients6, address_octets
from kit.paths import ROOT
from kit.targets import Target, kea_release
from tests.lab.hook.conftest import CLIENT6, REGISTERED6

SCRIPTS = "/usr/share/kea/scripts"
"""The one folder from which Kea 3 lets ISC's library run scripts; it may write there here."""
SCRIPT = Path(__file__).parent / "isc-script"

SHORT = {
    "valid_lifetime": 2,
    "decline_probation_period": 1,
    "expired_leases_processing": {"reclaim-timer-wait-time": 1},
}
OPTIONS4 = {
    12: b"a'\"\n$(id)\\x41\xe4",  # host name
    61: b"\0client",
    82: b"\x01\x03c\0001\x02\x03r-1",  # circuit and remote identifiers
}

Told = tuple[str, tuple[str, ...]]
"""A run of a script: its arguments, and its environment without PATH, sorted."""


@pytest.fixture
def scripts(server: Host) -> Iterator[None]:
    """The script twice, for each library under its own name."""
    for name in ("isc", "ours"):
        server.put(SCRIPT, f"{SCRIPTS}/{name}", 0o755)
        server.run(["install", "-d", "-o", "_kea", f"{SCRIPTS}/{name}.told"])
    yield
    server.run(["sh", "-c", f"rm -r {SCRIPTS}/*.told"])


def both(target: Target, sync: bool) -> list[dict[str, Any]]:
    """Kea's configuration of both libraries: but for one, they have the same parameters."""
    isc = {"name": f"{SCRIPTS}/isc", "sync": sync}
    ours = {"name": f"{SCRIPTS}/ours", "sync": sync, "variables": "isc"}
    return [
        {"library": f"{target.hooks_dir}/{library}", "parameters": parameters}
        for library, parameters in (("libdhcp_run_script.so", isc), (LIBRARY, ours))
    ]


def told(host: Host, name: str) -> list[Told]:
    """What the runs of a script were told, sorted."""
    runs = []
    for file in host.inside(f"{SCRIPTS}/{name}.told").glob("[!.]*"):
        words = file.read_bytes().decode(errors="surrogateescape").rstrip("\0").split("\0")
        # The interpreter, the script, its arguments; then the environment, which has an `=` always.
        first = next(at for at, word in enumerate(words) if "=" in word)
        environment = (word for word in words[first:] if not word.startswith("PATH="))
        runs.append((" ".join(words[2:first]), tuple(sorted(environment))))
    return sorted(runs)


def documented(family: int) -> dict[str, set[str]]:
    """The variables of each hook point, in the tables of docs/isc.md."""
    points: dict[str, set[str]] = {}
    for line in (ROOT / "docs" / "isc.md").read_text().splitlines():
        cells = [re.findall(r"`([^`]+)`", cell) for cell in line.strip("|").split("|")]
        if len(cells) == 3 and cells[2] and all(f"{family}_" in point for point in cells[2]):
            for point in cells[2]:
                names = {begin + end for begin in cells[0] for end in cells[1]}
                points.setdefault(point, set()).update(names)
    return points


def wait_for_points(kea: Kea, points: Collection[str]) -> None:
    """Wait until ISC's library has run its script at each of these hook points, as often."""
    kea.host.wait_for(
        lambda: Counter(points) <= Counter(point for point, _ in told(kea.host, "isc")),
        f"runs at {points}",
    )


def assert_told_the_same(kea: Kea) -> list[Told]:
    """Our script has been told what ISC's has been, which is returned; Kea is stopped."""
    host = kea.host
    host.wait_for(lambda: len(told(host, "isc")) == len(told(host, "ours")), "all runs")
    kea.stop()
    runs = told(host, "isc")
    assert told(host, "ours") == runs
    return runs


def assert_told_as_documented(kea: Kea, points: dict[str, set[str]]) -> set[str]:
    """Both scripts are told the same, and that is what each hook point has; returns all of it,
    each as `NAME=value`.
    """
    wait_for_points(kea, points.keys())
    runs = assert_told_the_same(kea)
    seen: dict[str, set[str]] = {}
    for point, variables in runs:
        names = {re.sub(r"_AT\d+_", "_AT<n>_", v.partition("=")[0]) for v in variables}
        seen.setdefault(point, set()).update(names)
    assert seen == points
    return {variable for _, variables in runs for variable in variables}


def test_dhcpv4_scripts_are_told_what_iscs_library_tells(
    kea4: Kea, relay: Relay, access: Access, target: Target, scripts: None
) -> None:
    libraries = both(target, sync=False)
    kea4.start({}, hooks_libraries=libraries, **SHORT, hostname_char_set="")
    for client, options in ((1, OPTIONS4), (2, {})):
        address = relay.lease(client, options)
        assert relay.wait(relay.send("RENEW", client, address, options=options)).kind == "ACK"
        relay.send("RELEASE", client, address, options=options)
    relay.send("DECLINE", 3, relay.lease(3), options=OPTIONS4)
    taken = relay.lease(4)
    assert relay.wait(relay.send("REQUEST", 5, taken)).kind == "NAK"
    direct = access.client("isc-direct")
    direct.dhcp4()
    direct.vanish()
    variables = assert_told_as_documented(kea4, documented(4))
    assert "QUERY4_OPTION_82_SUB_OPTION_1=0x630031" in variables
    assert {"QUERY4_RELAYED=true", "QUERY4_RELAYED=false", "LEASES4_SIZE=0"} <= variables


def test_dhcpv6_scripts_are_told_what_iscs_library_tells(
    kea6: Kea, gateway: Client, target: Target, scripts: None
) -> None:
    libraries = both(target, sync=True)
    kea6.start({}, hooks_libraries=libraries, **SHORT, preferred_lifetime=1)
    with closing(Clients6(gateway, CLIENT6)) as clients:
        given = clients.lease(1, IA("NA", 1), IA("PD", 2))
        for kind in ("RENEW", "REBIND", "RELEASE"):
            assert clients.ask(kind, 1, *given).kind == "REPLY"
        assert clients.ask("DECLINE", 2, *clients.lease(2, IA("NA", 1))).kind == "REPLY"
        clients.lease(3, IA("NA", 1), IA("PD", 2))
    points = documented(6)
    if kea_release(target).startswith("2."):
        del points["addr6_register"]
    else:
        own = {IAADDR: address_octets(REGISTERED6) + struct.pack("!II", 5, 5)}
        with closing(Clients6(gateway, REGISTERED6)) as clients:
            for _ in range(2):  # the second time there is an old registration
                reply = clients.ask("ADDR-REG-INFORM", 4, options=own)
                assert reply.kind == "ADDR-REG-REPLY"
    assert_told_as_documented(kea6, points)


def test_a_script_does_not_run_where_another_library_has_told_kea_to_skip(
    kea4: Kea, relay: Relay, target: Target, scripts: None
) -> None:
    kea4.host.write(f"{SCRIPTS}/keep", "#!/bin/sh\necho kept\nexit 9\n", 0o755)
    another = f"{target.hooks_dir}/another.so"
    kea4.host.run(["cp", f"{target.hooks_dir}/{LIBRARY}", another])
    keep = {
        "script": f"{SCRIPTS}/keep",
        "hook-points": ["lease4_release"],
        "exit-codes": {"9": "skip"},
    }
    first = {"library": another, "parameters": keep}
    kea4.start({}, hooks_libraries=[first, *both(target, sync=False)])
    address = relay.lease(1)
    relay.send("RELEASE", 1, address)
    kea4.wait_for_log("kept")
    assert relay.wait(relay.send("RENEW", 1, address)).kind == "ACK"
    wait_for_points(kea4, ["lease4_renew", *["leases4_committed"] * 3])
    assert "lease4_release" not in {point for point, _ in assert_told_the_same(kea4)}
