"""What is wrong in a configuration is refused, with a message that says what to do."""

import subprocess
from typing import Any

import pytest

from kit.lab import Host
from kit.lab.kea import DATA, SCRIPTS, Kea, KeaFailed
from kit.lab.relay import Relay

BEHAVE = {"script": f"{SCRIPTS}/behave", "hook-points": ["leases4_committed"]}

WRONG = {
    "unknown": ({"scirpt": "/x"}, "'scirpt' is not known; the parameters are: arguments, client-"),
    "missing": ({}, "parameter 'script' is missing; give the absolute path"),
    "relative": ({"script": "x"}, "'script' is the text \"x\"; it must be the absolute path"),
    "type": ({"script": "/x", "wait": "yes"}, "'wait' is the text \"yes\"; it must be true or"),
    "range": ({"script": "/x", "timeout": 0}, "'timeout' is the number 0; it must be a whole"),
    "family": (
        {"script": "/x", "hook-points": ["leases6_committed"]},
        "'hook-points' lists the text \"leases6_committed\"; it must list hook points of",
    ),
}
"""Parameters, and what the message about them says."""

UNSAFE = {
    "not there": ("true", "cannot be found: No such file"),
    "writable": ("install -m 777 /bin/true $0", "can be written by others than its owner"),
    "not executable": ("install -m 644 /bin/true $0", "cannot be executed by the server's user"),
    "foreign": ("install -o nobody -m 755 /bin/true $0", "it must belong to root or to the server"),
}
"""Shell commands that make the script $0, and what the message about it says."""

WITH_CHECK = pytest.mark.parametrize(
    "target", ["trixie", "trixie-backports", "forky"], indirect=True, scope="session"
)
"""Kea 2.2 has no check that loads libraries."""


@pytest.mark.parametrize(("parameters", "message"), WRONG.values(), ids=WRONG)
def test_a_wrong_parameter_stops_the_start(
    kea4: Kea, parameters: dict[str, Any], message: str
) -> None:
    with pytest.raises(KeaFailed) as failure:
        kea4.start(parameters)
    assert message in str(failure.value)


@pytest.mark.parametrize(("make", "message"), UNSAFE.values(), ids=UNSAFE)
def test_an_unsafe_script_stops_the_start(kea4: Kea, server: Host, make: str, message: str) -> None:
    script = f"{SCRIPTS}/unsafe"
    server.run(["sh", "-c", f"rm -f $0; {make}", script])
    with pytest.raises(KeaFailed) as failure:
        kea4.start({"script": script})
    assert f"parameter 'script' is \"{script}\"" in str(failure.value)
    assert message in str(failure.value)


@pytest.mark.usefixtures("behave")
@pytest.mark.parametrize("target", ["trixie"], indirect=True, scope="session")
def test_a_server_serves_on_after_a_refused_reload_but_runs_no_script(
    kea4: Kea, relay: Relay, server: Host, threads: bool
) -> None:
    kea4.start(BEHAVE, multi_threading=threads)
    unsafe = f"{SCRIPTS}/unsafe"
    server.run(["install", "-m", "777", BEHAVE["script"], unsafe])
    changed = {**BEHAVE, "script": unsafe}
    kea4.configure(changed, multi_threading=threads)
    answer = kea4.control("config-reload")
    assert answer["result"] == 1
    assert f"'{unsafe}' can be written by others" in answer["text"]
    relay.lease(1)
    runs = f"{DATA}/runs"
    assert server.run(["ls", runs], check=False).returncode == 2
    server.run(["chmod", "go-w", unsafe])
    assert kea4.control("config-reload")["result"] == 0
    address = relay.lease(2)
    assert server.run(["cat", runs]).stdout == f"leases4_committed {address}\n"


@WITH_CHECK
@pytest.mark.parametrize(
    ("parameters", "message"),
    [WRONG["unknown"], ({"script": "/not/there"}, "'/not/there' cannot be found")],
    ids=["parameter", "script"],
)
def test_a_check_finds_what_a_start_would(
    kea4: Kea, parameters: dict[str, Any], message: str
) -> None:
    kea4.configure(parameters)
    checked = check(kea4)
    assert checked.returncode == 1
    assert message in checked.stdout + checked.stderr


@WITH_CHECK
@pytest.mark.usefixtures("behave")
def test_a_check_starts_nothing_and_leaves_no_trace(
    kea4: Kea, relay: Relay, server: Host, threads: bool
) -> None:
    """It runs beside the server that serves, as before each change of its configuration."""
    points = ["leases4_committed", "lease4_changed"]
    kea4.start({**BEHAVE, "hook-points": points}, multi_threading=threads)
    relay.lease(1)
    before = files(server)
    strace = ["strace", "-f", "-qq", "-e", "trace=execve,fork,vfork,clone,clone3"]
    checked = check(kea4, *strace)
    assert checked.returncode == 0, checked.stderr
    assert "RUNSCRIPT_LOADED behave" in checked.stdout
    assert "ERROR" not in checked.stdout
    calls = [line for line in checked.stderr.splitlines() if "CLONE_THREAD" not in line]
    assert [line for line in calls if "clone" in line or "fork" in line] == []
    assert checked.stderr.count("execve(") == 1
    assert files(server) == before
    relay.lease(2)


def check(kea: Kea, *around: str) -> subprocess.CompletedProcess[str]:
    """Have Kea only test its configuration, as its own user and in its unit's environment."""
    user = ["setpriv", "--reuid=_kea", "--regid=_kea", "--clear-groups"]
    command = [*user, *around, f"kea-dhcp{kea.family}", "-T", kea.file]
    return kea.host.run(command, check=False, env={"KEA_LOCKFILE_DIR": "/run/lock/kea"})


def files(host: Host) -> str:
    """What there is, and when it was changed, where Kea, its hook and its scripts may write."""
    folders = ["/run/kea", "/run/lock", DATA, "/var/log/kea", "/etc/kea", "/tmp", "/"]
    find = ["find", *folders, "-xdev", "-maxdepth", "1", "-printf", "%p %y %s %T@\\n"]
    return host.run(find).stdout
