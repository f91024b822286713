"""A host whose Kea moves from its own suite to backports, by one variable."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kit import server, targets
from kit.customer import customer
from kit.lab import Lab
from kit.lab.daemon import Daemon
from kit.server import Server
from tests import backports
from tests.backports import DEBIAN, NEW, OLD

pytestmark = pytest.mark.thorough


@pytest.fixture
def kea(as_root: None, tmp_path: Path) -> Iterator[Server]:
    """A bare host that knows Debian's suite and its backports, and our repository for both."""
    published = backports.publish(tmp_path)
    with Lab() as lab:
        kea = server.boot(lab, targets.named(OLD), published)
        url = kea.variables[f"{server.PREFIX}repository_url"]
        backports.arrive(kea.host, published, url, f"{OLD}-{DEBIAN}", f"{NEW}-{DEBIAN}")
        yield kea


def test_kea_comes_from_backports_where_the_component_does(kea: Server) -> None:
    kea.play()
    assert releases(kea) == {targets.kea_release(targets.named(OLD))}
    kea.play(repository_component="backports", upgrade=True)
    assert releases(kea) == {targets.kea_release(targets.named(NEW))}
    who = customer(kea, "moved", 4)
    with kea.host.watch_routes() as watch:
        assert who.lead(watch.wait_for(who.lease())) > 0
    again = kea.play(repository_component="backports")
    assert again.changed == {kea.host.name: 0}


def releases(kea: Server) -> set[str]:
    """The Kea that is installed, and the one that serves."""
    return {kea.shell("kea-dhcp4 -v").strip(), Daemon(kea.host, 4).control("version-get")["text"]}
