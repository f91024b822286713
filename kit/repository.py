"""A signed apt repository as plain files, for any web server.

    dists/<suite>/InRelease, Release, Release.gpg
    dists/<suite>/<component>/binary-<arch>/Packages, .gz, .xz and by-hash/
    pool/<suite>/<component>/<package>_<version>_<arch>.deb
    kea-runscript.asc                 the public key
    <suite>-<component>.sources       for /etc/apt/sources.list.d

A component holds builds for one release of Kea at a time: apt looks at the highest version only.
"""

from __future__ import annotations

import gzip
import hashlib
import lzma
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

from debian.deb822 import Deb822
from debian.debfile import DebFile
from invoke import Context, task
from rich.console import Console

from kit import needs, signing, targets
from kit.errors import Problem
from kit.package import everything
from kit.paths import BUILD
from kit.signing import Key

KEY_FILE = "kea-runscript.asc"
KEY_THERE = f"/etc/apt/keyrings/{KEY_FILE}"


class RepositoryError(Problem):
    """A package can't be published; the text says which and what to do."""


def make(packages: Mapping[tuple[str, str], Iterable[Path]], folder: Path, key: Key) -> Path:
    """Adds packages to the repository in `folder`, which is made if need be, and signs it.

    packages: for each suite and component the .deb files, of whatever origin.
    Returns `folder`. What is in it already stays. Raises RepositoryError, before anything is
    written, for a version that is already published with other content.
    """
    published = [
        (deb, folder / "pool" / suite / component / _file_name(deb))
        for (suite, component), debs in packages.items()
        for deb in debs
    ]
    for deb, place in published:
        if place.exists() and _sha256(place.read_bytes()) != _sha256(deb.read_bytes()):
            raise RepositoryError(
                f"{place.name} is already in {folder} with other content: a published version"
                " never changes. Raise the version in CHANGELOG.md, or use another folder"
            )
    for deb, place in published:
        _write(place, deb.read_bytes())
    for suite in (folder / "pool").iterdir():  # all of them: the key may be another than before
        _index(folder, suite.name, key)
    _write(folder / KEY_FILE, key.public.encode())
    return folder


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
        _write(place / name, content)
        _write((place / name).parent / "by-hash" / "SHA256" / _sha256(content), content)
    for component in components:
        _write(folder / f"{suite}-{component}.sources", _sources(suite, component))
    release = _release(suite, components, architectures, lists)
    _write(place / "Release", release)
    _write(place / "Release.gpg", key.signature(release))
    _write(place / "InRelease", key.clear_signed(release))


def _entry(deb: Path, folder: Path) -> Deb822:
    """A package's paragraph in Packages."""
    content = deb.read_bytes()
    entry = _control(deb)
    entry["Filename"] = str(deb.relative_to(folder))
    entry["Size"] = str(len(content))
    entry["SHA256"] = _sha256(content)
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
    sums = "".join(f"\n {_sha256(lists[name])} {len(lists[name])} {name}" for name in sorted(lists))
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


def _write(file: Path, content: bytes) -> None:
    """Puts a file in place at once, so that a web server never hands out half of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f".{file.name}.partial")
    partial.write_bytes(content)
    partial.chmod(0o644)
    partial.replace(file)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@task(
    help={
        "target": "a name from packaging/targets.yml; without it, this machine's distribution",
        "all": "every target",
        "folder": "where the repository is; without it, build/repository",
    }
)
def repo(_: Context, target: str = "", all: bool = False, folder: str = "") -> None:
    """Add the packages of one target or all to a signed apt repository for any web server.

    The key is the one in the file that KEA_RUNSCRIPT_SIGNING_KEY names (secret, without a
    passphrase), else a demo key of this machine's.
    """
    needs.ensure()
    console = Console()
    place = Path(folder) if folder else BUILD / "repository"
    with console.status("packaging and signing"):
        key = signing.key()
        made = defaultdict(list)
        for chosen in targets.chosen(target, all):
            made[chosen.suite, chosen.track] += everything(chosen)
        make(made, place, key)
    console.print(f"{place}, signed by {key.name}", soft_wrap=True)
