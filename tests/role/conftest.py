"""Throwaway hosts for the role: one that only knows our repository, one with Debian's archive."""

from collections.abc import Iterator

import pytest

from kit import server, targets
from kit.lab import Lab
from kit.lab.play import Play
from kit.server import Server
from kit.targets import Target
from tests.role import hosts
from tests.role.hosts import Site
from tests.thorough import every_day


@pytest.fixture(scope="session", params=every_day("trixie", among=("bookworm", "trixie")))
def bare(
    as_root: None, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A host with nothing of Kea, as the two generations of Kea have it."""
    target = targets.named(request.param)
    files = tmp_path_factory.mktemp("repository")
    server.publish(target, files)
    with Lab() as lab:
        yield server.boot(lab, target, files, "managed")


@pytest.fixture(scope="session")
def checked(bare: Server) -> tuple[Play, str, str]:
    """A run in check mode on the bare host, and what there is on it before and after."""
    look = "find /etc /usr /var/lib /run/systemd -newermt '1970-01-02' -printf '%p %s\\n' | sort"
    before = bare.shell(look)
    play = bare.play("--check", "--diff")
    return play, before, bare.shell(look)


@pytest.fixture(scope="session")
def host(bare: Server, checked: tuple[Play, str, str]) -> Server:
    """The host after its first run. A test that changes it puts it back."""
    bare.play()
    return bare


@pytest.fixture(scope="session")
def site(target: Target, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A host with Debian's archive. Each module's tests begin without anything of ours on it, and
    end so.
    """
    with Lab() as lab:
        yield hosts.boot(lab, target, tmp_path_factory.mktemp("site"))
