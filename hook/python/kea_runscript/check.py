"""`kea-runscript check`: what the hook will say to a configuration, before Kea asks it."""

from __future__ import annotations

import sys
from pathlib import Path

from kea_runscript import configuration
from kea_runscript._core import Config, ConfigError, HookPoint, check_script, parse_config
from kea_runscript.configuration import LIBRARY, ConfigurationError

WAITING = {"parks": "parked", "blocks": "its thread blocks", "never": "no"}
FAILURE = "a failure"


def check(path: Path, family: int | None) -> int:
    """Show what the hook makes of its parameters in a configuration of Kea's.

    family: 4 or 6, for a file that does not say.
    Returns the exit code: 0, or 1 with the reasons on standard error.
    """
    try:
        found = configuration.stanzas(configuration.read(path), family)
    except ConfigurationError as error:
        return _refuse(str(error))
    if not found:
        return _refuse(f"{path}: the library {LIBRARY} is not in it")
    refused = 0
    for known, parameters in found:
        try:
            entries = parse_config(parameters, known)
        except ConfigError as error:
            refused += _refuse(f"{path}: {error}")
            continue
        for config in entries:
            _show(config)
            if config.script and (reason := check_script(config.script)):
                refused += _refuse(f"{path}: {config.name}: {reason}")
    return min(refused, 1)


def _show(config: Config) -> None:
    print(f"{config.name}: {config.mode}, {config.script or config.socket}")
    print(f"  at most {config.max_parallel} at once; timeout {config.timeout} ms")
    endings = [*map(str, config.exit_codes), FAILURE]
    rows = [["hook point", "the packet waits", *(f"exit code {e}" for e in endings[:-1]), FAILURE]]
    for point in config.hook_points:
        waits = WAITING[point.waiting] if config.wait else "no"
        verdicts = [*config.exit_codes.values(), config.on_failure]
        rows.append([point.name, waits, *(_acts(verdict, point, waits) for verdict in verdicts)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print(f"  {'  '.join(cells).rstrip()}")


def _acts(verdict: str, point: HookPoint, waits: str) -> str:
    """What a verdict does at a hook point: the strictest that Kea honours there, up to it."""
    if waits == "no" or verdict == "continue":
        return "continue"
    if verdict == "drop" and point.honours_drop:
        return "drop"
    return "skip" if point.honours_skip else "continue"


def _refuse(reason: str) -> int:
    print(reason, file=sys.stderr)
    return 1
