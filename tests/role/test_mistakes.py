"""Mistakes end a play before they do harm: it names them, and no client notices anything."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from kit import targets
from kit.lab import CommandFailed
from kit.lab.relay import NOWHERE, Relay
from kit.server import Server
from tests.asking import Asking, exchanges
from tests.packaging import newer

pytestmark = pytest.mark.thorough

INTERVAL, PATIENCE, TRIES = 0.2, 3.0, 4
"""Seconds from one exchange of the client to the next, and from one try to the next of each of its
messages: on a busy machine a script can take too long, and then the client asks again.
"""

FILES = """
sha256sum /etc/kea/*.conf /etc/kea-runscript/*.* /etc/kea-runscript/scripts/* /etc/sudoers.d/*
cat /etc/systemd/system/kea-dhcp*-server.service.d/*
"""
ABSENT, WRITABLE = "/usr/local/bin/absent", "/usr/local/bin/writable"
HOOK = {"hook-points": ["leases4_committed"]}
DROP_IN = "/etc/systemd/system/kea-dhcp4-server.service.d/hardened.conf"

# Mistakes, and what the play says of them; first those that are seen before anything is done.
AT_ONCE = {
    "unknown variable": (
        {"dhcp4_subnet": []},
        "kea_runscript_dhcp4_subnet: not among this role's variables",
    ),
    "wrong value": ({"servers": ["dhcp5"]}, "value of kea_runscript_servers must be"),
    "no file": (
        {"scripts": ["files/absent"], "dhcp4_hook": {}, "dhcp6_hook": {}},
        "kea_runscript_scripts names files/absent, and there is no such file",
    ),
    "script not deployed": (
        {"dhcp4_hook": {"script": "absent"}},
        "kea_runscript_dhcp4_hook names the script absent, which is not among",
    ),
    "control socket": (
        {"dhcp4_config": {"control-socket": {}}},
        "Leave control-socket out of kea_runscript_dhcp4_config",
    ),
    "a path that AppArmor forbids": (
        {"dhcp4_config": {"lease-database": {"type": "memfile", "name": "/srv/leases.csv"}}},
        "kea_runscript_dhcp4_config names /srv/leases.csv",
    ),
    "a script that is no file": (
        {"scripts": ["/dev/null"], "dhcp4_hook": {}, "dhcp6_hook": {}},
        "/dev/null, which is no file, or one that everybody on the controller can write",
    ),
    "no key": ({"repository_key": ""}, "kea_runscript_repository_key must be"),
}
REFUSED = {
    "broken configuration": (
        {
            "dhcp4_subnets": [
                {"id": 1, "subnet": "10.255.0.0/24", "pools": [{"pool": "10.9.9.0/24"}]}
            ]
        },
        "10.9.9.0",
    ),
    "no library": (
        {"dhcp4_config": {"hooks-libraries": [{"library": "/nowhere/nothing.so"}]}},
        "/nowhere",
    ),
    "unknown parameter of the hook": (
        {"dhcp4_hook": {**HOOK, "script": "slash32_routes", "time-out": 1}},
        "time-out",
    ),
    "no script": (
        {"dhcp4_hook": {**HOOK, "script": "/usr/local/bin/absent"}},
        "/usr/local/bin/absent",
    ),
    "script writable by others": ({"dhcp4_hook": {**HOOK, "script": WRITABLE}}, WRITABLE),
}


@pytest.fixture(scope="module")
def client(host: Server) -> Iterator[Asking]:
    """One that asks all along."""
    machine = host.access.client("asking")
    machine.ip("address add 10.255.0.251/24 dev eth0")
    with (
        closing(Relay(machine, NOWHERE, "10.255.0.1")) as relay,
        Asking(exchanges(relay, 1, PATIENCE, TRIES), INTERVAL) as client,
    ):
        yield client


@contextmanager
def unharmed(host: Server, client: Asking) -> Iterator[None]:
    """Whatever is done meanwhile: the client gets all its answers, and the host stays as it is."""
    client.wait_for_reply()
    before = state(host)
    yield
    client.wait_for_reply()
    assert state(host) == before
    assert not client.missed


def state(host: Server) -> tuple[str, int, int]:
    """The files that a play could change, and the servers' processes."""
    return host.shell(FILES), host.pid(4), host.pid(6)


def failed(host: Server, **variables: Any) -> str:
    """What a play says that fails."""
    with pytest.raises(CommandFailed) as failure:
        host.play(**variables)
    return failure.value.result.stdout


@pytest.mark.parametrize(("variables", "said"), AT_ONCE.values(), ids=AT_ONCE)
def test_a_mistake_is_named_before_anything_is_done(
    host: Server, client: Asking, variables: dict[str, Any], said: str
) -> None:
    with unharmed(host, client):
        output = failed(host, **variables)
    assert said in output
    assert "changed=0" in output


def test_a_package_for_another_kea_is_named_before_anything_is_done(
    host: Server, client: Asking, tmp_path: Path
) -> None:
    file = newer.hook(targets.named("trixie"), tmp_path)
    with unharmed(host, client):
        output = failed(host, package_file=str(file))
    assert f"is for Kea {newer.KEA}, and this host has Kea" in output
    assert "changed=0" in output


@pytest.mark.parametrize(("variables", "said"), REFUSED.values(), ids=REFUSED)
def test_a_configuration_that_kea_refuses_does_not_come_into_service(
    host: Server, client: Asking, variables: dict[str, Any], said: str
) -> None:
    host.host.write(WRITABLE, "#!/bin/sh\n", 0o777)
    with unharmed(host, client):
        output = failed(host, **variables)
    assert "Kea refuses the new configuration" in output
    (message,) = [line for line in output.splitlines() if line.startswith("fatal: ")]
    assert said in message


def test_sudo_is_not_asked_to_work_under_no_new_privileges(host: Server, client: Asking) -> None:
    host.host.write(DROP_IN, "[Service]\nNoNewPrivileges=yes\n")
    host.shell("systemctl daemon-reload")
    with unharmed(host, client):
        output = failed(host)
    host.shell(f"rm {DROP_IN}; systemctl daemon-reload")
    assert "kea-dhcp4-server.service sets NoNewPrivileges" in output
    assert "kea_runscript_privilege to service" in output
