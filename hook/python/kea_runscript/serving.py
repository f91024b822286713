"""What runs a handler: finds out how the file was started, and feeds it its events."""

from __future__ import annotations

import os
import socket
import stat
import sys
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from kea_runscript._core import Event, Stream, VersionRefused, exit_code, find_hook_point

Handler = Callable[[Event], int | None]
"""Returns None for success, else an exit code from 0 to 255. An exception is code 1."""

USAGE = 64
VERSION_REFUSED = 78
FIRST_PASSED = 3
"""The first descriptor that systemd passes on."""


def serve(handler: Handler, *, threads: int = 1, connection: socket.socket | None = None) -> None:
    """Call `handler` for each event, until there are no more.

    How the events come is found out: in `exec` mode there is one, in the environment; in `worker`
    mode they come on standard input; in `socket` mode from the socket that systemd has passed
    (a listening one, or with Accept=yes a connected one), or from `connection`.

    threads: how many events are handled at once. With 1, the handler is never called before its
        last call has ended, also when several servers are connected. Events of one lease never
        overlap.
    connection: an open unix stream socket, listening or connected.

    Prints go to standard error, which ends up in Kea's log. Returns at the end of the stream,
    after a listening socket never. Ends the process in `exec` mode, with the exit code; with 78
    where the stream is of a version that this package does not know; with 64 where nothing of all
    that is there.
    """
    sys.stdout = sys.stderr
    connection = connection or _passed_socket()
    if connection:
        _serve_socket(handler, threads, connection)
    elif find_hook_point(sys.argv[1] if len(sys.argv) > 1 else ""):
        sys.exit(_run_once(handler, sys.argv[1]))
    elif _is_stream(0):
        _serve_stream(handler, threads, *_take_standard_streams())
    else:
        print(
            f"{sys.argv[0]} handles events of Kea's. Kea starts it; to try it by hand:\n"
            f"  kea-runscript fire {sys.argv[0]}\n"
            f"  kea-runscript fire --stream | {sys.argv[0]}"
        )
        sys.exit(USAGE)


def _run_once(handler: Handler, hook_point: str) -> int:
    """The one event of `exec` mode; returns the process's exit code."""
    variables = {
        os.fsdecode(name): value.decode("utf-8", "surrogateescape")
        for name, value in os.environb.items()
        if name.startswith((b"KEA_", b"TRUNCATED"))
    }
    try:
        return exit_code(handler(Event(hook_point, variables)))
    except Exception:
        traceback.print_exc()
        return 1


def _serve_stream(handler: Handler, threads: int, read: int, write: int) -> None:
    """Handle what comes on one stream; both descriptors are closed at its end."""
    stream = Stream(read, write)
    try:
        if threads == 1:
            _one_by_one(handler, stream)
        else:
            _several_at_once(handler, stream, threads)
    except VersionRefused as refused:
        print(f"{sys.argv[0]}: {refused}")
        sys.exit(VERSION_REFUSED)
    stream.flush()


def _one_by_one(handler: Handler, stream: Stream) -> None:
    for event in stream:
        try:
            stream.done(event, handler(event))
        except Exception:
            _fail(stream, event)


def _several_at_once(handler: Handler, stream: Stream, threads: int) -> None:
    def handle(event: Event) -> None:
        try:
            stream.done(event, handler(event))
        except Exception:
            _fail(stream, event)
        stream.flush()

    with ThreadPoolExecutor(threads) as pool:
        for event in stream:
            pool.submit(handle, event)


def _fail(stream: Stream, event: Event) -> None:
    """Answer for a handler that has raised: the traceback into Kea's log, and exit code 1."""
    for line in traceback.format_exc().splitlines():
        stream.log("error", event, line)
    stream.done(event, 1)


def _serve_socket(handler: Handler, threads: int, connection: socket.socket) -> None:
    if not connection.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
        _serve_stream(handler, threads, *_both_ways(connection))
        return
    busy = threading.Lock()

    def alone(event: Event) -> int | None:
        with busy:
            return handler(event)

    while True:
        # Each server, and each of its entries, has a connection of its own.
        arguments = (
            alone if threads == 1 else handler,
            threads,
            *_both_ways(connection.accept()[0]),
        )
        threading.Thread(target=_serve_stream, args=arguments, daemon=True).start()


def _both_ways(connection: socket.socket) -> tuple[int, int]:
    """Two descriptors of a connection, which itself is done with."""
    connection.setblocking(True)
    read = connection.detach()
    return read, os.dup(read)


def _passed_socket() -> socket.socket | None:
    """What systemd has passed on to this process; children shall not take it for theirs."""
    passed = os.environ.get("LISTEN_PID") == str(os.getpid())
    for name in ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"):
        os.environ.pop(name, None)
    if not passed:
        return None
    os.set_inheritable(FIRST_PASSED, False)
    return socket.socket(fileno=FIRST_PASSED)


def _take_standard_streams() -> tuple[int, int]:
    """Move the stream away from descriptors 0 and 1, where every child would find it: a stray line
    of a child's output must never be an answer.
    """
    read, write = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(2, 1)
    os.close(null)
    return read, write


def _is_stream(descriptor: int) -> bool:
    """Whether events can come here: a pipe, a socket or a file; no terminal, no /dev/null."""
    try:
        mode = os.fstat(descriptor).st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or stat.S_ISREG(mode)
