"""Ansible, over ssh, from within a lab."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from kit.lab.host import Host
from kit.lab.machine import CommandFailed
from kit.paths import ROOT

if TYPE_CHECKING:
    from kit.lab.lab import Lab

RECAP = re.compile(r"^(?P<host>\S+)\s+: ok=(?P<ok>\d+)\s+changed=(?P<changed>\d+)", re.MULTILINE)


@dataclass(frozen=True)
class Play:
    """How a playbook ended.

    output: what ansible-playbook wrote.
    changed: for each host how many of its tasks changed something.
    """

    output: str
    changed: dict[str, int]


def play(
    lab: Lab,
    playbook: Path,
    groups: Mapping[str, Sequence[Host]],
    extra_vars: Mapping[str, Any],
    options: Sequence[str],
    show: IO[str] | None,
) -> Play:
    """Run a playbook; CommandFailed with its output when it fails."""
    folder = lab.folder / "ansible"
    folder.mkdir(exist_ok=True)
    (folder / "ansible.cfg").touch()
    inventory = folder / "inventory.json"
    inventory.write_text(json.dumps(_inventory(groups)))
    process = subprocess.Popen(
        lab.command(
            [
                str(Path(sys.executable).parent / "ansible-playbook"),
                f"--inventory={inventory}",
                f"--extra-vars={json.dumps(extra_vars)}",
                *options,
                str(playbook),
            ]
        ),
        env={**os.environ, **_settings(lab.folder, folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines = []
    for line in process.stdout:
        lines.append(line)
        if show:
            show.write(line)
    output = "".join(lines)
    if process.wait():
        done = subprocess.CompletedProcess(process.args, process.returncode, output, "")
        done.args = ["ansible-playbook", playbook]
        raise CommandFailed("ansible", done)
    return Play(output, {r["host"]: int(r["changed"]) for r in RECAP.finditer(output)})


def _inventory(groups: Mapping[str, Sequence[Host]]) -> dict[str, Any]:
    return {
        group: {"hosts": {host.name: {"ansible_host": host.address} for host in hosts}}
        for group, hosts in groups.items()
    }


def _settings(lab: Path, folder: Path) -> dict[str, str]:
    """Ansible's settings: nothing of the user's is read, nothing is written outside the lab."""
    keys = lab / "keys"
    return {
        "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
        "ANSIBLE_HOME": str(folder),
        "ANSIBLE_LOCAL_TEMP": str(folder / "tmp"),
        "ANSIBLE_ROLES_PATH": str(ROOT / "roles"),
        "ANSIBLE_REMOTE_USER": "root",
        "ANSIBLE_PRIVATE_KEY_FILE": str(keys / "login"),
        "ANSIBLE_SSH_ARGS": (
            f"-F /dev/null -o UserKnownHostsFile={keys / 'known_hosts'} "
            "-o StrictHostKeyChecking=yes -o ControlMaster=auto -o ControlPersist=60s"
        ),
        "ANSIBLE_SSH_CONTROL_PATH_DIR": str(lab / "ssh"),
        "ANSIBLE_PIPELINING": "true",
        "ANSIBLE_RETRY_FILES_ENABLED": "false",
        "ANSIBLE_PYTHON_INTERPRETER": "/usr/bin/python3",
        "ANSIBLE_NOCOLOR": "true",
        "ANSIBLE_DEPRECATION_WARNINGS": "false",
        "TMPDIR": str(folder),
        "LC_ALL": "C.UTF-8",
    }
