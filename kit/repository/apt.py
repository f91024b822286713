"""The part of a repository that apt reads.

    dists/<suite>/InRelease, Release, Release.gpg
    dists/<suite>/<component>/binary-<arch>/Packages, .gz, .xz and by-hash/
    pool/<suite>/<component>/<package>_<version>_<arch>.deb
    <suite>-<component>.sources       for /etc/apt/sources.list.d

A component is a track, and holds builds for one release of Kea at a time: apt looks at the highest
version only.
"""

from __future__ import annotations

import gzip
import lzma
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

from debian.deb822 import Deb822
from debian.debfile import DebFile

from kit.repository.files import KEY_FILE, changed, sha256, write
from kit.signing import Key

KEY_THERE = f"/etc/apt/keyrings/{KEY_FILE}"


def new(debs: Mapping[tuple[str, str], Iterable[Path]], folder: Path) -> dict[Path, bytes]:
    """Where the packages of each suite and component belong, and their content.

    Raises RepositoryError for a version that is already published with other content.
    """
    found = {
        folder / "pool" / suite / component / _file_name(deb): deb.read_bytes()
        for (suite, component), files in debs.items()
        for deb in files
    }
    for place, content in found.items():
        if place.exists() and place.read_bytes() != content:
            raise changed(place)
    return found


def index(folder: Path, key: Key) -> None:
    """Writes what apt reads of all suites: the key may be another than before."""
    for suite in folder.glob("pool/*"):
        _index(folder, suite.name, key)


def _index(folder: Path, suite: str, key: Key) -> None:
    """Writes what apt reads of a suite: the lists of its components, then the signed Release."""
    components = sorted(path.name for path in (folder / "pool" / suite).iterdir())
    entries = {
        component: [
            _entry(deb, folder)
            for deb in sorted((folder / "pool" / suite / component).glob("*.deb"))
        ]
        for component in components
    }
    found = {entry["Architecture"] for listed in entries.values() for entry in listed}
    architectures = sorted(found - {"all"} or found)
    lists = {
        f"{component}/binary-{arch}/Packages{ending}": content
        for component, listed in entries.items()
        for arch in architectures
        for ending, content in _packed(listed, arch).items()
    }
    place = folder / "dists" / suite
    for name, content in lists.items():
        write(place / name, content)
        write((place / name).parent / "by-hash" / "SHA256" / sha256(content), content)
    for component in components:
        write(folder / f"{suite}-{component}.sources", _sources(suite, component))
    release = _release(suite, components, architectures, lists)
    write(place / "Release", release)
    write(place / "Release.gpg", key.signature(release))
    write(place / "InRelease", key.clear_signed(release))


def _entry(deb: Path, folder: Path) -> Deb822:
    """A package's paragraph in Packages."""
    content = deb.read_bytes()
    entry = _control(deb)
    entry["Filename"] = str(deb.relative_to(folder))
    entry["Size"] = str(len(content))
    entry["SHA256"] = sha256(content)
    return entry


def _packed(entries: list[Deb822], arch: str) -> dict[str, bytes]:
    """The list of one architecture, plain and compressed, by the ending of its name."""
    plain = "\n".join(
        entry.dump() for entry in entries if entry["Architecture"] in (arch, "all")
    ).encode()
    return {"": plain, ".gz": gzip.compress(plain, mtime=0), ".xz": lzma.compress(plain)}


def _release(
    suite: str, components: list[str], architectures: list[str], lists: Mapping[str, bytes]
) -> bytes:
    sums = "".join(f"\n {sha256(lists[name])} {len(lists[name])} {name}" for name in sorted(lists))
    release = {
        "Origin": "kea-hook-runscript",
        "Label": "kea-hook-runscript",
        "Suite": suite,
        "Codename": suite,
        "Date": format_datetime(datetime.now(UTC)).replace("+0000", "UTC"),
        "Acquire-By-Hash": "yes",
        "Architectures": " ".join(architectures),
        "Components": " ".join(components),
        "Description": "Run your own scripts on DHCP events in Kea",
        "SHA256": sums,
    }
    return Deb822(release).dump().encode()


def _sources(suite: str, component: str) -> bytes:
    heading = (
        f"# Put {KEY_FILE} to {KEY_THERE}, this file into /etc/apt/sources.list.d,\n"
        "# and the address where you serve this repository into the field URIs.\n"
    )
    fields = {
        "Types": "deb",
        "URIs": "https://repository.example/",
        "Suites": suite,
        "Components": component,
        "Signed-By": KEY_THERE,
    }
    return (heading + Deb822(fields).dump()).encode()


def _file_name(deb: Path) -> str:
    """The one name of this package, version and architecture, as Debian's archive forms it."""
    control = _control(deb)
    version = control["Version"].rpartition(":")[2]
    return f"{control['Package']}_{version}_{control['Architecture']}.deb"


def _control(deb: Path) -> Deb822:
    with DebFile(deb) as opened:
        return opened.debcontrol()
