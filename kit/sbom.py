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

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.license import LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from debian.debfile import DebFile
from packageurl import PackageURL

from kit.build import epoch, inside
from kit.targets import Target

SUMS = "SHA256SUMS"
VERSIONS = ("dpkg-query", "-W", "-f", "${binary:Package} ${Version} ${Architecture}\\n")


def write(target: Target, debs: Iterable[Path]) -> list[Path]:
    """Write all of it beside packages that are in one folder; returns what was written."""
    debs = list(debs)
    used = _used(target)
    written = []
    for deb in debs:
        written.append(deb.with_suffix(".cdx.json"))
        written[-1].write_text(describe(target, deb, used), encoding="utf-8")
    sums = debs[0].with_name(SUMS)
    lines = (f"{_sha256(file.read_bytes())}  {file.name}\n" for file in sorted([*debs, *written]))
    sums.write_text("".join(lines), encoding="utf-8")
    return [*written, sums]


def describe(target: Target, deb: Path, used: Iterable[Component]) -> str:
    """A package's CycloneDX document; the same bytes for the same package.

    used: what it was compiled with.
    """
    content = deb.read_bytes()
    with DebFile(deb) as opened:
        control = opened.debcontrol()
        data = opened.data.tgz()
        files = [
            _file(member.name.lstrip("."), data.extractfile(member).read())
            for member in data.getmembers()
            if member.isfile()
        ]
    about = Component(
        type=ComponentType.LIBRARY,
        name=control["Package"],
        version=control["Version"],
        description=control["Description"].partition("\n")[0],
        licenses=[LicenseExpression("MPL-2.0")],
        hashes=[_hash(content)],
        purl=_purl(target, control["Package"], control["Version"], control["Architecture"]),
        components=files,
    )
    about.bom_ref.value = str(about.purl)
    bom = Bom(
        serial_number=uuid.uuid5(uuid.NAMESPACE_OID, _sha256(content)),
        components=used,
    )
    bom.metadata.component = about
    bom.metadata.timestamp = datetime.fromtimestamp(epoch(), UTC)
    bom.register_dependency(about, used)
    return JsonV1Dot6(bom).output_as_string(indent=2) + "\n"


def _used(target: Target) -> list[Component]:
    """The packages in the build root that were asked for, Kea's and the compiler among them."""
    names = {package.partition("=")[0] for package in target.build_root().packages}
    found = []
    for line in inside(target, [*VERSIONS, *sorted(names)]).splitlines():
        name, version, arch = line.split()
        name = name.partition(":")[0]
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
    return PackageURL("deb", target.distribution, name, version, qualifiers)


def _file(path: str, content: bytes) -> Component:
    part = Component(type=ComponentType.FILE, name=path, hashes=[_hash(content)])
    part.bom_ref.value = path
    return part


def _hash(content: bytes) -> HashType:
    return HashType(alg=HashAlgorithm.SHA_256, content=_sha256(content))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
