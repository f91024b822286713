"""The command line tool, with the hook's own parser, engine and runner."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from kit.wait import until
from tests.python.conftest import PACKAGES, Start

LIBRARY = "/usr/lib/x86_64-linux-gnu/kea/hooks/kea-hook-runscript.so"
RUNNER = "usr/libexec/kea-hook-runscript/kea-runscript-runner"
HOSTILE = "$(reboot)`reboot`;'\"\n\x01\\x41\udcff\udcfe"
ECHO = """
import os
from kea_runscript import serve

def handle(event):
    print(event.hook_point, event["KEA_LEASE4_HOSTNAME"].encode(errors="surrogateescape").hex())
    return int(event["KEA_CODE"])

serve(handle)
"""

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def command(built: Path) -> Command:
    """Runs the tool: `command(*arguments)`."""

    def command(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, built / "usr/bin/kea-runscript", *arguments],
            env={**os.environ, "PYTHONPATH": str(built / PACKAGES), "COLUMNS": "100"},
            capture_output=True,
            text=True,
            errors="surrogateescape",
            timeout=30,
        )

    return command


@pytest.fixture
def fire(command: Command, built: Path) -> Command:
    """Fires with the runner that was built beside it: `fire(*arguments)`."""
    runner = built.with_name("stage") / RUNNER
    return lambda *arguments: command("fire", "--runner", runner, *arguments)


@pytest.fixture
def configuration(tmp_path: Path) -> Callable[[Mapping[str, Any]], Path]:
    """Writes a configuration of kea-dhcp4 with these parameters of the hook."""

    def write(parameters: Mapping[str, Any]) -> Path:
        file = tmp_path / "kea-dhcp4.conf"
        libraries = [{"library": "/x/other.so"}, {"library": LIBRARY, "parameters": parameters}]
        file.write_text(json.dumps({"Dhcp4": {"hooks-libraries": libraries}}))
        return file

    return write


def test_check_shows_entries_and_what_their_ends_do(command: Command, configuration) -> None:
    exec_entry = {
        "script": "/bin/true",
        "hook-points": ["lease4_release", "lease4_renew"],
        "exit-codes": {"7": "skip"},
        "on-failure": "drop",
        "max-parallel": 5,
    }
    socket_entry = {"socket": "/run/x", "hook-points": ["leases4_committed", "lease4_expire"]}
    done = command("check", configuration({"scripts": [exec_entry, socket_entry]}))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "true: exec, /bin/true",
        "  at most 5 at once; timeout 3000 ms",
        "  hook point      the packet waits   exit code 7  a failure",
        "  lease4_release  its thread blocks  skip         drop",
        "  lease4_renew    its thread blocks  skip         skip",
        "x: socket, /run/x",
        "  at most 64 at once; timeout 3000 ms",
        "  hook point         the packet waits  a failure",
        "  leases4_committed  parked            continue",
        "  lease4_expire      no                continue",
    ]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({}, "'script'"),
        ({"script": "bin/true"}, "'script'"),
        ({"script": "/bin/true", "wait": "yes"}, "'wait'"),
        ({"script": "/bin/true", "timeout": 10**30}, "'timeout'"),
        ({"script": "/bin/true", "hook-points": ["lease6_renew"]}, "'hook-points'"),
        ({"script": "/nowhere/x"}, "'/nowhere/x' cannot be found"),
        ({"script": "/etc/passwd"}, "'/etc/passwd' cannot be executed"),
    ],
)
def test_check_says_what_the_hook_would_say(
    command: Command, configuration, parameters: Mapping[str, Any], message: str
) -> None:
    done = command("check", configuration(parameters))
    assert done.returncode == 1
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_check_reads_what_kea_reads(command: Command, tmp_path: Path) -> None:
    part = tmp_path / "hooks.json"
    part.write_text(f'[ {{ "library": "{LIBRARY}", # {{ "x" ]\n"parameters": {{')
    part.write_text(part.read_text() + '"script": "/bin/true", /* "wait": "//" */ }, } ]')
    whole = tmp_path / "kea-dhcp4.conf"
    whole.write_text(
        '// a comment, and a " in it\n'
        '{ "Dhcp4": { "x": "// # /* no comment, */ \\" ,]", "hooks-libraries":\n'
        f'<?include "{part}"?>, }} }}'
    )
    for arguments in ([whole], ["--family", "4", part]):
        done = command("check", *arguments)
        assert (done.returncode, done.stderr) == (0, "")
        assert "true: exec, /bin/true" in done.stdout


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{ "Dhcp4": { "hooks-libraries": [] } }', "kea-hook-runscript.so is not in it"),
        ('{\n"Dhcp4" {} }', "line 2, column 9: Expecting ':' delimiter"),
        ("", "line 1, column 1"),
        ("[]", "give --family"),
        ('<?include "/nowhere/x"?>', "/nowhere/x: No such file or directory"),
        ('<?include "FILE"?>', "includes itself"),
    ],
)
def test_check_says_why_it_cannot_read(
    command: Command, tmp_path: Path, text: str, message: str
) -> None:
    file = tmp_path / "kea.conf"
    file.write_text(text.replace("FILE", str(file)))
    done = command("check", file)
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("mode", ["exec", "worker"])
@pytest.mark.parametrize(("code", "ending"), [("0", 0), ("3", 1)])
def test_fire_runs_the_same_file_in_both_modes(
    fire: Command, built: Path, tmp_path: Path, mode: str, code: str, ending: int
) -> None:
    script = tmp_path / "script"
    path = f"import sys; sys.path.insert(0, {str(built / PACKAGES)!r})"
    script.write_text(f"#!{sys.executable}\n{path}\n{ECHO}")
    script.chmod(0o755)
    hostname = f"KEA_LEASE4_HOSTNAME={HOSTILE}"
    words = ("lease4_renew", hostname, f"KEA_CODE={code}")
    done = fire("--mode", mode, script, *words)
    assert done.returncode == ending, done.stdout + done.stderr
    assert f"lease4_renew {os.fsencode(HOSTILE).hex()}\n" in done.stdout
    assert ("exit code 3" in done.stdout) == (code == "3")
    assert "lease4_renew: continue, after " in done.stdout
    assert "Kea would refuse it: '/tmp' can be written by others" in done.stderr


def test_fire_has_the_examples_of_the_contract(fire: Command, built: Path, tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text('#!/bin/sh\nenv | grep ^KEA_LEASE6 | sort; echo "$1"\n')
    script.chmod(0o755)
    done = fire(script, "lease6_expire", "KEA_LEASE6_HOSTNAME=")
    assert done.returncode == 0
    assert "KEA_LEASE6_DELEGATED_PREFIX=2001:db8:" in done.stdout
    assert "KEA_LEASE6_HOSTNAME=\n" in done.stdout
    assert "\nlease6_expire\n" in done.stdout


def test_fire_has_the_events_of_a_replay(fire: Command, tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text('#!/bin/sh\necho "$1 $KEA_LEASE6_TYPE$KEA_REPLAY_LEASES"\n')
    script.chmod(0o755)
    for point, told in (("replay_begin", ""), ("lease6_replay", "IA_PD"), ("replay_end", "12")):
        done = fire(script, point)
        assert done.returncode == 0, done.stdout + done.stderr
        assert f"{point} {told}\n" in done.stdout


def test_fire_reaches_a_service(fire: Command, start: Start, tmp_path: Path) -> None:
    path = tmp_path / "socket"
    service = f"""
import os, socket
from kea_runscript import serve
listener = socket.socket(socket.AF_UNIX)
listener.bind({f"{path}.new"!r})
listener.listen()
os.rename({f"{path}.new"!r}, {str(path)!r})
serve(lambda event: 4 if event["KEA_LEASE4_CHANGE"] == "deleted" else None, connection=listener)
"""
    start(service, stdin=subprocess.DEVNULL)
    until(path.exists, 10, "the service listens")
    assert fire("--socket", path).returncode == 0
    failed = fire("--socket", path, "KEA_LEASE4_CHANGE=deleted")
    assert failed.returncode == 1
    assert "exit code 4" in failed.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name a script"),
        (["/bin/true", "no_point"], "no_point"),
        (["/bin/true", "pkt4_send", "pkt4_receive"], "pkt4_receive"),
        (["--timeout", "0", "/bin/true"], "'timeout'"),
        (["--runner", "/nowhere/x", "/bin/true"], "/nowhere/x: no such file"),
    ],
)
def test_fire_says_why_it_runs_nothing(
    command: Command, built: Path, arguments: list[str], message: str
) -> None:
    runner = ("--runner", str(built.with_name("stage") / RUNNER))
    done = command("fire", *runner, *arguments)
    assert done.returncode == 64
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_what_comes_after_a_timeout(fire: Command, tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("#!/bin/sh\nsleep 60\n")
    script.chmod(0o755)
    began = time.monotonic()
    done = fire("--timeout", "200", script)
    assert done.returncode == 1
    assert "timeout" in done.stdout
    assert time.monotonic() - began < 20
