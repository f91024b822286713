"""`kea-runscript fire`: a script or a worker, run with a made-up event, without any server."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kea_runscript._core import (
    ConfigError,
    Engine,
    HookPoint,
    check_script,
    drain_frame,
    event_frame,
    find_hook_point,
    hello_frame,
    hook_points,
    parse_config,
)
from kea_runscript.arguments import DEFAULT_POINT
from kea_runscript.examples import EXAMPLES

KEA = "0.0.0"
"""The release of Kea that is told to workers: there is none."""
UNREMARKABLE = ("runner-started", "socket-connected", "peer-ended")
LAST_WORDS = 2000
"""How long, in milliseconds, a worker may take to end."""


class FiringError(Exception):
    """What is wrong with the command line, or what could not be started."""


def event(words: Sequence[str]) -> tuple[HookPoint, dict[str, str]]:
    """The hook point and the variables that the words of a command line ask for.

    Raises FiringError for a word that is neither, and for a second hook point.
    """
    given = dict(word.split("=", 1) for word in words if "=" in word)
    names = [word for word in words if "=" not in word] or [DEFAULT_POINT]
    point = find_hook_point(names[0])
    if point is None or len(names) > 1:
        names_of_both = (known.name for family in (4, 6) for known in hook_points(family))
        known = ", ".join(dict.fromkeys(names_of_both))
        wrong = names[-1]
        raise FiringError(f"{wrong}: give one hook point and NAME=VALUE; hook points are: {known}")
    return point, {**{name: EXAMPLES[name] for name in point.variables}, **given}


def _family(point: HookPoint) -> int:
    return point.family or 4


def _asking_for(point: HookPoint) -> dict[str, Any]:
    """The parameters with which the hook has events of this hook point."""
    return {"replay": True} if point.origin == "replay" else {"hook-points": [point.name]}


def stream(words: Sequence[str]) -> int:
    """Write to standard output what a worker would read; returns the exit code, 0."""
    point, variables = event(words)
    frames = (
        hello_frame(entry="fire", kea=KEA, family=_family(point), window=1, mode="worker"),
        event_frame(1, point.name, variables),
        drain_frame(LAST_WORDS),
    )
    for frame in frames:
        sys.stdout.buffer.write(frame)
    return 0


def fire(parameters: dict[str, Any], words: Sequence[str], runner: str) -> int:
    """Run what the hook's parameters say with one event, and show what happens.

    Returns the exit code: 0, or 1 if the event has failed.
    """
    point, variables = event(words)
    try:
        (config,) = parse_config({**parameters, **_asking_for(point)}, _family(point))
    except ConfigError as error:
        raise FiringError(str(error)) from error
    if not Path(runner).exists():
        raise FiringError(f"{runner}: no such file; the package kea-hook-runscript has it")
    if config.script and (reason := check_script(config.script)):
        print(f"Kea would refuse it: {reason}", file=sys.stderr)

    failed = False

    def notify(notice: str, texts: tuple[str, ...]) -> None:
        nonlocal failed
        failed = failed or notice == "event-failed"
        if notice.startswith("output"):
            print(texts[-1])
        elif notice not in UNREMARKABLE:
            print(f"{notice}: {', '.join(texts[1:])}")

    engine = Engine(config, runner, KEA, _family(point), notify)
    began = time.monotonic()
    waiter = engine.submit([(point.name, "made-up", variables)])
    verdict = engine.wait(waiter) if waiter else config.on_failure
    took = time.monotonic() - began
    engine.stop(LAST_WORDS)
    print(f"{point.name}: {verdict}, after {took * 1000:.1f} ms")
    return int(failed)
