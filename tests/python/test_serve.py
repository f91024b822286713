"""What `serve` makes of a handler, however its file is started."""

import os
import select
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from tests.python.conftest import Start

HELLO = "HELLO=1\nENTRY=x\nKEA=2.6.3\nFAMILY=4\nWINDOW=64\nMODE=worker\n\n"
SHOW = """
from kea_runscript import serve

def handle(event):
    print(event.hook_point, ascii(event.get("KEA_LEASE4_HOSTNAME")))
    return int(event.get("KEA_CODE") or 0)

serve(handle)
"""
ON = """
import sys
from kea_runscript import serve
{code}
serve(handle{options})
"""


def event(number: int, **variables: str) -> str:
    pairs = "".join(f"KEA_{name}={value}\n" for name, value in variables.items())
    return f"EVENT={number} leases4_committed\n{pairs}\n"


def answers(process: subprocess.Popen[str], stream: str) -> tuple[list[str], str]:
    """The lines that come back, and what was printed, for a stream that ends."""
    out, printed = process.communicate(stream, timeout=20)
    return out.splitlines(), printed


def handler(code: str, options: str = "") -> str:
    return ON.format(code=code, options=options)


def read_line(process: subprocess.Popen[str]) -> str:
    """The next line of its answers, if one comes soon."""
    assert select.select([process.stdout], [], [], 10)[0], "no answer within 10 s"
    return process.stdout.readline()


def test_exec_and_worker_mode_show_a_handler_the_same(start: Start) -> None:
    raw = b"a\\b\nc\x7f\xff\\x00$(reboot)\xc3\xa4"
    sent = "a\\\\b\\x0Ac\\x7F\udcff\\x00$(reboot)ä"
    once = start(
        SHOW,
        "leases4_committed",
        env={"KEA_LEASE4_HOSTNAME": os.fsdecode(raw), "KEA_CODE": "3"},
        stdin=subprocess.DEVNULL,
        cwd="/",
    )
    out, printed = once.communicate(timeout=20)
    assert (once.returncode, out) == (3, "")
    assert printed == f"leases4_committed {os.fsdecode(raw)!a}\n"

    worker = start(SHOW, stdin=subprocess.PIPE, errors="surrogateescape")
    stream = HELLO + event(1, LEASE4_HOSTNAME=sent, CODE="3") + "DRAIN=100\n\n"
    assert answers(worker, stream) == (["done 1 3"], printed)
    assert worker.returncode == 0


def test_a_worker_skips_what_it_does_not_know(start: Start) -> None:
    worker = start(SHOW, stdin=subprocess.PIPE)
    news = "NEWS=1\nKEA_LEASE4_HOSTNAME=x\n\n"
    assert answers(worker, HELLO + news + event(7) + news)[0] == ["done 7 0"]


def test_another_version_of_the_stream_is_refused(start: Start) -> None:
    worker = start(SHOW, stdin=subprocess.PIPE)
    out, printed = answers(worker, "HELLO=2\n\n" + event(1))
    assert (worker.returncode, out) == (78, [])
    assert "version 2" in printed


@pytest.mark.parametrize("argument", [(), ("no_hook_point",)])
def test_without_events_it_says_how_to_get_some(start: Start, argument: tuple[str, ...]) -> None:
    by_hand = start(SHOW, *argument, stdin=subprocess.DEVNULL)
    _, printed = by_hand.communicate(timeout=20)
    assert by_hand.returncode == 64
    assert "kea-runscript fire" in printed


@pytest.mark.parametrize("options", ["", ", threads=3"], ids=["one", "several"])
def test_a_handler_that_raises_has_failed_and_is_called_again(start: Start, options: str) -> None:
    code = """
def handle(event):
    if event["KEA_CODE"] == "raise":
        raise RuntimeError("cannot do it")
    return {"none": None, "true": True, "big": 256, "one": 1}[event["KEA_CODE"]]
"""
    worker = start(handler(code, options), stdin=subprocess.PIPE)
    stream = "".join(
        event(n, CODE=case) for n, case in enumerate(("raise", "none", "true", "big", "one"), 1)
    )
    out, printed = answers(worker, HELLO + stream)
    done = {line for line in out if line.startswith("done ")}
    assert done == {"done 1 1", "done 2 0", "done 3 1", "done 4 1", "done 5 1"}
    assert "log error 1 RuntimeError: cannot do it" in out
    assert any(line.startswith("log error 3 ValueError: the handler returned True") for line in out)
    assert not [line for line in out if line not in done and not line.startswith("log error ")]
    assert printed == ""


def test_a_child_can_neither_read_events_nor_answer_them(start: Start) -> None:
    code = """
import os
def handle(event):
    os.system("cat; echo done 2 0; ls -l /proc/self/fd >&2")
"""
    worker = start(handler(code), stdin=subprocess.PIPE)
    out, printed = answers(worker, HELLO + event(1) + event(2))
    assert out == ["done 1 0", "done 2 0"]
    assert printed.count("done 2 0\n") == 2
    opened = {line.split(" -> ")[0].split()[-1] for line in printed.splitlines() if " -> " in line}
    assert opened == {"0", "1", "2", "3"}  # 3 is what ls itself reads


@pytest.mark.parametrize("options", ["", ", threads=2"], ids=["one", "several"])
def test_an_answer_does_not_wait_for_the_next_event(start: Start, options: str) -> None:
    """However long that one takes, and though both came at once."""
    code = """
def handle(event):
    if event.id == 2:
        signal.pause()
"""
    worker = start(handler("import signal\n" + code, options), stdin=subprocess.PIPE)
    worker.stdin.write(HELLO + event(1) + event(2))
    worker.stdin.flush()
    assert read_line(worker) == "done 1 0\n"


def test_threads_handle_events_at_once(start: Start) -> None:
    code = """
from threading import Barrier
together = Barrier(3)
def handle(event):
    together.wait(10)
"""
    worker = start(handler(code, ", threads=3"), stdin=subprocess.PIPE)
    out, _ = answers(worker, HELLO + event(1) + event(2) + event(3))
    assert sorted(out) == ["done 1 0", "done 2 0", "done 3 0"]


def test_the_event_knows_what_it_is(start: Start) -> None:
    code = """
def handle(event):
    print(event, event.id, event.hook_point, event.retry, event.waited_for, dict(event))
"""
    worker = start(handler(code), stdin=subprocess.PIPE)
    marked = "EVENT=7 lease4_expire\nRETRY=1\nWAIT=1\nKEA_A=1\nKEA_B=\n\n"
    _, printed = answers(worker, HELLO + marked + "EVENT=8 lease4_expire\n\n")
    assert printed.splitlines() == [
        "<Event 7 lease4_expire> 7 lease4_expire True True {'KEA_A': '1', 'KEA_B': ''}",
        "<Event 8 lease4_expire> 8 lease4_expire False False {}",
    ]


def talk(path: Path | socket.socket, number: int) -> list[str]:
    """Be a hook that has one event for a service behind a socket."""
    with socket.socket(socket.AF_UNIX) as hook:
        hook.settimeout(10)
        hook.connect(str(path))
        hook.sendall((HELLO + event(number)).encode())
        hook.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: hook.recv(4096), b"")).decode().splitlines()


def test_a_socket_that_systemd_passes_on_is_served_for_ever(start: Start, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
        listener.listen()
        code = handler("def handle(event): print(event.id)")
        # Only the process itself knows its number; a shell between it and us does as well.
        shell = f"""
import os, sys
os.dup2({listener.fileno()}, 3)
os.environ |= {{"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1"}}
exec({code!r})
"""
        service = start(shell, pass_fds=(listener.fileno(),), stdin=subprocess.DEVNULL)
    assert talk(tmp_path / "socket", 1) == ["done 1 0"]
    assert talk(tmp_path / "socket", 2) == ["done 2 0"]
    assert service.poll() is None
    service.send_signal(signal.SIGTERM)
    assert service.wait(10) == -signal.SIGTERM


def test_a_connected_socket_is_served_to_its_end(start: Start) -> None:
    here, there = socket.socketpair()
    with here, there:
        options = f", connection=socket.socket(fileno={there.fileno()})"
        code = "import socket\ndef handle(event): print(event.id)"
        service = start(
            handler(code, options), pass_fds=(there.fileno(),), stdin=subprocess.DEVNULL
        )
        there.close()
        here.sendall((HELLO + event(1)).encode())
        here.settimeout(10)
        assert here.recv(4096) == b"done 1 0\n"
        here.close()
        assert service.wait(10) == 0
