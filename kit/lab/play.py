"""Ansible, over ssh, from within a lab."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kit.lab import ssh
from kit.lab.host import Host
from kit.lab.machine import CommandFailed
from kit.paths import ROOT

if TYPE_CHECKING:
    from kit.lab.lab import Lab

RECAP = re.compile(r"^(?P<host>\S+)\s+: ok=(?P<ok>\d+)\s+changed=(?P<changed>\d+)", re.MULTILINE)


@dataclass(frozen=True)
class Controller:
    """Whose Ansible runs a playbook, and where it finds roles and collections.

    programs: the folder with ansible-playbook.
    settings: Ansible's, as environment variables.
    """

    programs: Path
    settings: Mapping[str, str]


OURS = Controller(Path(sys.executable).parent, {"ANSIBLE_ROLES_PATH": str(ROOT / "roles")})
"""This checkout's Ansible, with the role as it is here."""


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
    controller: Controller,
) -> Play:
    """Run a playbook; CommandFailed with its output when it fails."""
    folder = lab.folder / "ansible"
    folder.mkdir(exist_ok=True)
    (folder / "ansible.cfg").touch()
    inventory = folder / "inventory.json"
    inventory.write_text(json.dumps(_inventory(groups)))
    done = subprocess.run(
        lab.command(
            [
                str(controller.programs / "ansible-playbook"),
                f"--inventory={inventory}",
                f"--extra-vars={json.dumps(extra_vars)}",
                *options,
                str(playbook),
            ]
        ),
        env={**os.environ, **_settings(lab.folder, folder), **controller.settings},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        done.args = ["ansible-playbook", playbook]
        raise CommandFailed("ansible", done)
    changed = {row["host"]: int(row["changed"]) for row in RECAP.finditer(done.stdout)}
    return Play(done.stdout, changed)


def _inventory(groups: Mapping[str, Sequence[Host]]) -> dict[str, Any]:
    return {
        group: {"hosts": {host.name: {"ansible_host": host.address} for host in hosts}}
        for group, hosts in groups.items()
    }


def _settings(lab: Path, folder: Path) -> dict[str, str]:
    """Ansible's settings: nothing of the user's is read, nothing is written outside the lab."""
    return {
        "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
        "ANSIBLE_HOME": str(folder),
        "ANSIBLE_LOCAL_TEMP": str(folder / "tmp"),
        "ANSIBLE_REMOTE_USER": "root",
        "ANSIBLE_SSH_ARGS": shlex.join(ssh.options(lab)),
        "ANSIBLE_PIPELINING": "true",
        "ANSIBLE_RETRY_FILES_ENABLED": "false",
        "ANSIBLE_PYTHON_INTERPRETER": "/usr/bin/python3",
        "ANSIBLE_NOCOLOR": "true",
        "ANSIBLE_DEPRECATION_WARNINGS": "false",
        "TMPDIR": str(folder),
        "LC_ALL": "C.UTF-8",
    }
