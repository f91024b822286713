"""The example workers, under a real Kea, with clients that call themselves anything."""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from kit.lab import Host
from kit.lab.kea import SCRIPTS, Kea, put_python
from kit.lab.relay import Relay
from kit.paths import ROOT
from kit.targets import Target

EXAMPLES = ROOT / "examples" / "workers"
FOLDER = "/var/lib/lease-files"
SOCKET = "/run/lease-files.socket"
UNITS = {
    "lease-files.socket": f"[Socket]\nListenStream={SOCKET}\nSocketUser=_kea\nSocketMode=0600\n",
    "lease-files.service": f"""[Service]
ExecStart={SCRIPTS}/lease_files_sdk.py
User=_kea
Environment=LEASE_FILES={FOLDER}
""",
}
NAMES = (
    b"plain",
    b"",
    b"$(touch /tmp/hostile)`touch /tmp/hostile`",
    b"a\ndone 1 1\nKEA_LEASE4_ADDRESS=x",
    b"\n\nEVENT=9 lease4_expire\n\n",
    b"';touch /tmp/hostile;'\" * \x01\x1b\x7f",
    b"\\x0a\\\\ \xff\xfe\xc3",
    b"x" * 63,
)
"""Kea makes the letters small, cuts spaces off, and allows 63 octets between dots."""

pytestmark = pytest.mark.parametrize("target", ["trixie"], indirect=True, scope="session")


@pytest.fixture(scope="session")
def workers(server: Host, target: Target) -> Host:
    """The host with the examples, the Python package, and the units of a service."""
    put_python(server, target)
    for file in sorted(EXAMPLES.glob("lease_files*")):
        server.put(file, f"{SCRIPTS}/{file.name}", 0o755)
    for name, text in UNITS.items():
        server.write(f"/etc/systemd/system/{name}", text)
    server.run(["systemctl", "daemon-reload"])
    return server


@pytest.fixture(
    params=[
        *(f"worker {file.name}" for file in sorted(EXAMPLES.glob("lease_files*"))),
        "exec lease_files_sdk.py",
        "socket lease_files_sdk.py",
    ]
)
def parameters(request: pytest.FixtureRequest, workers: Host) -> Iterator[Mapping[str, Any]]:
    """The parameters of the example's configuration, for each worker and for each mode of one."""
    mode, file = request.param.split()
    workers.run(["sh", "-c", f"rm -rf {FOLDER}; install -d -o _kea {FOLDER}"])
    configuration = json.loads((EXAMPLES / "kea-dhcp4.conf").read_text())
    (library,) = configuration["Dhcp4"]["hooks-libraries"]
    given = {name: library["parameters"][name] for name in ("hook-points", "fields")}
    if mode == "socket":
        workers.run(["systemctl", "start", "lease-files.socket"])
        yield {**given, "socket": SOCKET}
        workers.run(["systemctl", "stop", "lease-files.socket", "lease-files.service"])
    else:
        environment = {**library["parameters"]["environment"], "LEASE_FILES": FOLDER}
        yield {**given, "mode": mode, "script": f"{SCRIPTS}/{file}", "environment": environment}


def escaped(name: bytes) -> bytes:
    """A name as the stream has it."""
    return b"".join(
        b"\\\\"
        if octet == 0x5C
        else b"\\x%02X" % octet
        if octet < 0x20 or octet == 0x7F
        else octets
        for octet, octets in ((octet, bytes([octet])) for octet in name)
    )


def test_each_lease_has_its_file_while_it_lasts(
    kea4: Kea, relay: Relay, parameters: Mapping[str, Any], workers: Host
) -> None:
    kea4.start({**parameters, "on-failure": "drop"}, hostname_char_set="")
    folder = workers.inside(FOLDER)

    def files() -> dict[str, bytes]:
        found = {}
        for file in Path(folder).iterdir():
            with suppress(FileNotFoundError):  # gone meanwhile
                found[file.name] = file.read_bytes()
        return found

    expected = {}
    for client, name in enumerate(NAMES):
        address = relay.lease(client, {12: name} if name else None)
        line = b"%b %b\n" % (relay.hwaddr(client).encode(), escaped(name.strip().lower()))
        expected[address] = line
        assert files() == expected
    for client, address in enumerate([*expected]):
        relay.send("RELEASE", client, address)
        del expected[address]
        workers.wait_for(lambda: files() == expected, f"the file of {address} is gone")
    assert not workers.inside("/tmp/hostile").exists()
    assert "RUNSCRIPT_EVENT_FAILED" not in kea4.log()
