"""What is compared: Kea alone, and Kea with one library or another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SCRIPTS = "/etc/kea-runscript/scripts"
OURS = "kea-hook-runscript.so"
NOTHING = "bench-nothing.so"
ISC = "libdhcp_run_script.so"

SIX = [
    *("KEA_LEASE4_CHANGE", "KEA_LEASE4_ADDRESS", "KEA_LEASE4_HWADDR", "KEA_LEASE4_HOSTNAME"),
    *("KEA_LEASE4_INTERFACE", "KEA_LEASE4_NEXT_HOP"),
]

BARE, BARE_SINGLE = "bare", "bare-st"


@dataclass(frozen=True)
class Arm:
    """One way to run the server.

    name: for the command line and the table.
    about: what it is, in a few words.
    share: of the bare server's capacity, what it may have: where the search for it starts.
    threads: Kea's multi-threading.
    library: the hook library's file name, "" for none.
    parameters: the library's.
    """

    name: str
    about: str
    share: float
    threads: bool = True
    library: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def base(self) -> str:
        """The arm it is compared with: the bare server in the same threading mode."""
        return BARE if self.threads else BARE_SINGLE


def ours(
    name: str, about: str, share: float, script: str, threads: bool = True, **more: Any
) -> Arm:
    """Our library as it is judged: the ACK waits for the script, and there is none without it."""
    parameters = {
        "script": f"{SCRIPTS}/{script}",
        "hook-points": ["leases4_committed"],
        "wait": True,
        "on-failure": "drop",
        **{key.replace("_", "-"): value for key, value in more.items()},
    }
    return Arm(name, about, share, threads, OURS, parameters)


def _isc(name: str, about: str, share: float, threads: bool) -> Arm:
    return Arm(name, about, share, threads, ISC, {"name": f"{SCRIPTS}/empty", "sync": False})


ARMS: dict[str, Arm] = {
    arm.name: arm
    for arm in (
        Arm(BARE, "Kea alone, multi-threaded as by default", 1),
        Arm(
            "nothing", "a library that registers leases4_committed and returns", 0.9, True, NOTHING
        ),
        ours(
            "filtered",
            "registered, but no lease is of the wanted subnet",
            0.9,
            "empty",
            subnets=[9],
        ),
        ours("worker-c", "C++, all variables", 0.75, "worker-c", mode="worker"),
        ours("worker-c-six", "C++, six variables", 0.8, "worker-c", mode="worker", fields=SIX),
        ours("worker-sdk", "Python with the SDK", 0.7, "worker-sdk", mode="worker"),
        ours(
            "worker-python", "Python from protocol.md alone", 0.65, "worker-python", mode="worker"
        ),
        ours("worker-awk", "awk", 0.65, "worker-awk", mode="worker"),
        ours(
            "worker-sh",
            "sh, six variables, no subshell",
            0.4,
            "worker-sh",
            mode="worker",
            fields=SIX,
        ),
        ours(
            "worker-sh-sub",
            "protocol.md's loop in sh, six variables",
            0.23,
            "worker-sh-sub",
            mode="worker",
            fields=SIX,
        ),
        ours("exec", "an empty sh script for each lease", 0.17, "empty"),
        ours("exec-10ms", "a script that sleeps 10 ms", 0.05, "sleep"),
        _isc("isc", "ISC's run_script, an empty sh script, nobody waits", 0.08, True),
        Arm(BARE_SINGLE, "Kea alone, single-threaded", 1, False),
        ours("exec-st", "an empty sh script for each lease, single-threaded", 0.17, "empty", False),
        _isc("isc-st", "ISC's run_script, an empty sh script, single-threaded", 0.1, False),
        Arm(
            "drop-in-st",
            "script and wait alone, as the older hook, single-threaded",
            0.03,
            False,
            OURS,
            {"script": f"{SCRIPTS}/empty", "wait": True},
        ),
    )
}
