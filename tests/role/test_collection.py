"""The collection's archive, in an empty folder elsewhere."""

import os
import re
import subprocess
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from kit import controllers, server, targets
from kit.customer import customer
from kit.lab import Lab
from kit.lab.play import OURS, Controller
from kit.paths import ROOT

OLDEST = re.search(
    r"\d+\.\d+", yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())["requires_ansible"]
)[0]


def ansible(
    program: str, *arguments: str | Path, folder: Path, programs: Path = OURS.programs
) -> str:
    """Run a program of Ansible's in `folder`, which knows nothing of this checkout."""
    done = subprocess.run(
        [programs / program, *arguments],
        cwd=folder,
        env={
            "PATH": f"{programs}:{os.defpath}",
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
    needed = {"FILES.json", "MANIFEST.json", "examples", "meta", "playbooks", "roles", "templates"}
    assert needed <= tops <= needed | known | {"docs"}


def install(archive: Path, folder: Path, programs: Path = OURS.programs) -> Path:
    """Install it below an empty folder; returns where it is."""
    offline = ["collection", "install", "--offline", archive, "-p", folder]
    ansible("ansible-galaxy", *offline, folder=folder, programs=programs)
    return folder / "ansible_collections" / "kea_runscript" / "kea"


def test_its_playbooks_find_its_role_and_that_its_templates(archive: Path, tmp_path: Path) -> None:
    collection = install(archive, tmp_path)
    templates = collection / "roles" / "kea_runscript" / "templates"
    assert sorted(templates.glob("kea-*.j2")) != []
    playbook = tmp_path / "playbook.yml"
    playbook.write_text("- hosts: all\n  roles: [kea_runscript.kea.kea_runscript]\n")
    for named in (playbook, "kea_runscript.kea.rolling"):
        ansible("ansible-playbook", "--syntax-check", "-i", "host,", named, folder=tmp_path)


@pytest.mark.thorough
@pytest.mark.usefixtures("as_root")
@pytest.mark.parametrize("requirement", [f"ansible-core=={OLDEST}.*", "ansible-core"])
def test_its_example_brings_a_bare_host_to_routes_with_the_oldest_and_the_newest_ansible(
    archive: Path, tmp_path: Path, requirement: str, capsys: pytest.CaptureFixture[str]
) -> None:
    programs = controllers.ensure(requirement)
    collection = install(archive, tmp_path, programs)
    target = targets.named("trixie")
    server.publish(target, tmp_path / "repository")
    with Lab() as lab:
        kea = replace(
            server.boot(lab, target, tmp_path / "repository"),
            playbook=collection / "examples" / "dual_stack" / "playbook.yml",
            controller=Controller(programs, {"ANSIBLE_COLLECTIONS_PATH": str(tmp_path)}),
        )
        checked = kea.play("--check", "--diff")
        assert "Would install kea-dhcp4-server" in checked.output
        assert kea.play().changed[kea.host.name] > 0
        assert kea.play().changed[kea.host.name] == 0
        for family in (4, 6):
            who = customer(kea, f"client{family}", family)
            with kea.host.watch_routes() as watch:
                prefix = who.lease()
                assert who.lead(watch.wait_for(prefix)) > 0
                who.client.release()
                who.gone(watch, prefix)
    used = ansible("ansible", "--version", folder=tmp_path, programs=programs)
    with capsys.disabled():
        print(f"\n{requirement}: {used.splitlines()[0]}")
