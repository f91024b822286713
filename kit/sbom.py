"""What stands beside the packages of a target: what each is made of, and the checksums of all.

`<package>.cdx.json` is a CycloneDX document: the files in the package, and the packages of the
distribution, with their versions, that it was compiled with. `SHA256SUMS` is of the packages and
of these, for `sha256sum -c`.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.license import LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from debian.debfile import DebFile
from packageurl import PackageURL
from rpm_rs import Package

from kit.build import epoch, inside
from kit.targets import Target

SUMS = "SHA256SUMS"
VERSIONS = {
    "deb": ("dpkg-query", "-W", "-f", "${Package} ${Version} ${Architecture}\\n"),
    "rpm": ("rpm", "-q", "--qf=%{NAME} %{VERSION}-%{RELEASE} %{ARCH}\\n"),
}


def write(target: Target, packages: Iterable[Path]) -> list[Path]:
    """Write all of it beside packages that are in one folder; returns what was written."""
    packages = list(packages)
    used = _used(target)
    written = []
    for package in packages:
        written.append(package.with_suffix(".cdx.json"))
        written[-1].write_text(describe(target, package, used), encoding="utf-8")
    sums = packages[0].with_name(SUMS)
    files = sorted([*packages, *written])
    sums.write_text(
        "".join(f"{_sha256(file.read_bytes())}  {file.name}\n" for file in files), encoding="utf-8"
    )
    return [*written, sums]


def describe(target: Target, package: Path, used: Iterable[Component]) -> str:
    """A package's CycloneDX document; the same bytes for the same package.

    used: what it was compiled with.
    """
    sha256 = _sha256(package.read_bytes())
    told = _deb(package) if package.suffix == ".deb" else _rpm(package)
    about = Component(
        type=ComponentType.LIBRARY,
        name=told.name,
        version=told.version,
        description=told.summary,
        licenses=[LicenseExpression("MPL-2.0")],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=sha256)],
        purl=_purl(target, told.name, told.version, told.arch),
        components=[_file(path, digest) for path, digest in told.files.items()],
    )
    about.bom_ref.value = str(about.purl)
    bom = Bom(serial_number=uuid.uuid5(uuid.NAMESPACE_OID, sha256), components=used)
    bom.metadata.component = about
    bom.metadata.timestamp = datetime.fromtimestamp(epoch(), UTC)
    bom.register_dependency(about, used)
    return JsonV1Dot6(bom).output_as_string(indent=2) + "\n"


class Told(NamedTuple):
    """What a package says of itself; of its files, by path, the SHA-256."""

    name: str
    version: str
    arch: str
    summary: str
    files: dict[str, str]


def _deb(package: Path) -> Told:
    with DebFile(package) as opened:
        control, data = opened.debcontrol(), opened.data.tgz()
        files = {
            member.name.lstrip("."): _sha256(data.extractfile(member).read())
            for member in data.getmembers()
            if member.isfile()
        }
    summary = control["Description"].partition("\n")[0]
    return Told(control["Package"], control["Version"], control["Architecture"], summary, files)


def _rpm(package: Path) -> Told:
    told = Package.open(package).metadata
    files = {entry.path: entry.digest.digest for entry in told.file_entries if entry.digest}
    version = f"{told.version}-{told.release}"
    return Told(told.name, version, told.arch, told.summary, files)


def _used(target: Target) -> list[Component]:
    """The packages that were asked for where it was compiled, Kea's and the compiler among them."""
    asked = target.build_root().packages if target.here else target.build_packages
    names = [package.partition("=")[0] for package in asked]
    found = []
    for line in inside(target, [*VERSIONS[target.format], *names]).splitlines():
        name, version, arch = line.split()
        part = Component(
            type=ComponentType.LIBRARY,
            name=name,
            version=version,
            scope=ComponentScope.EXCLUDED,  # it was there when this was built, and is not in it
            purl=_purl(target, name, version, arch),
        )
        part.bom_ref.value = str(part.purl)
        found.append(part)
    return found


def _purl(target: Target, name: str, version: str, arch: str) -> PackageURL:
    qualifiers = {"arch": arch, "distro": target.suite}
    return PackageURL(target.format, target.distribution, name, version, qualifiers)


def _file(path: str, sha256: str) -> Component:
    hashes = [HashType(alg=HashAlgorithm.SHA_256, content=sha256)]
    part = Component(type=ComponentType.FILE, name=path, hashes=hashes)
    part.bom_ref.value = path
    return part


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
