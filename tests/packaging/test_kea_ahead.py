"""A suite gets a new Kea before our package for it is there: Kea must never lose its hook."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from kit import build, package, repository, signing
from kit.targets import Target

AHEAD = "99.0.0"
STATE = "dpkg-query -W -f '${Package} ${Status} ${Version}\\n' kea-common kea-hook-runscript\n"


@pytest.fixture(scope="session")
def new_kea(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Kea 99.0.0 as far as apt is concerned; its servers say beside which hook they restart."""
    folder = tmp_path_factory.mktemp("kea")
    restart = folder / "postinst"
    restart.write_text(
        "#!/bin/sh\nset -eu\n"
        'echo "$DPKG_MAINTSCRIPT_PACKAGE restarts beside $(dpkg-query -W kea-hook-runscript)"\n'
    )
    names = ("kea-common", "kea-dhcp4-server", "kea-dhcp6-server")
    return [_kea(name, restart, folder / f"{name}.deb") for name in names]


def _kea(name: str, restart: Path, made: Path) -> Path:
    server = name != "kea-common"
    description = {
        "name": name,
        "arch": "amd64",
        "version": AHEAD,
        "release": "1",
        "maintainer": "The kea-hook-runscript authors",
        "description": "Stands for a new release of Kea",
        "depends": [f"kea-common (= {AHEAD}-1)"] if server else [],
        "scripts": {"postinstall": str(restart)} if server else {},
    }
    return package.pack(yaml.safe_dump(description), made)


@pytest.fixture
def ahead(machine: Callable, published: Path, target: Target, new_kea: list[Path]) -> Callable:
    """Runs a script where the hook is installed and configured, and apt then learns of Kea 99."""
    repository.make({(target.suite, "kea"): new_kea}, published, signing.key())
    library = f"{target.hooks_dir}/kea-hook-runscript.so"

    def run(script: str) -> str:
        seen = machine(f"""
            mkdir /later
            mv /etc/apt/sources.list.d/*-kea.sources /later
            apt-get -q update
            apt-get -q -y install kea-hook-runscript
            echo '{{"Dhcp4": {{"hooks-libraries": [{{"library": "{library}"}}]}}}}' \\
                >/etc/kea/kea-dhcp4.conf
            mv /later/* /etc/apt/sources.list.d
            apt-get -q update
            echo now:
            {script}
        """)
        return seen.stdout.split("now:\n")[1]

    return run


def nothing_moved(said: str, target: Target) -> bool:
    """Whether `said` ends with the state of a hook and a Kea that are installed as before."""
    kea, hook = said.splitlines()[-2:]
    return (
        kea == f"kea-common install ok installed {target.kea()}"
        and hook == f"kea-hook-runscript install ok installed {package.full_version(target)}"
    )


def test_upgrade_keeps_kea_back(ahead: Callable, target: Target) -> None:
    assert nothing_moved(ahead(f"apt-get -q -y upgrade\n{STATE}"), target)


@pytest.mark.parametrize("command", ["full-upgrade", "install kea-dhcp4-server"])
def test_what_would_remove_the_hook_stops_before_kea(
    ahead: Callable, target: Target, command: str
) -> None:
    """Some releases of apt keep Kea back here, too; others would rather remove the hook."""
    said = ahead(f"apt-get -q -y {command} || echo stopped\n{STATE}")
    assert nothing_moved(said, target)
    assert ("stopped" in said) == ("kea-hook-runscript is not removed" in said)
    assert "restarts" not in said


def test_both_move_together_once_our_package_is_there(
    ahead: Callable, target: Target, published: Path, tmp_path: Path
) -> None:
    ours = package.render(package.HOOK, target, AHEAD, build.build(target), [])
    deb = package.pack(ours, tmp_path / "next.deb")
    key = signing.key()
    # Beside the new Kea: what is there at first is the hook for the Kea of the suite alone.
    repository.make({(target.suite, "kea"): [deb]}, published, key)
    said = ahead(f"apt-get -q -y full-upgrade\n{STATE}")
    assert said.count("restarts beside kea-hook-runscript\t") == 2
    assert said.count(f"+kea{AHEAD}~{target.suite}\n") >= 2
    assert f"kea-common install ok installed {AHEAD}-1" in said
