"""Building in a container. It is a real one, but its image is made of one of our own roots: no
registry can be reached from here. `./inv test --containers` runs this, and takes podman and runc.
"""

import dataclasses
import os
import shutil
import subprocess
from collections.abc import Iterator

import pytest

from kit import build, containers, roots, targets
from kit.targets import Target

pytestmark = pytest.mark.containers

IMAGE = "localhost/kea-hook-runscript-test"
# Where raising limits is not allowed, as on some hosts of continuous integration, runc and podman's
# own defaults would try to.
TOOL = """#!/bin/sh
command=$1
shift
case $command in
build) set -- --isolation chroot --network host "$@" ;;
run) set -- --runtime runc --ulimit nproc=1000:1000 --ulimit nofile=1000:1000 "$@" ;;
esac
exec {podman} "$command" "$@"
"""


@pytest.fixture(scope="module")
def podman(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The first of the tools that are looked for."""
    real = shutil.which("podman")
    if not (real and shutil.which("runc")):
        pytest.skip("this takes podman and runc")
    folder = tmp_path_factory.mktemp("bin")
    (folder / "podman").write_text(TOOL.format(podman=real))
    (folder / "podman").chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(folder), prepend=os.pathsep)
        yield


@pytest.fixture(scope="module")
def there(as_root: None, podman: None) -> Iterator[Target]:
    """A target that is as trixie, but built in a container."""
    here = targets.named("trixie")
    root = roots.ensure(here.build_root())
    packed = subprocess.Popen(["tar", "-C", root, "-c", "."], stdout=subprocess.PIPE)
    subprocess.run(["podman", "import", "--quiet", "-", IMAGE], stdin=packed.stdout, check=True)
    assert packed.wait() == 0
    yield dataclasses.replace(here, name="trixie-container", builder=IMAGE)
    subprocess.run(["podman", "rmi", "--force", IMAGE], check=True)


def test_its_kea_is_the_images(there: Target) -> None:
    assert there.kea() == targets.named("trixie").kea()


def test_a_folder_that_is_not_there_is_named(
    there: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(containers.OVERLAY, "/nowhere")
    with pytest.raises(containers.ContainerError, match=r"OVERLAY names /nowhere, which is not a"):
        there.image()


def test_what_is_built_there_is_what_a_root_builds(there: Target) -> None:
    """Byte for byte: the same compiler, and no trace of where it ran."""
    folders = [build.build(target) for target in (there, targets.named("trixie"))]
    one, other = [
        {
            file.relative_to(folder): file.read_bytes()
            for file in folder.rglob("*")
            if file.is_file()
        }
        for folder in folders
    ]
    assert one == other
