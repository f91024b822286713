"""The command line tool `kea-runscript`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from kea_runscript.arguments import parser
from kea_runscript.check import check
from kea_runscript.fire import FiringError, fire, stream


def main() -> None:
    """Do what the command line says, and exit."""
    arguments = parser().parse_args()
    try:
        code = _check(arguments) if arguments.run == "check" else _fire(arguments)
    except FiringError as error:
        print(f"kea-runscript: {error}", file=sys.stderr)
        code = 64
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


def _check(given: argparse.Namespace) -> int:
    return check(given.configuration, given.family)


def _fire(given: argparse.Namespace) -> int:
    if given.stream:
        return stream(given.words)
    parameters = {"timeout": given.timeout}
    if given.socket:
        return fire(
            {**parameters, "socket": str(given.socket.absolute())}, given.words, given.runner
        )
    if not given.words:
        raise FiringError("name a script, or --socket PATH, or --stream")
    script = str(Path(given.words[0]).absolute())
    return fire({**parameters, "script": script, "mode": given.mode}, given.words[1:], given.runner)
