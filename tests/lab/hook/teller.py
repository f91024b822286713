"""A worker that writes down what it is told, and that hangs when it is to."""

from dataclasses import dataclass
from typing import Any

from kit.lab import Host
from kit.lab.kea import DATA, SCRIPTS, Kea

TOLD = f"{DATA}/told"
HANG = f"{DATA}/hang"
SCRIPT = f"{SCRIPTS}/tell"
WORKER = f"""#!/bin/sh
# Writes down each event, and does not answer while the file `hang` names it.
exec 3<&0 4>&1 </dev/null >&2
while IFS= read -r line <&3; do
    case $line in
    EVENT=*) line=${{line#*=}} id=${{line%% *}} event=${{line#* }} ;;
    KEA_LEASE?_ADDRESS=?* | KEA_LEASE?_INTERFACE=?* | KEA_LEASE?_NEXT_HOP=?* | KEA_REPLAY_*=?*)
        event="$event ${{line#*=}}" ;;
    '')
        [ -n "$id" ] || continue
        echo "$event" >>{TOLD}
        while read -r hang 2>/dev/null <{HANG} && [ "${{event%% *}}" = "$hang" ]; do
            sleep 0.02
        done
        echo "done $id 0" >&4
        id= ;;
    esac
done
"""


@dataclass(frozen=True)
class Told:
    """A whole replay.

    leases: what was told of each, sorted: its address, interface and next hop.
    count: how many leases `replay_end` speaks of.
    """

    leases: list[str]
    count: int


class Teller:
    """The worker on a host, as one of a server's entries."""

    def __init__(self, host: Host):
        self._host = host
        host.write(SCRIPT, WORKER, 0o755)

    def parameters(self, *hook_points: str, **others: Any) -> dict[str, Any]:
        """Those of its entry; `_` for `-`."""
        given = {name.replace("_", "-"): value for name, value in others.items()}
        return {"script": SCRIPT, "mode": "worker", "hook-points": [*hook_points], **given}

    def hang(self, point: str) -> None:
        """Hang at this hook point, or at none; it must be set anew after Kea.start()."""
        self._host.write(HANG, f"{point}\n")

    def kill(self) -> None:
        """Kill it, but not the runner."""
        self._host.run(["pkill", "-KILL", "-f", f"^/bin/sh {SCRIPT}"])

    def told(self) -> list[str]:
        """Each event: the hook point and what it says."""
        file = self._host.inside(TOLD)
        return file.read_text().splitlines() if file.exists() else []

    def replays(self) -> list[Told]:
        """The replays that came to their end."""
        whole, leases = [], []
        for line in self.told():
            point, _, rest = line.partition(" ")
            if point == "replay_begin":
                leases = []
            elif point.endswith("_replay"):
                leases.append(rest)
            elif point == "replay_end":
                whole.append(Told(sorted(leases), int(rest)))
        return whole

    def wait_for_replays(self, count: int) -> Told:
        """The last replay, when there have been so many."""
        what = f"{count} whole replays"
        self._host.wait_for(lambda: len(self.replays()) >= count, what)
        assert len(self.replays()) == count
        return self.replays()[-1]


def restart(kea: Kea) -> None:
    """End a server and start it again, with the leases that it has."""
    kea.stop()
    kea.host.run(["systemctl", "start", kea.unit])
