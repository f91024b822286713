"""Kea's control socket."""

from __future__ import annotations

import json
import socket
from typing import Any

from kit.lab.machine import Machine


def ask(machine: Machine, path: str, command: str, **arguments: Any) -> dict[str, Any]:
    """What a server answers to a control command.

    path: of its control socket on the machine.
    """
    request = {"command": command, **({"arguments": arguments} if arguments else {})}
    with socket.socket(socket.AF_UNIX) as control:
        control.settimeout(30)
        control.connect(str(machine.inside(path)))
        control.sendall(json.dumps(request).encode())
        answer = b"".join(iter(lambda: control.recv(65536), b""))
    return json.loads(answer)
