"""The machine's own apt settings: from where it takes Debian, and how.

No mirror is named anywhere in this project. A machine behind a proxy, with a mirror of its own or
without a right clock, gets its roots as it gets its own packages.
"""

import platform
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kit.errors import Problem

SOURCES = Path("/etc/apt")
HANDED_ON = (
    "Acquire::http",
    "Acquire::https",
    "Acquire::Check-Valid-Until",
    "Acquire::Check-Date",
)
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
"""Architectures that the kernel calls otherwise than Debian does."""
ALIASES = ("stable", "oldstable", "testing", "unstable", "sid")


class NoMirror(Problem):
    """The machine's apt sources name no Debian archive."""


@dataclass(frozen=True)
class Source:
    """One archive of the machine's sources: where it is and the keyring that vouches for it."""

    uri: str
    suites: tuple[str, ...]
    components: tuple[str, ...]
    keyring: Path | None = None


def sources(folder: Path = SOURCES) -> list[Source]:
    """All binary archives that apt knows, from both kinds of source files under `folder`."""
    lists = [folder / "sources.list", *sorted(folder.glob("sources.list.d/*.list"))]
    found = [s for f in lists if f.is_file() for s in _one_line(f.read_text())]
    for file in sorted(folder.glob("sources.list.d/*.sources")):
        found += _deb822(file.read_text())
    return found


def mirror(folder: Path = SOURCES, os_release: Path = Path("/etc/os-release")) -> Source:
    """The archive from which this machine takes Debian itself; NoMirror where there is none."""
    codename = re.search(r"^VERSION_CODENAME=(\w+)", os_release.read_text(), re.MULTILINE)
    releases = {*ALIASES, codename[1] if codename else ""}
    candidates = [s for s in sources(folder) if releases & {*s.suites} and "main" in s.components]
    if not candidates:
        raise NoMirror(
            f"no source for Debian's main under {folder} (sources.list, sources.list.d): add the "
            "one from which this machine may take Debian"
        )
    # Other vendors use the same suite and component names, but bring a keyring of their own.
    return min(candidates, key=lambda s: s.keyring is not None and "debian" not in s.keyring.name)


def options() -> str:
    """The machine's apt options for reaching its archives, as an apt configuration file."""
    listing = subprocess.run(
        ["apt-config", "dump", "--format", '%f "%v";%n', *HANDED_ON],
        capture_output=True,
        text=True,
        check=True,
    )
    return listing.stdout


def architecture() -> str:
    """What Debian calls this machine's architecture, as in "amd64"."""
    return ARCHITECTURES.get(platform.machine(), platform.machine())


def _one_line(text: str) -> Iterator[Source]:
    """Sources in the format `deb [options] uri suite component...`."""
    pattern = re.compile(r"^\s*deb\s+(?:\[(?P<options>[^]]*)\]\s+)?(?P<rest>[^#\n]+)", re.MULTILINE)
    for line in pattern.finditer(text):
        uri, suite, *components = line["rest"].split()
        keyring = re.search(r"signed-by=(/\S+)", line["options"] or "")
        yield Source(uri, (suite,), tuple(components), Path(keyring[1]) if keyring else None)


def _deb822(text: str) -> Iterator[Source]:
    """Sources in the format of paragraphs with fields."""
    uncommented = re.sub(r"^#.*\n?", "", text, flags=re.MULTILINE)
    for paragraph in re.split(r"\n\s*\n", uncommented):
        joined = re.sub(r"\n[ \t]+", " ", paragraph)
        fields = {
            key.strip().lower(): value.split()
            for key, colon, value in (line.partition(":") for line in joined.splitlines())
            if colon
        }
        if "deb" not in fields.get("types", []) or fields.get("enabled") == ["no"]:
            continue
        named = fields.get("signed-by", [])
        keyring = Path(named[0]) if named and named[0].startswith("/") else None
        for uri in fields.get("uris", []):
            yield Source(uri, tuple(fields["suites"]), tuple(fields.get("components", [])), keyring)
