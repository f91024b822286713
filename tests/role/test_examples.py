"""The example scripts, run by hand: which route they ask for; a value stays a value."""

import os
import subprocess
from pathlib import Path

import pytest

from kit.paths import ROOT

EXAMPLES = ROOT / "examples"
HOSTILE = (
    "$(touch {marker})",
    "`touch {marker}`",
    "a\ntouch {marker}",
    "'; touch {marker}; '",
    '"; touch {marker}; "',
    "-n *",
)
V4 = {"KEA_LEASE4_ADDRESS": "10.255.0.7", "KEA_LEASE4_INTERFACE": "eth1", "KEA_LEASE4_NEXT_HOP": ""}
V6 = {
    "KEA_LEASE6_TYPE": "IA_PD",
    "KEA_LEASE6_DELEGATED_PREFIX": "2001:db8:8000:100::/56",
    "KEA_LEASE6_INTERFACE": "eth1",
    "KEA_LEASE6_NEXT_HOP": "fe80::2",
}
BEGIN4, END4 = ["replay-begin", "ipv4"], ["replay-end", "ipv4", "12"]
BEGIN6, END6 = ["replay-begin", "ipv6"], ["replay-end", "ipv6", "12"]
ADD4 = ["add", "10.255.0.7/32", "dev", "eth1"]
DEL4 = ["del", "10.255.0.7/32"]
ADD6 = ["add", "2001:db8:8000:100::/56", "dev", "eth1", "via", "fe80::2"]
DEL6 = ["del", "2001:db8:8000:100::/56"]


@pytest.fixture
def recorder(tmp_path: Path) -> Path:
    """Stands for kea-runscript-route: keeps its arguments, each with a NUL, in `called`."""
    program = tmp_path / "route"
    program.write_text(f"#!/bin/sh\nprintf '%s\\0' \"$@\" > '{tmp_path}/called'\n")
    program.chmod(0o755)
    return program


def run(script: str, point: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run an example as the runner does: the hook point as argument, and this environment."""
    return subprocess.run(
        [EXAMPLES / script / script, point],
        env={"PATH": os.defpath, **environment},
        capture_output=True,
        text=True,
    )


def asked(recorder: Path, script: str, point: str, environment: dict[str, str]) -> list[str]:
    """The arguments with which a route script called the route program; none when it did not."""
    done = run(script, point, {"KEA_RUNSCRIPT_ROUTE": str(recorder), **environment})
    assert done.returncode == 0, done.stderr
    called = recorder.with_name("called")
    return called.read_text().split("\0")[:-1] if called.exists() else []


@pytest.mark.parametrize(
    ("point", "change", "expected"),
    [
        ("leases4_committed", "new", ADD4),
        ("leases4_committed", "renewed", ADD4),
        ("leases4_committed", "deleted", DEL4),
        ("leases4_committed", "declined", DEL4),
        ("lease4_changed", "new", ADD4),
        ("lease4_changed", "renewed", ADD4),
        ("lease4_changed", "deleted", DEL4),
        ("lease4_changed", "declined", DEL4),
        ("lease4_release", "", DEL4),
        ("lease4_expire", "", DEL4),
        ("replay_begin", "", BEGIN4),
        ("lease4_replay", "", ADD4),
        ("replay_end", "", END4),
        ("lease4_renew", "", []),
        ("pkt4_receive", "", []),
    ],
)
def test_slash32(recorder: Path, point: str, change: str, expected: list[str]) -> None:
    environment = {**V4, "KEA_LEASE4_CHANGE": change, "KEA_REPLAY_LEASES": "12"}
    assert asked(recorder, "slash32_routes", point, environment) == expected


def test_slash32_by_way_of_a_relay(recorder: Path) -> None:
    environment = {**V4, "KEA_LEASE4_CHANGE": "new", "KEA_LEASE4_NEXT_HOP": "192.0.2.1"}
    assert asked(recorder, "slash32_routes", "leases4_committed", environment) == [
        *ADD4,
        "via",
        "192.0.2.1",
    ]


def test_slash32_at_expiry_needs_no_query(recorder: Path) -> None:
    assert (
        asked(recorder, "slash32_routes", "lease4_expire", {"KEA_LEASE4_ADDRESS": "10.255.0.7"})
        == DEL4
    )


@pytest.mark.parametrize(
    ("point", "change", "expected"),
    [
        ("leases6_committed", "new", ADD6),
        ("leases6_committed", "renewed", ADD6),
        ("leases6_committed", "deleted", DEL6),
        ("lease6_changed", "new", ADD6),
        ("lease6_changed", "deleted", DEL6),
        ("lease6_release", "", DEL6),
        ("lease6_expire", "", DEL6),
        ("lease6_replay", "", ADD6),
        ("lease6_renew", "", []),
        ("lease6_rebind", "", []),
    ],
)
def test_ipv6_pd(recorder: Path, point: str, change: str, expected: list[str]) -> None:
    environment = {**V6, "KEA_LEASE6_CHANGE": change}
    assert asked(recorder, "ipv6_pd_routes", point, environment) == expected


@pytest.mark.parametrize(("point", "expected"), [("replay_begin", BEGIN6), ("replay_end", END6)])
def test_ipv6_pd_marks_a_replay(recorder: Path, point: str, expected: list[str]) -> None:
    environment = {"KEA_REPLAY_LEASES": "12"}
    assert asked(recorder, "ipv6_pd_routes", point, environment) == expected


@pytest.mark.parametrize(
    ("script", "point", "environment", "claim"),
    [
        ("slash32_routes", "lease4_replay", V4, ["claim", *DEL4[1:]]),
        ("ipv6_pd_routes", "lease6_replay", V6, ["claim", *DEL6[1:]]),
    ],
)
def test_a_replayed_lease_without_a_route_is_claimed(
    recorder: Path, script: str, point: str, environment: dict[str, str], claim: list[str]
) -> None:
    recorder.write_text(recorder.read_text() + '[ "$1" != add ]\n')
    assert asked(recorder, script, point, environment) == claim


def test_ipv6_pd_leaves_addresses_alone(recorder: Path) -> None:
    environment = {**V6, "KEA_LEASE6_TYPE": "IA_NA", "KEA_LEASE6_CHANGE": "new"}
    assert asked(recorder, "ipv6_pd_routes", "leases6_committed", environment) == []


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize(
    ("script", "point", "environment", "name"),
    [
        (
            "slash32_routes",
            "leases4_committed",
            {**V4, "KEA_LEASE4_CHANGE": "new"},
            "KEA_LEASE4_INTERFACE",
        ),
        (
            "ipv6_pd_routes",
            "leases6_committed",
            {**V6, "KEA_LEASE6_CHANGE": "new"},
            "KEA_LEASE6_NEXT_HOP",
        ),
    ],
)
def test_a_value_stays_one_argument(
    recorder: Path, script: str, point: str, environment: dict[str, str], name: str, text: str
) -> None:
    marker = recorder.with_name("marker")
    value = text.format(marker=marker)
    assert value in asked(recorder, script, point, {**environment, name: value})
    assert not marker.exists()


@pytest.mark.parametrize("script", ["slash32_routes", "ipv6_pd_routes"])
def test_the_route_programs_failure_is_the_scripts(script: str) -> None:
    environment = {**V4, **V6, "KEA_RUNSCRIPT_ROUTE": "/bin/false"}
    family = (script == "slash32_routes" and "4") or "6"
    assert run(script, f"lease{family}_expire", environment).returncode == 1


@pytest.mark.parametrize("text", HOSTILE)
def test_debug_shows_each_variable_on_one_line(tmp_path: Path, text: str) -> None:
    value = text.format(marker=tmp_path / "marker")
    done = run(
        "debug", "lease4_expire", {"KEA_LEASE4_HOSTNAME": value, "KEA_LEASE4_ADDRESS": "10.255.0.7"}
    )
    assert done.returncode == 0
    assert done.stderr.splitlines() == [
        "hook point: lease4_expire",
        "KEA_LEASE4_ADDRESS=10.255.0.7",
        f"KEA_LEASE4_HOSTNAME={value}".replace("\n", "?"),
    ]
    assert not (tmp_path / "marker").exists()


def test_debug_tells_of_an_event_without_variables() -> None:
    done = run("debug", "replay_begin", {})
    assert (done.returncode, done.stderr) == (0, "hook point: replay_begin\n")


@pytest.mark.parametrize("text", HOSTILE)
def test_debug_as_a_worker_shows_what_has_a_value(tmp_path: Path, text: str) -> None:
    value = text.format(marker=tmp_path / "marker").replace("\n", r"\x0A")
    stream = (
        "HELLO=1\nKEA=2.6.3\n\n"
        f"EVENT=7 lease4_expire\nRETRY=1\nKEA_LEASE4_CHANGE=\nKEA_LEASE4_HOSTNAME={value}\n\n"
        "EVENT=8 replay_begin\nKEA_LEASE4_HOSTNAME=\n\n"
        "DRAIN=100\n\n"
    )
    script = EXAMPLES / "debug" / "debug"
    done = subprocess.run([script], input=stream, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "done 7 0\ndone 8 0\n")
    assert done.stderr.splitlines() == [
        "hook point: lease4_expire",
        f"KEA_LEASE4_HOSTNAME={value}",
        "hook point: replay_begin",
    ]
    assert not (tmp_path / "marker").exists()
