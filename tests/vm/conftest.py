"""A virtual machine of each stable Debian, with AppArmor as Debian has it, and the role on it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from kit import server, targets
from kit.lab import Lab
from kit.lab.vm import PACKAGES, Vm
from kit.server import Server

PLAYBOOKS = {"service": server.WITH_SERVICE, "sudo": server.PLAYBOOK}


@dataclass(frozen=True)
class Confined:
    """A server after a run of the role.

    privilege: how routes get to the kernel.
    cursor: where its journal was before that run.
    """

    server: Server
    privilege: str
    cursor: str

    @property
    def lab(self) -> Lab:
        return self.server.lab

    @property
    def vm(self) -> Vm:
        assert isinstance(self.server.host, Vm)
        return self.server.host

    def journal(self, since: str = "") -> str:
        """All that was logged since a cursor, by default since before the run."""
        return self.server.shell(
            f"journalctl --no-pager --output=cat '--after-cursor={since or self.cursor}'"
        )

    def denied(self, since: str = "") -> list[str]:
        """What AppArmor has denied."""
        return [line for line in self.journal(since).splitlines() if 'apparmor="DENIED"' in line]


def cursor(kea: Server) -> str:
    """Where the journal is now."""
    return (
        kea.shell("journalctl --lines=1 --show-cursor --output=cat").split("-- cursor: ")[1].strip()
    )


@pytest.fixture(scope="session", params=["bookworm", "trixie"])
def bare(
    as_root: None, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A virtual machine with nothing of Kea, and without sudo."""
    target = targets.named(request.param)
    root = target.root(*PACKAGES)
    files = tmp_path_factory.mktemp("repository")
    server.publish(target, files, root)
    with Lab() as lab:
        yield server.on(lab, lab.vm(root, "machine"), target, files)


@pytest.fixture(scope="module", params=PLAYBOOKS)
def kea(bare: Server, request: pytest.FixtureRequest) -> Confined:
    """The machine after its first run with each privilege. A test that changes it puts it back."""
    before = cursor(bare)
    chosen = dataclasses.replace(bare, playbook=PLAYBOOKS[request.param])
    chosen.play()
    return Confined(chosen, request.param, before)
