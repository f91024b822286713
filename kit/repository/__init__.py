"""A signed repository as plain files, for any web server: for apt, for dnf, and the key of both.

    kea-runscript.asc                 the public key
    dists/, pool/, *.sources          what apt.py describes
    rpm/, *.repo                      what dnf.py describes

What is published never changes; new versions come beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from kit.repository import apt, dnf
from kit.repository.files import KEY_FILE, RepositoryError, write
from kit.signing import Key

__all__ = ["KEY_FILE", "RepositoryError", "make"]


def make(packages: Mapping[tuple[str, str], Iterable[Path]], folder: Path, key: Key) -> Path:
    """Adds packages to the repository in `folder`, which is made if need be, and signs it.

    packages: for each suite and track the .deb and .rpm files, of whatever origin.
    Returns `folder`. What is in it already stays. Raises RepositoryError, before anything is
    written, for a version that is already published with other content, and for rpms in it that
    another key has signed.
    """
    given = {place: list(files) for place, files in packages.items()}
    debs, rpms = (
        {place: [file for file in files if file.suffix == suffix] for place, files in given.items()}
        for suffix in (".deb", ".rpm")
    )
    for place, content in {**apt.new(debs, folder), **dnf.new(rpms, folder, key)}.items():
        write(place, content)
    apt.index(folder, key)
    dnf.index(folder, key)
    write(folder / KEY_FILE, key.public.encode())
    return folder
