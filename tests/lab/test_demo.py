"""The demonstration, to its end and cut off in its middle."""

import signal
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from kit import demo as demonstration
from kit import server, targets
from kit.lab import Host, Lab
from kit.lab.routes import FIRST_CHANGES
from kit.paths import ROOT
from kit.wait import until
from tests.lab.traces import descendants, surroundings

pytestmark = pytest.mark.usefixtures("as_root")
DEMO = (str(ROOT / "inv"), "demo")


@pytest.fixture
def demo() -> Iterator[subprocess.Popen[str]]:
    """The demonstration, in a session of its own as a terminal would have it."""
    with subprocess.Popen(
        DEMO,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        yield process
        process.kill()


def test_it_tells_of_lease_script_route_and_removal_and_changes_nothing_twice() -> None:
    before = surroundings()
    ended = subprocess.run(DEMO, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    said = [line.split(maxsplit=1) for line in ended.stdout.splitlines()]
    kinds = [words[0] for words in said if words]
    assert kinds.count("lease") == kinds.count("reply") == 4
    assert sum("route  gone:" in line for line in ended.stdout.splitlines()) == 4
    assert ["result", "changed=0"] in said
    assert surroundings() == before


def test_its_playbook_is_the_role_alone() -> None:
    (play,) = yaml.safe_load(server.PLAYBOOK.read_text())
    assert set(play) == {"name", "hosts", "become", "roles"}
    assert play["roles"] == [{"role": "kea_runscript"}]


@pytest.mark.thorough
def test_nothing_but_that_playbook_sets_its_host_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the bare host has booted, it is only looked at.

    A watch of routes needs changes of its own to start with; it leaves none.
    """
    ran: set[tuple[str, ...]] = set()
    boot, run = server.boot, Host.run

    def watched_boot(*arguments: Any) -> server.Server:
        booted = boot(*arguments)
        monkeypatch.setattr(
            Host, "run", lambda host, argv, **o: (ran.add(tuple(argv)), run(host, argv, **o))[1]
        )
        monkeypatch.setattr(Host, "write", lambda host, path, *_: ran.add(("write", path)))
        return booted

    monkeypatch.setattr(server, "boot", watched_boot)
    with Lab() as lab:
        demonstration.tell(demonstration.Story(), lab, targets.for_this_machine())
    assert {argv[0] for argv in ran - set(FIRST_CHANGES)} == {"cat", "journalctl"}


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_cut_off_in_its_middle_it_leaves_nothing(
    demo: subprocess.Popen[str], end: signal.Signals
) -> None:
    before = surroundings()
    assert demo.stdout
    told = []
    for line in demo.stdout:
        told.append(line)
        if "throwaway host" in line:
            break
    else:
        pytest.fail("".join(told))
    started = until(lambda: _with_ansible(demo.pid), 20, "the playbook runs")
    demo.send_signal(end)
    assert demo.wait(timeout=30) != 0
    until(lambda: not any(path.exists() for path in started), 20, f"all of {started} are gone")
    assert surroundings() == before


def _with_ansible(pid: int) -> set:
    """All processes of the demonstration, once a playbook is among them."""
    found = descendants(pid)
    commands = [path / "cmdline" for path in found]
    running = any(b"ansible-playbook" in c.read_bytes() for c in commands if c.exists())
    return found if running else set()
