"""The part of a repository that dnf reads.

    rpm/<suite>/<track>/<arch>/<package>-<version>.<arch>.rpm      each signed by itself
    rpm/<suite>/<track>/<arch>/repodata/repomd.xml, repomd.xml.asc, and the lists it names
    <suite>-<track>.repo              for /etc/yum.repos.d

A suite is a distribution's release as the names of its packages end with it, such as el9.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from configparser import ConfigParser
from io import StringIO
from pathlib import Path

from rpm_rs import Package

from kit.repository.files import KEY_FILE, RepositoryError, changed, write
from kit.signing import Key

KEY_THERE = f"/etc/pki/rpm-gpg/{KEY_FILE}"
CREATEREPO = Path(sys.executable).with_name("createrepo_c")


def new(
    rpms: Mapping[tuple[str, str], Iterable[Path]], folder: Path, key: Key
) -> dict[Path, bytes]:
    """Where packages of each suite and track belong that are not there yet, and their content,
    signed.

    Raises RepositoryError for a version that is already published with other content than its
    signature, and where another key has signed what is there.
    """
    for place in folder.glob("rpm/*/*/*/*.rpm"):
        if not key.has_signed(Package.open(place)):
            raise RepositoryError(
                f"{place} is signed by another key than {key.name}: a signature is part of an rpm,"
                " and what is published never changes. Use the key of then, or another folder"
            )
    found = {}
    for (suite, track), files in rpms.items():
        for file in files:
            package = Package.open(file)
            name, arch = package.canonical_filename(), package.metadata.arch
            place = folder / "rpm" / suite / track / arch / name
            if not place.exists():
                key.sign(package)
                found[place] = package.to_bytes()
            elif Package.open(place).header_bytes() != package.header_bytes():
                raise changed(place)
    return found


def index(folder: Path, key: Key) -> None:
    """Writes what dnf reads of all suites, tracks and architectures."""
    for place in folder.glob("rpm/*/*/*"):
        _index(place, key)
    for place in folder.glob("rpm/*/*"):
        suite, track = place.relative_to(folder / "rpm").parts
        write(folder / f"{suite}-{track}.repo", _repo(suite, track))


def _index(place: Path, key: Key) -> None:
    """Writes the lists of one folder of packages, then the signed list of these lists."""
    lists = _lists(place)
    of_lists = lists.pop("repomd.xml")
    for name, content in lists.items():
        write(place / "repodata" / name, content)
    write(place / "repodata" / "repomd.xml", of_lists)
    write(place / "repodata" / "repomd.xml.asc", key.signature(of_lists))


def _lists(place: Path) -> dict[str, bytes]:
    """What createrepo_c says of a folder of packages, by file name."""
    # gz is what every release of dnf can read.
    options = ("--quiet", "--no-database", "--general-compress-type=gz")
    with tempfile.TemporaryDirectory() as made:
        # It complains where the machine has no rpm, whose settings it has no use for.
        Path(made, "rpmrc").touch()
        subprocess.run(
            [CREATEREPO, *options, f"--outputdir={made}", place],
            env={**os.environ, "RPM_CONFIGDIR": made},
            check=True,
        )
        return {file.name: file.read_bytes() for file in Path(made, "repodata").iterdir()}


def _repo(suite: str, track: str) -> bytes:
    """The file for /etc/yum.repos.d; `$basearch` is dnf's own."""
    file = ConfigParser(interpolation=None)
    file["kea-runscript"] = {
        "name": f"kea-hook-runscript for {suite}, Kea from {track}",
        "baseurl": f"https://repository.example/rpm/{suite}/{track}/$basearch",
        "gpgkey": f"file://{KEY_THERE}",
        "gpgcheck": "1",
        "repo_gpgcheck": "1",
    }
    text = StringIO()
    text.write(
        f"# Put {KEY_FILE} to {KEY_THERE}, this file into /etc/yum.repos.d, and\n"
        "# the address where you serve this repository into baseurl.\n"
    )
    file.write(text, space_around_delimiters=False)
    return text.getvalue().encode()
