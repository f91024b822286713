"""The example playbooks of routes: what they say, and that it works."""

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from kit import server, targets
from kit.customer import customer
from kit.lab import Lab
from kit.paths import ROOT
from kit.server import PREFIX, Server

EXAMPLES = ROOT / "examples"
FAMILIES = {"v4_slash32": 4, "v6_pd": 6}
JOINED = ("servers", "scripts", "routes")


def variables(example: str) -> dict[str, Any]:
    """An example's variables."""
    return yaml.safe_load((EXAMPLES / example / "group_vars" / "kea.yml").read_text())


def test_dual_stack_is_both() -> None:
    """So that what is shown of it, by many other tests, is shown of them."""
    v4, v6 = map(variables, FAMILIES)
    joined = {f"{PREFIX}{name}": v4[f"{PREFIX}{name}"] + v6[f"{PREFIX}{name}"] for name in JOINED}
    assert variables("dual_stack") == {**v4, **v6, **joined}


@pytest.fixture(scope="module")
def bare(as_root: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    target = targets.named("trixie")
    files = tmp_path_factory.mktemp("repository")
    server.publish(target, files)
    with Lab() as lab:
        yield server.boot(lab, target, files, "example")


@pytest.mark.thorough
@pytest.mark.parametrize("example", FAMILIES)
def test_the_playbook_brings_routes(bare: Server, example: str) -> None:
    def play() -> int:
        playbook = EXAMPLES / example / "playbook.yml"
        done = bare.lab.playbook(playbook, {"kea": [bare.host]}, bare.variables)
        return done.changed[bare.host.name]

    assert play()
    who = customer(bare, example, FAMILIES[example])
    with bare.host.watch_routes() as watch:
        prefix = who.lease()
        assert who.lead(watch.wait_for(prefix)) > 0
        who.client.release()
        who.gone(watch, prefix)
    assert play() == 0
