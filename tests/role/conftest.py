"""A throwaway host for the role: a bare Debian whose only repository is ours, with Kea in it."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kit import package, repository, roots, signing, targets
from kit.lab import Lab
from kit.lab.host import PACKAGES, Host
from kit.lab.play import Play
from kit.paths import ROOT

PLAYBOOK = ROOT / "examples" / "dual_stack" / "playbook.yml"
INSTALLED = ("kea-dhcp4-server", "kea-dhcp6-server", "python3-apt")
UNIT = "kea-dhcp4-server.service"


@dataclass(frozen=True)
class Managed:
    """A host, and the example playbook for it with the lab's repository."""

    lab: Lab
    host: Host
    variables: Mapping[str, Any]

    def play(self, *options: str, **variables: Any) -> Play:
        """Run the playbook; `variables` go over the example's, without their common prefix."""
        named = {f"kea_runscript_{name}": value for name, value in variables.items()}
        return self.lab.playbook(
            PLAYBOOK, {"kea": [self.host]}, {**self.variables, **named}, *options
        )

    def shell(self, script: str) -> str:
        """What a shell script writes on the host."""
        return self.host.run(["sh", "-euc", script]).stdout

    def pid(self) -> str:
        """The process of kea-dhcp4."""
        return self.shell(f"systemctl show --property=MainPID --value {UNIT}").strip()

    def serves(self) -> dict[str, Any]:
        """The configuration that kea-dhcp4 has, as it says itself."""
        ask = (
            "import socket; s = socket.socket(socket.AF_UNIX);"
            " s.connect('/run/kea/kea4-ctrl-socket'); s.sendall(b'{\"command\": \"config-get\"}');"
            " print(b''.join(iter(lambda: s.recv(65536), b'')).decode())"
        )
        answer = json.loads(self.host.run(["python3", "-c", ask]).stdout)
        return answer["arguments"]["Dhcp4"]


@pytest.fixture(scope="session", params=["bookworm", "trixie"])
def bare(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Managed]:
    """A host with nothing of Kea, as the two generations of Kea have it."""
    if os.geteuid() != 0:
        pytest.skip("throwaway hosts take root")
    target = targets.named(request.param)
    root = target.root(*PACKAGES)
    files = tmp_path_factory.mktemp("repository")
    packages = [package.package(target), *roots.debs(root, INSTALLED).glob("*.deb")]
    repository.make({(target.suite, target.track): packages}, files, signing.key())
    with Lab() as lab:
        host = lab.host(roots.ensure(root), "managed")
        host.run(["sh", "-c", "rm -rf /etc/apt/sources.list*; mkdir /etc/apt/sources.list.d"])
        lab.access(host, "eth1", ["10.255.0.1/32", "fe80::1/64"])
        yield Managed(lab, host, repository_of(lab, files))


@pytest.fixture(scope="session")
def checked(bare: Managed) -> tuple[Play, str, str]:
    """A run in check mode on the bare host, and what there is on it before and after."""
    look = "find /etc /usr /var/lib /run/systemd -newermt '1970-01-02' -printf '%p %s\\n' | sort"
    before = bare.shell(look)
    play = bare.play("--check", "--diff")
    return play, before, bare.shell(look)


@pytest.fixture(scope="session")
def host(bare: Managed, checked: tuple[Play, str, str]) -> Managed:
    """The host after its first run. A test that changes it puts it back."""
    bare.play()
    return bare


def repository_of(lab: Lab, files: Path) -> dict[str, str]:
    """The variables that name a repository in the lab."""
    return {
        "kea_runscript_repository_url": lab.serve(files),
        "kea_runscript_repository_key": (files / repository.KEY_FILE).read_text(),
    }
