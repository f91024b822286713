"""Where the targets are built that no root here can be: in containers, by podman or docker.

An image has a target's build packages in it, and is made of the image that packaging/targets.yml
names. Its Containerfile is rendered from templates/Containerfile.j2.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import jinja2

from kit.errors import Problem
from kit.paths import ROOT

TOOLS = ("podman", "docker")
RECIPE = ROOT / "templates" / "Containerfile.j2"
NAME = "localhost/kea-hook-runscript-build"
OVERLAY = "KEA_RUNSCRIPT_OVERLAY"
"""The environment variable that names a folder to be laid over each image, before packages are
installed: with the file and the key of the repository that Kea comes from, say.
"""


class ContainerError(Problem):
    """An image could not be made, or nothing here can make one; the text says why."""


def ensure(base: str, format: str, packages: Sequence[str]) -> str:
    """The name of the image with these packages; made where it is not there yet.

    base: the image that it is made of.
    format: of packages there, deb or rpm.
    """
    template = jinja2.Template(RECIPE.read_text(encoding="utf-8"), undefined=jinja2.StrictUndefined)
    recipe = template.render(base=base, format=format, packages=packages)
    with _context() as folder:
        image = f"{NAME}:{_digest(recipe, folder)}"
        if not _said("images", "--quiet", image):
            _said("build", "--quiet", "--tag", image, "--file", "-", str(folder), input=recipe)
    return image


def run(
    image: str,
    argv: Sequence[str],
    *,
    binds: Mapping[Path, str] | None = None,
    cwd: str = "/",
    env: Mapping[str, str] | None = None,
    check: bool = True,
) -> subprocess.CompletedProcess[str]:
    """Run a command in a container, without network; what it changes elsewhere than in `binds` is
    thrown away. Its output and its errors come together.

    binds: folders of this machine, and where they show inside.
    """
    shown = [f"--volume={source}:{there}" for source, there in (binds or {}).items()]
    settings = [f"--env={name}={value}" for name, value in (env or {}).items()]
    return subprocess.run(
        [
            *(_tool(), "run", "--rm", "--network=none", f"--workdir={cwd}"),
            *(*shown, *settings, image, *argv),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=check,
    )


def _tool() -> str:
    found = next((tool for tool in TOOLS if shutil.which(tool)), None)
    if not found:
        raise ContainerError(f"this target is built in a container: install {' or '.join(TOOLS)}")
    return found


def _said(*arguments: str, input: str = "") -> str:
    done = subprocess.run(
        [_tool(), *arguments], input=input, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ContainerError(f"{_tool()} {arguments[0]}: {done.stdout}{done.stderr}")
    return done.stdout


@contextmanager
def _context() -> Iterator[Path]:
    if named := os.environ.get(OVERLAY):
        if not Path(named).is_dir():
            raise ContainerError(f"{OVERLAY} names {named}, which is not a folder")
        yield Path(named)
    else:
        with tempfile.TemporaryDirectory() as empty:
            yield Path(empty)


def _digest(recipe: str, folder: Path) -> str:
    digest = hashlib.sha256(recipe.encode())
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{file.relative_to(folder)}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:12]
