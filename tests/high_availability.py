"""What makes two servers a pair, and in which state such a pair is."""

from collections.abc import Mapping
from typing import Any

from kit.lab.daemon import Daemon

HEARTBEAT, RESPONSE = 0.5, 2.0
"""Seconds from one question to the partner to the next, and until one without answer is down."""


def high_availability(
    hooks_dir: str, name: str, mode: str, urls: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The libraries of the server `name`.

    mode: hot-standby or load-balancing.
    urls: where the servers hear each other, by name; the primary first.
    """
    roles = ("primary", "standby" if mode == "hot-standby" else "secondary")
    pair = {
        "this-server-name": name,
        "mode": mode,
        "heartbeat-delay": int(HEARTBEAT * 1000),
        "max-response-delay": int(RESPONSE * 1000),
        "max-unacked-clients": 0,
        "peers": [
            {"name": peer, "url": url, "role": role}
            for (peer, url), role in zip(urls.items(), roles, strict=True)
        ],
    }
    return [
        {"library": f"{hooks_dir}/libdhcp_lease_cmds.so"},
        {
            "library": f"{hooks_dir}/libdhcp_ha.so",
            "parameters": {"high-availability": [pair]},
        },
    ]


def wait_for_state(kea: Daemon, wanted: str) -> None:
    """Wait until a server of a pair is in a state of HA's."""

    def state() -> str:
        try:
            arguments = kea.control("status-get")["arguments"]
        except OSError:
            return "not there yet"
        return arguments["high-availability"][0]["ha-servers"]["local"]["state"]

    kea.host.wait_for(lambda: state() == wanted, f"{kea.host.name} is {wanted}", 30)
