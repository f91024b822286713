"""The cross-built package beside the Kea of its own architecture, whose programs are emulated.

apt, dpkg and the maintainer scripts are the machine's own, in a root that has both architectures.
Compiling takes minutes for each target.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from kit import manifest, package, repository, roots, signing, targets
from kit.targets import Target
from tests.packaging.conftest import in_room
from tests.packaging.test_package import configure

pytestmark = pytest.mark.thorough
TARGETS = [name for name, target in targets.load().items() if target.here and not target.native]

INSTALL = "apt-get -q update && apt-get -q -y install kea-hook-runscript:arm64\n"

SERVE = """
runner=/usr/libexec/kea-hook-runscript/kea-runscript-runner
mv $runner $runner.arm64
printf '#!/bin/sh\\nexec qemu-aarch64 %s.arm64 "$@"\\n' $runner >$runner
chmod 755 $runner
install -d -m 755 /etc/kea-runscript /run/kea
printf '#!/bin/sh\\necho "$1" >>/tmp/told\\n' >/etc/kea-runscript/told
chmod 755 /etc/kea-runscript/told
touch /tmp/told
cat >/etc/kea/serve.conf <<END
{"Dhcp4": {
  "lease-database": {"type": "memfile", "persist": false},
  "interfaces-config": {"interfaces": []},
  "hooks-libraries": [{"library": "LIBRARY", "parameters": {
    "script": "/etc/kea-runscript/told", "hook-points": ["leases4_committed"], "replay": true
  }}]
}}
END
qemu-aarch64 /usr/sbin/kea-dhcp4 -c /etc/kea/serve.conf &
tries=600
until grep replay_end /tmp/told || [ $((tries -= 1)) = 0 ]; do sleep 0.1; done
kill $!
wait
echo told: $(cat /tmp/told)
"""
"""Kea starts the runner, the runner the script. The kernel can't tell an arm64 program by itself,
so a wrapper stands in the runner's place; the script's shell is the machine's own.
"""


@pytest.fixture(scope="session", params=TARGETS)
def foreign(as_root: None, request: pytest.FixtureRequest) -> Target:
    return targets.named(request.param)


@pytest.fixture(scope="session")
def built(foreign: Target) -> Path:
    return package.package(foreign)


@pytest.fixture
def emulated(foreign: Target, built: Path, tmp_path: Path) -> Callable[[str], str]:
    """Runs a shell script beside an arm64 Kea, where apt knows a repository of our package."""
    published = tmp_path / "repository"
    repository.make({(foreign.suite, foreign.track): [built]}, published, signing.key())
    servers = foreign.root("kea-dhcp4-server", "kea-dhcp6-server", "qemu-user")
    run = in_room(roots.ensure(servers), published)
    return lambda script: run(script).stdout


@pytest.mark.parametrize("name", package.STAGES)
def test_it_holds_what_was_reviewed(foreign: Target, name: str) -> None:
    described = manifest.describe(package.package(foreign, name))
    assert described == yaml.safe_load(manifest.golden(foreign, name).read_text())


def test_apt_installs_what_kea_takes_and_removes_it(
    foreign: Target, emulated: Callable[[str], str]
) -> None:
    library = f"{foreign.hooks_dir}/kea-hook-runscript.so"
    check = "".join(
        f"{configure(server, library)}"
        f"qemu-aarch64 /usr/sbin/kea-{server} -t /etc/kea/kea-{server}.conf\n"
        for server in ("dhcp4", "dhcp6")
    )
    emulated(f"""
        {INSTALL} {check}
        qemu-aarch64 /usr/libexec/kea-hook-runscript/kea-runscript-route --help
        rm /etc/kea/*.conf
        apt-get -q -y purge kea-hook-runscript:arm64
        test ! -e {library}
    """)


def test_its_runner_runs_a_script_for_kea(foreign: Target, emulated: Callable[[str], str]) -> None:
    library = f"{foreign.hooks_dir}/kea-hook-runscript.so"
    said = emulated(INSTALL + SERVE.replace("LIBRARY", library))
    assert said.endswith("told: replay_begin replay_end\n")
