"""The collection's archive, in an empty folder elsewhere."""

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from kit.paths import ROOT

PROGRAMS = Path(sys.executable).parent


def ansible(program: str, *arguments: str | Path, folder: Path) -> str:
    """Run a program of Ansible's in `folder`, which knows nothing of this checkout."""
    done = subprocess.run(
        [PROGRAMS / program, *arguments],
        cwd=folder,
        env={
            "PATH": f"{PROGRAMS}:{os.defpath}",
            "HOME": str(folder),
            "ANSIBLE_COLLECTIONS_PATH": str(folder),
            "LC_ALL": "C.UTF-8",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive")
    ansible("ansible-galaxy", "collection", "build", ROOT, "--output-path", folder, folder=folder)
    (made,) = folder.glob("*.tar.gz")
    return made


def test_it_holds_the_role_and_the_examples_alone(archive: Path) -> None:
    with tarfile.open(archive) as opened:
        tops = {name.split("/")[0] for name in opened.getnames()}
    known = {"README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE"}
    needed = {"FILES.json", "MANIFEST.json", "examples", "meta", "roles", "templates"}
    assert needed <= tops <= needed | known | {"docs"}


def test_its_role_finds_its_templates(archive: Path, tmp_path: Path) -> None:
    ansible(
        "ansible-galaxy", "collection", "install", "--offline", archive, "-p", tmp_path,
        folder=tmp_path,
    )  # fmt: skip
    collection = tmp_path / "ansible_collections" / "kea_runscript" / "kea"
    templates = collection / "roles" / "kea_runscript" / "templates"
    assert sorted(templates.glob("kea-*.j2")) != []
    playbook = tmp_path / "playbook.yml"
    playbook.write_text("- hosts: all\n  roles: [kea_runscript.kea.kea_runscript]\n")
    ansible("ansible-playbook", "--syntax-check", "-i", "host,", playbook, folder=tmp_path)
