"""The server that is measured: each run has a new one, without any lease."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kit.bench.arms import Arm
from kit.bench.load import served
from kit.bench.site import Site
from kit.errors import Problem
from kit.lab import control
from kit.wait import until

FOLDER = "/run/bench"
CONFIGURATION = f"{FOLDER}/kea-dhcp4.conf"
LEASES = f"{FOLDER}/leases.csv"
PREPARE = f"rm -rf {FOLDER} /run/kea; mkdir -p {FOLDER}; mkdir -m 750 /run/kea"
STOP = "kill $(cat /run/kea/*.pid)"
ENVIRONMENT = {"KEA_DHCP_DATA_DIR": FOLDER}
SOCKET = "/run/kea/kea4-ctrl-socket"
START = 60
"""Seconds until it must serve."""


def configuration(
    arm: Arm, hooks_dir: str, persist: bool, settings: Mapping[str, Any]
) -> dict[str, Any]:
    """Kea's configuration for an arm: all else is Kea's default, but it logs only what is amiss,
    which is what a server under such a load does.

    persist: whether leases are written to a file.
    settings: further ones of Kea's.
    """
    library = {"library": f"{hooks_dir}/{arm.library}", "parameters": dict(arm.parameters)}
    return {
        **settings,
        "control-socket": {"socket-type": "unix", "socket-name": SOCKET},
        "interfaces-config": {"interfaces": ["eth0"]},
        "lease-database": {
            **({"name": LEASES} if persist else {}),
            "type": "memfile",
            "persist": persist,
            "lfc-interval": 0,
        },
        "multi-threading": {"enable-multi-threading": arm.threads},
        "subnet4": [
            {"id": 1, "subnet": "10.0.0.0/8", "pools": [{"pool": "10.1.0.0-10.255.255.250"}]}
        ],
        "hooks-libraries": [library] if arm.library else [],
        "loggers": [
            {
                "name": "kea-dhcp4",
                "severity": "WARN",
                "output_options": [{"output": "stdout", "pattern": "%-5p %m\n"}],
            }
        ],
    }


@contextmanager
def running(
    site: Site,
    arm: Arm,
    persist: bool,
    leases: str = "",
    settings: Mapping[str, Any] | None = None,
) -> Iterator[None]:
    """A server that serves; Problem with its log if it does not.

    leases: what the lease file holds at the start.
    settings: further ones of Kea's.
    """
    server = site.server
    server.run(["sh", "-euc", PREPARE])
    whole = {"Dhcp4": configuration(arm, site.target.hooks_dir, persist, settings or {})}
    server.write(CONFIGURATION, json.dumps(whole))
    if leases:
        server.write(LEASES, leases)
    environment = [f"{name}={value}" for name, value in ENVIRONMENT.items()]
    process = site.measured(["env", *environment, "kea-dhcp4", "-c", CONFIGURATION])
    try:
        _wait_for(process, arm, site)
        yield
    finally:
        # All that it has started ends with it.
        server.run(["sh", "-c", STOP], check=False)
        site.end()
        process.wait()


def ask(site: Site, command: str, **arguments: Any) -> dict[str, Any]:
    """The arguments of the answer to a control command."""
    return control.ask(site.server, SOCKET, command, **arguments).get("arguments", {})


def _wait_for(process: subprocess.Popen[str], arm: Arm, site: Site) -> None:
    sockets = Path(f"/proc/{site.server.pid}/net/packet")

    def listens() -> bool:
        if process.poll() is not None:
            raise Problem(f"the server of {arm.name} has ended:\n{site.log.read_text()}")
        return len(sockets.read_text().splitlines()) > 1  # the first one is a heading

    try:
        until(listens, START, "it listens")
        until(lambda: served(site), START, "a client has its ACK")
    except TimeoutError as late:
        raise Problem(
            f"the server of {arm.name}, {late}:\n{site.log.read_text()[-4000:]}"
        ) from late
