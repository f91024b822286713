"""The whole chain on each release of Kea, in both threading modes: from playbook to route."""

from collections.abc import Iterator
from typing import Any

import pytest

from kit import server
from kit.customer import customer
from kit.lab import Lab
from kit.server import Server
from kit.targets import Target

LIFETIME = 6
FAMILIES = (4, 6)


def variables(threads: bool) -> dict[str, Any]:
    """The playbook's variables for short leases and a threading mode."""
    short = server.short_lived(LIFETIME)
    mode = {"multi-threading": {"enable-multi-threading": threads}}
    return {name: {**config, **mode} for name, config in short.items()}


@pytest.fixture(scope="module")
def bare(target: Target, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A host with nothing of Kea, for each target."""
    files = tmp_path_factory.mktemp("repository")
    server.publish(target, files)
    with Lab() as lab:
        yield server.boot(lab, target, files)


@pytest.fixture(scope="module", params=[True, False], ids=["threads", "single"])
def threads(request: pytest.FixtureRequest) -> bool:
    """Whether Kea uses several threads."""
    return request.param


@pytest.fixture(scope="module")
def kea(bare: Server, threads: bool) -> Server:
    """The server in a threading mode, which the second time comes by a reload."""
    before = [bare.pid(family) for family in FAMILIES]
    bare.play(**variables(threads))
    for family, pid in zip(FAMILIES, before, strict=True):
        threading = bare.serves(family)["multi-threading"]
        assert threading["enable-multi-threading"] is threads
        assert pid in (0, bare.pid(family))
    return bare


@pytest.mark.parametrize("family", FAMILIES)
def test_the_route_comes_before_the_reply_and_goes_with_the_release(
    kea: Server, threads: bool, family: int
) -> None:
    who = customer(kea, f"leaving-{family}-{threads}", family)
    with kea.host.watch_routes() as watch:
        prefix = who.lease()
        came = watch.wait_for(prefix)
        assert "proto 75" in came.route
        assert who.lead(came) > 0
        if family == 4:
            who.client.run(["ping", "-c", "1", "-W", "2", "10.255.0.1"])
        who.client.release()
        who.gone(watch, prefix)
    assert who.script_line("add", prefix)
    assert who.script_line("del", prefix)


def test_the_routes_of_clients_that_vanish_go_with_their_leases(kea: Server, threads: bool) -> None:
    lost = [customer(kea, f"lost-{family}-{threads}", family) for family in FAMILIES]
    with kea.host.watch_routes() as watch:
        prefixes = [who.lease() for who in lost]
        for who, prefix in zip(lost, prefixes, strict=True):
            assert who.lead(watch.wait_for(prefix)) > 0
            who.client.vanish()
        for who, prefix in zip(lost, prefixes, strict=True):
            who.gone(watch, prefix, LIFETIME + 10)


def test_a_second_run_of_the_playbook_changes_nothing(kea: Server, threads: bool) -> None:
    assert kea.play(**variables(threads)).changed == {kea.host.name: 0}
