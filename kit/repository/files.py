"""What both kinds of repository have in common: the key beside them, and how files get there."""

from __future__ import annotations

import hashlib
from pathlib import Path

from kit.errors import Problem

KEY_FILE = "kea-runscript.asc"


class RepositoryError(Problem):
    """A package can't be published; the text says which and what to do."""


def write(file: Path, content: bytes) -> None:
    """Puts a file in place at once, so that a web server never hands out half of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f".{file.name}.partial")
    partial.write_bytes(content)
    partial.chmod(0o644)
    partial.replace(file)


def sha256(content: bytes) -> str:
    """The digest as both kinds of repository write it."""
    return hashlib.sha256(content).hexdigest()


def changed(place: Path) -> RepositoryError:
    """What is said of a package that would take the place of another of the same version."""
    return RepositoryError(
        f"{place.name} is already in {place.parent} with other content: a published version"
        " never changes. Raise the version in CHANGELOG.md, or use another folder"
    )
