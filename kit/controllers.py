"""Releases of Ansible beside the locked one, each in an environment of its own in the cache."""

import os
import subprocess
import sys
from pathlib import Path

from kit import roots
from kit.errors import Problem
from kit.paths import CACHE

FOLDER = CACHE / "controllers"
INSTALL = ("install", "--quiet", "--disable-pip-version-check", "--only-binary=:all:")


def ensure(requirement: str) -> Path:
    """The folder with the programs of a release, made at the first call.

    requirement: as pip has it, "ansible-core==2.16.*".
    """
    folder = FOLDER / f"python{sys.version_info[0]}.{sys.version_info[1]}-{requirement}"
    made = folder / "made"
    with roots.lock(folder):
        if not made.exists():
            _run(sys.executable, "-m", "venv", "--clear", folder)
            _run(folder / "bin" / "python", "-m", "pip", *INSTALL, requirement)
            made.touch()
    return folder / "bin"


def _run(*command: str | Path) -> None:
    done = subprocess.run(
        command,
        env={**os.environ, "PIP_CACHE_DIR": str(CACHE / "pip")},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Problem(f"{' '.join(map(str, command))} failed:\n{done.stdout}{done.stderr}")
