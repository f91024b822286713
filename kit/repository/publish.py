"""Carries the repository to where it is served, with rsync."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from invoke import Context, task
from rich.console import Console

from kit import needs
from kit.repository.files import RepositoryError
from kit.repository.task import FOLDER

PACKAGES = ("*.deb", "*.rpm")
UNCHANGING = (*PACKAGES, "by-hash/***", "repodata/*-*")
"""What never changes under its name: packages, and lists whose name has their digest."""

RSYNC = (
    *("rsync", "--recursive", "--times", "--checksum", "--chmod=D755,F644", "--mkpath"),
    *("--exclude=.*", "--out-format=%i %n"),
)


def carry(folder: Path, destination: str, dry_run: bool = False) -> list[str]:
    """Copies what is new in the repository `folder`; returns the names, in their order.

    First what nothing there names yet, then the lists that name it, all at once: whoever reads
    meanwhile sees the repository before or after. What is there besides stays.

    destination: a folder, or HOST:FOLDER for a host reached by ssh.
    dry_run: only tell what would be copied.
    Raises RepositoryError, before anything is written, for a version that is there with other
    content, and where rsync fails.
    """
    if other := _rsync(folder, destination, "--dry-run", "--existing", *_only(PACKAGES)):
        raise RepositoryError(
            f"{', '.join(other)} already at {destination} with other content: a published version"
            " never changes. Raise the version in CHANGELOG.md"
        )
    dry = ["--dry-run"] if dry_run else []
    new = _rsync(folder, destination, *dry, "--ignore-existing", *_only(UNCHANGING))
    lists = _rsync(folder, destination, *dry, "--delay-updates", *_but(UNCHANGING))
    return [*new, *lists]


def _only(patterns: tuple[str, ...]) -> list[str]:
    wanted = [f"--include={pattern}" for pattern in ("*/", *patterns)]
    return [*wanted, "--exclude=*", "--prune-empty-dirs"]


def _but(patterns: tuple[str, ...]) -> list[str]:
    return [f"--exclude={pattern}" for pattern in patterns]


def _rsync(folder: Path, destination: str, *options: str) -> list[str]:
    """The names of the files whose content rsync copies, or would."""
    done = subprocess.run(
        [*RSYNC, *options, f"{folder}/", f"{destination}/"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RepositoryError(f"rsync to {destination} failed:\n{done.stderr.strip()}")
    items = (line.partition(" ") for line in done.stdout.splitlines())
    return [name for change, _, name in items if change.startswith(("<f", ">f"))]


@task(
    help={
        "destination": "a folder, or HOST:FOLDER for a host reached by ssh",
        "folder": "where the repository is; without it, build/repository",
        "dry-run": "only tell what would be copied",
    }
)
def publish(_: Context, destination: str, folder: str = "", dry_run: bool = False) -> None:
    """Carry the repository that `repo` has made to where it is served, new packages first."""
    if not shutil.which("rsync"):
        needs.ensure()
    place = Path(folder) if folder else FOLDER
    if not place.is_dir():
        raise RepositoryError(f"{place} is not there: ./inv repo makes it")
    console = Console()
    with console.status(f"copying to {destination}"):
        names = carry(place, destination, dry_run)
    for name in names:
        console.print(name, soft_wrap=True)
    console.print(f"{len(names)} files {'would be ' if dry_run else ''}copied to {destination}")
