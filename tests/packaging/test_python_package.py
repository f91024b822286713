"""The Python package in the hands of real apt, on a machine that has no Kea at first."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from kit import build, package, roots, server
from kit.lab import host
from kit.targets import Target
from tests.packaging.conftest import ADD_REPOSITORY

INSTALL = f"""
rm /etc/dpkg/dpkg.cfg.d/99mmdebstrap   # it keeps documentation out, where the examples are
{ADD_REPOSITORY}
apt-get -q update
apt-get -q -y install --no-install-recommends {package.PYTHON}
"""
WITH_HOOK = f"apt-get -q -y install {package.HOOK}\n"
EXAMPLES = f"/usr/share/doc/{package.HOOK}/examples"
WORKER = f"{EXAMPLES}/workers/lease_files_sdk.py"
CONFIGURATION = {
    "Dhcp4": {
        "hooks-libraries": [
            {
                "library": "/any/kea-hook-runscript.so",
                "parameters": {"script": "/bin/true", "hook-points": ["leases4_committed"]},
            }
        ]
    }
}

Run = Callable[[str], str]


@pytest.fixture(scope="session")
def repository(target: Target, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ours, with what the packages need of the distribution as well."""
    folder = tmp_path_factory.mktemp("repository")
    server.publish(target, folder)
    return folder


@pytest.fixture
def machine(target: Target, repository: Path) -> Run:
    """Runs a shell script where the Python package has been installed; returns what it prints."""

    def run(script: str) -> str:
        done = roots.run(
            roots.ensure(target.root(*host.PACKAGES)),
            ["sh", "-euc", f"{INSTALL}\necho now:\n{script}"],
            binds={repository: "/repository"},
            env={"DEBIAN_FRONTEND": "noninteractive"},
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout.split("now:\n", 1)[1]

    return run


def test_it_checks_a_configuration_without_kea(machine: Run) -> None:
    said = machine(f"""
        ! dpkg-query -W kea-common
        echo '{json.dumps(CONFIGURATION)}' >/tmp/kea-dhcp4.conf
        kea-runscript check /tmp/kea-dhcp4.conf
    """)
    assert "true: exec, /bin/true\n" in said


def test_it_fires_at_an_example_script(machine: Run) -> None:
    said = machine(f"{WITH_HOOK} kea-runscript fire {EXAMPLES}/debug/debug lease4_expire")
    assert "hook point: lease4_expire\n" in said
    assert "KEA_LEASE4_ADDRESS=192.0.2.7\n" in said
    assert "lease4_expire: continue, after " in said


@pytest.mark.parametrize("mode", ["exec", "worker"])
def test_an_example_with_it_keeps_its_files(machine: Run, mode: str) -> None:
    said = machine(f"""
        {WITH_HOOK}
        mkdir -p /var/lib/kea/leases
        kea-runscript fire --mode {mode} {WORKER}
        cat /var/lib/kea/leases/192.0.2.7
        kea-runscript fire --mode {mode} {WORKER} lease4_expire
        ls -A /var/lib/kea/leases | wc -l
    """)
    assert "\n02:00:00:00:00:01 laptop.example.org\n" in said
    assert said.endswith("\n0\n")


def test_it_goes_without_a_trace(machine: Run) -> None:
    said = machine(f"""
        find /usr/lib/python3 -name 'serving.*.pyc'
        apt-get -q -y purge {package.PYTHON}
        rm -rf /etc/apt /var/lib/apt /var/log
        echo left:
        find / -xdev -path /repository -prune -o -name '*runscript*' -print
    """)
    compiled, left = said.split("left:\n")
    assert "/__pycache__/serving." in compiled
    assert left == ""


def test_it_is_for_the_python_of_its_suite_and_for_any_kea(target: Target) -> None:
    deb = package.package(target, package.PYTHON)
    shown = ["dpkg-deb", "-f", deb, "Depends"]
    depends = subprocess.run(shown, capture_output=True, text=True, check=True).stdout
    asked = "import sys; print(*sys.version_info[:2])"
    major, minor = build.inside(target, ["python3", "-c", asked]).split()
    assert depends.startswith(
        f"python3 (>= {major}.{minor}~), python3 (<< {major}.{int(minor) + 1}), "
    )
    assert "kea" not in depends
