"""A host whose Kea moves from its own suite to backports, by one variable."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kit import package, repository, server, signing, targets
from kit.customer import customer
from kit.lab import Lab
from kit.repository import apt
from kit.server import Server
from tests.packaging import newer

pytestmark = pytest.mark.thorough
OLD, NEW = "trixie", "trixie-backports"
ARCHIVE = "debian"
PIN = f"Package: *\nPin: release n={NEW}\nPin-Priority: 100\n"
"""What Debian's own says of itself: nothing comes from there that nobody has asked for."""


@pytest.fixture
def kea(as_root: None, tmp_path: Path) -> Iterator[Server]:
    """A bare host that knows Debian's suite and its backports, and our repository for both."""
    old, new = targets.named(OLD), targets.named(NEW)
    ours = {(OLD, target.track): package.packages(target) for target in (old, new)}
    debian = {(OLD, ARCHIVE): newer.debian(old), (NEW, ARCHIVE): newer.debian(new)}
    repository.make({**ours, **debian}, tmp_path, signing.key())
    with Lab() as lab:
        kea = server.boot(lab, old, tmp_path)
        kea.host.put(tmp_path / repository.KEY_FILE, apt.KEY_THERE)
        for suite in (OLD, NEW):
            name = f"{suite}-{ARCHIVE}.sources"
            sources = (tmp_path / name).read_text()
            address = kea.variables[f"{server.PREFIX}repository_url"]
            there = sources.replace("https://repository.example/", address)
            kea.host.write(f"/etc/apt/sources.list.d/{name}", there)
        kea.host.write("/etc/apt/preferences.d/not-automatic", PIN)
        yield kea


def test_kea_comes_from_backports_where_the_component_does(kea: Server) -> None:
    kea.play()
    assert release(kea) == targets.kea_release(targets.named(OLD))
    kea.play(repository_component="backports", upgrade=True)
    assert release(kea) == targets.kea_release(targets.named(NEW))
    who = customer(kea, "moved", 4)
    with kea.host.watch_routes() as watch:
        assert who.lead(watch.wait_for(who.lease())) > 0
    again = kea.play(repository_component="backports")
    assert again.changed == {kea.host.name: 0}


def release(kea: Server) -> str:
    """The Kea that is installed."""
    return kea.shell("kea-dhcp4 -v").strip()
