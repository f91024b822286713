"""A Kea server on a host, run by its own unit, with the hook as it was built: without our package
and without the role.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kit import build
from kit.errors import Problem
from kit.lab.daemon import Daemon
from kit.lab.host import Host
from kit.targets import Target

SCRIPTS = "/etc/kea-runscript/scripts"
LIBRARY = "kea-hook-runscript.so"
DATA = "/var/lib/kea"
"""Where Kea and its scripts may write."""


class KeaFailed(Problem):
    """Kea has not started; the message is its log."""


def put_hook(host: Host, target: Target) -> None:
    """Copy what is installed of the hook to a host that has the target's Kea."""
    _put_all(host, build.build(target))


def put_python(host: Host, target: Target) -> None:
    """Copy what is installed of the Python package to a host of the target's suite."""
    _put_all(host, build.build(target).with_name("python"))


def _put_all(host: Host, stage: Path) -> None:
    for file in filter(Path.is_file, stage.rglob("*")):
        host.put(file, f"/{file.relative_to(stage)}", file.stat().st_mode & 0o777)


class Kea(Daemon):
    """A server that tests start in one configuration after another.

    hooks_dir: where it loads libraries from.
    settings: Kea's settings for all its configurations, as `configure` takes them.
    """

    def __init__(self, host: Host, family: int, hooks_dir: str, **settings: Any):
        super().__init__(host, family)
        self._settings = settings
        self._library = f"{hooks_dir}/{LIBRARY}"
        self._log = f"/var/log/kea/kea-dhcp{family}.log"

    def configure(self, parameters: Mapping[str, Any], **settings: Any) -> None:
        """Write a configuration: the hook's parameters; Kea's other settings, `_` for `-`.

        multi_threading: True or False; without it, the release's own default.
        beside: libraries that are loaded after the hook, each its path, or as Kea has it.
        """
        settings = {**self._settings, **settings}
        given = {name.replace("_", "-"): value for name, value in settings.items()}
        if (threads := given.pop("multi-threading", None)) is not None:
            given["multi-threading"] = {"enable-multi-threading": threads}
        beside = [
            {"library": library} if isinstance(library, str) else library
            for library in given.pop("beside", ())
        ]
        configuration = {
            "interfaces-config": {"interfaces": ["eth1"]},
            "control-socket": {"socket-type": "unix", "socket-name": self.socket},
            # Its clean-up is the one program that Kea itself starts.
            "lease-database": {"type": "memfile", "lfc-interval": 0},
            "hooks-libraries": [
                {"library": self._library, "parameters": dict(parameters)},
                *beside,
            ],
            "loggers": [
                {
                    "name": f"kea-dhcp{self.family}",
                    "severity": "INFO",
                    "output_options": [
                        {"output": output, "pattern": "%-5p %m\n"}
                        # The journal is for people: it may get the last lines late.
                        for output in (self._log, "stdout")
                    ],
                }
            ],
            **given,
        }
        self.host.write(self.file, json.dumps({f"Dhcp{self.family}": configuration}))

    def start(self, parameters: Mapping[str, Any], **settings: Any) -> None:
        """Start anew without any lease, and wait until it serves; KeaFailed if it ends instead.

        The arguments are those of `configure`.
        """
        self.configure(parameters, **settings)
        self.stop()
        self.host.run(["sh", "-c", f"rm -rf {DATA}/* {self._log}*"])
        self.start_again()

    def start_again(self, timeout: float = 15) -> None:
        """Start it with the leases that it has, and wait until it serves, for at most `timeout`
        seconds; KeaFailed if it ends instead.
        """
        text = f"DHCP{self.family}_STARTED"
        before = self.log().count(text)
        self.host.run(["sh", "-c", f"systemctl reset-failed; systemctl start {self.unit}"])

        def started() -> bool:
            if not self.pid:
                raise KeaFailed(self.log())
            return self.log().count(text) > before

        self.host.wait_for(started, f"{self.unit} serves", timeout)

    def kill(self) -> None:
        """Kill it with all that it has started, and wait until it is dead."""
        self.host.run(["systemctl", "kill", "--signal=KILL", self.unit])
        self.host.wait_for(lambda: not self.pid, f"{self.unit} is dead")

    def stop(self) -> None:
        """End it, as systemd does."""
        self.host.run(["systemctl", "stop", self.unit])

    def log(self) -> str:
        """All that it has logged since its start."""
        log = self.host.inside(self._log)
        return log.read_text(errors="replace") if log.exists() else ""

    def wait_for_log(self, text: str, times: int = 1, timeout: float = 15) -> str:
        """Wait until its log has `text` so often; returns the log."""

        def probe() -> str:
            log = self.log()
            return log if log.count(text) >= times else ""

        return self.host.wait_for(probe, f"{text!r} in the log of {self.unit}", timeout)
