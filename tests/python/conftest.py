"""The Python package as it was built for this machine's distribution."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

from kit import build, targets

PACKAGES = "usr/lib/python3/dist-packages"

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture(scope="session")
def built(as_root: None) -> Path:
    """The folder that holds the built files of the Python package, under their final paths."""
    try:
        target = targets.for_this_machine()
    except targets.TargetError as error:
        pytest.skip(str(error))
    folder = build.build(target).with_name("python")
    (module,) = (folder / PACKAGES / "kea_runscript").glob("_core.*.so")
    if not module.name.endswith(EXTENSION_SUFFIXES[0]):
        pytest.skip(f"{module.name} is for another Python than {sys.executable}")
    return folder


@pytest.fixture(scope="session")
def importable(built: Path) -> Iterator[None]:
    """The package can be imported."""
    sys.path.insert(0, str(built / PACKAGES))
    yield
    sys.path.remove(str(built / PACKAGES))


@pytest.fixture
def start(built: Path, tmp_path: Path) -> Iterator[Start]:
    """Starts Python files that use the package: `start(code, *arguments, **options of Popen)`."""
    running = []

    def start(code: str, *arguments: str, env: dict[str, str] | None = None, **options):
        file = tmp_path / "handler"
        file.write_text(code)
        process = subprocess.Popen(
            [sys.executable, file, *arguments],
            env={"PATH": os.defpath, "PYTHONPATH": str(built / PACKAGES), **(env or {})},
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **options},
        )
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()
