"""What a script was told, kept as it came: each run's whole environment in a file of its own."""

from collections.abc import Callable
from dataclasses import dataclass

from kit.lab import Host
from kit.lab.kea import DATA, SCRIPTS

SCRIPT = f"{SCRIPTS}/keep"
FOLDER = f"{DATA}/calls"
RECORD = f"""#!/bin/sh
# Neither the shell nor another program may change what is in it.
[ -d {FOLDER} ] || mkdir -p {FOLDER}
cat /proc/$$/environ >{FOLDER}/.$$ && mv {FOLDER}/.$$ {FOLDER}/$1.$$
"""


@dataclass(frozen=True)
class Call:
    """One run of the script.

    point: its argument, the hook point.
    told: the variables of the contract.
    others: all other variables.
    """

    point: str
    told: dict[str, str]
    others: dict[str, str]


class Calls:
    """All runs on a host so far; Kea's start forgets them."""

    def __init__(self, host: Host):
        self._host = host
        self._known: dict[str, Call] = {}
        host.write(SCRIPT, RECORD, 0o755)

    def __call__(self) -> list[Call]:
        """The runs, in the order in which they were seen."""
        folder = self._host.inside(FOLDER)
        # Not those with a dot in front: they are being written, and renamed any moment.
        new = {f.name: f for f in folder.glob("[!.]*") if f.name not in self._known}
        for name, file in sorted(new.items(), key=lambda item: item[1].stat().st_mtime_ns):
            self._known[name] = _call(name.partition(".")[0], file.read_bytes())
        return list(self._known.values())

    def wait_for(self, what: str, wanted: Callable[[Call], bool]) -> Call:
        """The first run, past or to come, of which `wanted` is true; TimeoutError names `what`."""
        probe = lambda: next(filter(wanted, self()), None)  # noqa: E731
        return self._host.wait_for(probe, f"the script is told of {what}")


def _call(point: str, environment: bytes) -> Call:
    entries = environment.decode(errors="surrogateescape").split("\0")[:-1]
    found = dict(entry.split("=", 1) for entry in entries)
    assert len(found) == len(entries), f"a variable comes twice: {entries}"
    told = {name: value for name, value in found.items() if name.startswith("KEA_")}
    return Call(point, told, {n: v for n, v in found.items() if n not in told})
