"""What the command line of `kea-runscript` can hold. Its manual page is made of this file alone."""

from __future__ import annotations

import argparse
from pathlib import Path

RUNNER = "/usr/libexec/kea-hook-runscript/kea-runscript-runner"
DEFAULT_POINT = "leases4_committed"
DESCRIPTION = "Look at and try out what Kea's hook library kea-hook-runscript runs."
CHECK = """\
Reads a configuration of kea-dhcp4 or kea-dhcp6, with Kea's comments and inclusions, and has the
hook's own parser and its own check of files look at the hook's parameters. Shows each entry: its
hook points, whether packets wait there, and what exit codes and failures do.

The script, and each folder above it, must belong to root or to the server's user. Which user that
is, only the caller knows: run it as that user.

    sudo -u _kea kea-runscript check /etc/kea/kea-dhcp4.conf

Exit code 0: the hook accepts it. 1: it does not; its message is on standard error.
"""
FIRE = f"""\
Runs a script or a worker as Kea would, with one made-up event, through the hook's own engine and
its runner; no server is needed. Shows what it printed, how it ended, what that does to a packet
that waits, and how long it took.

    kea-runscript fire ./script
    kea-runscript fire ./script lease4_expire KEA_LEASE4_ADDRESS=192.0.2.9
    kea-runscript fire --mode worker ./worker
    kea-runscript fire --socket /run/worker.sock
    kea-runscript fire --stream lease6_expire | ./worker

POINT is the hook point, {DEFAULT_POINT} if it is not given. All its variables have the values of
the reference's examples; NAME=VALUE gives one another value, or adds one. Octets that are no UTF-8
are passed on as they are.

--stream writes what a worker would read instead: the beginning of the stream, the event, and DRAIN.
What comes out of the worker's other end are its answers, as in `done 1 0`.

Exit code 0: the event was handled. 1: it has failed. 64: nothing was run.
"""


def parser() -> argparse.ArgumentParser:
    """Reads a command line into `run`, the name of a command, and that command's arguments."""
    whole = argparse.ArgumentParser("kea-runscript", description=DESCRIPTION)
    commands = whole.add_subparsers(required=True, metavar="COMMAND", dest="run")

    def command(name: str, usage: str, summary: str, text: str) -> argparse.ArgumentParser:
        return commands.add_parser(
            name,
            usage=f"kea-runscript {name} {usage}",
            help=summary,
            description=text,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )

    checking = command(
        "check", "[--family 4|6] CONFIG", "what the hook says to a configuration", CHECK
    )
    checking.add_argument("configuration", metavar="CONFIG", type=Path, help="the file")
    checking.add_argument(
        "--family",
        type=int,
        choices=(4, 6),
        help="for a file that holds only the hooks-libraries, or one of them",
    )

    usage = "[OPTION...] SCRIPT|--socket PATH|--stream [POINT] [NAME=VALUE...]"
    firing = command("fire", usage, "run a script or a worker with a made-up event", FIRE)
    firing.add_argument("words", nargs="*", help=argparse.SUPPRESS)
    firing.add_argument(
        "--mode", choices=("exec", "worker"), default="exec", help="what SCRIPT is; exec"
    )
    firing.add_argument("--socket", type=Path, metavar="PATH", help="of a worker that runs already")
    firing.add_argument("--stream", action="store_true", help="write what a worker would read")
    firing.add_argument(
        "--timeout", type=int, default=3000, metavar="MS", help="as the parameter; 3000"
    )
    firing.add_argument("--runner", default=RUNNER, metavar="PATH", help=f"instead of {RUNNER}")
    return whole
