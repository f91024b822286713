"""What is in a package, told so that a change shows in a review.

packaging/manifests/<target>/<package>.yml has the release of Kea that the package is for, if it is
for one; then for each file its mode, and for what was compiled: the libraries it needs, the newest
glibc and libstdc++ symbols it uses, run paths if it has any, and what a library exports.
"""

from __future__ import annotations

import io
import itertools
import re
from pathlib import Path
from typing import Any

import yaml
from debian.debfile import DebFile
from elftools.elf.elffile import ELFFile
from invoke import Context, task
from rich.console import Console

from kit import needs, targets
from kit.package import HOOK, STAGES, package
from kit.paths import ROOT
from kit.targets import Target

FOLDER = ROOT / "packaging" / "manifests"
FAMILIES = ("GLIBC", "GLIBCXX", "CXXABI", "GCC")
"""The families of symbol versions, of glibc, libstdc++ and libgcc."""


def golden(target: Target, name: str) -> Path:
    """Name the file with what a package of the target is expected to hold."""
    return FOLDER / target.name / f"{name}.yml"


def built_for(target: Target) -> str:
    """The release of Kea that the target's manifest was written for; "" if there is none yet."""
    file = golden(target, HOOK)
    return yaml.safe_load(file.read_text(encoding="utf-8"))["kea"] if file.exists() else ""


def describe(deb: Path) -> dict[str, Any]:
    """Tell what is in a package: `kea`, a release; for each file its mode, and what an ELF file
    asks and offers.
    """
    with DebFile(deb) as opened:
        release = re.search(r"\+kea([\d.]+)~", opened.debcontrol()["Version"])
        described: dict[str, Any] = {"kea": release[1]} if release else {}
        data = opened.data.tgz()
        for member in sorted(data.getmembers(), key=lambda member: member.name):
            if member.isfile():
                content = data.extractfile(member).read()
                compiled = _compiled(content) if content.startswith(b"\x7fELF") else {}
                described[member.name.lstrip(".")] = {"mode": f"{member.mode:04o}", **compiled}
    return described


def _compiled(content: bytes) -> dict[str, object]:
    elf = ELFFile(io.BytesIO(content))
    tags = list(elf.get_section_by_name(".dynamic").iter_tags())
    newest: dict[str, tuple[int, ...]] = {}
    for _, versions in elf.get_section_by_name(".gnu.version_r").iter_versions():
        for version in versions:
            family, _, number = version.name.partition("_")
            if family in FAMILIES and number.replace(".", "").isdigit():
                found = tuple(int(part) for part in number.split("."))
                newest[family] = max(newest.get(family, found), found)
    described: dict[str, object] = {
        "needs": sorted(tag.needed for tag in tags if tag.entry.d_tag == "DT_NEEDED"),
        "newest": {name: ".".join(map(str, newest[name])) for name in sorted(newest)},
    }
    if paths := [tag.entry.d_tag for tag in tags if tag.entry.d_tag in ("DT_RPATH", "DT_RUNPATH")]:
        described["searches"] = paths
    if not any(segment.header.p_type == "PT_INTERP" for segment in elf.iter_segments()):
        described["exports"] = sorted(
            symbol.name
            for symbol in elf.get_section_by_name(".dynsym").iter_symbols()
            if symbol.entry.st_shndx != "SHN_UNDEF" and symbol.entry.st_info.bind != "STB_LOCAL"
        )
    return described


@task
def manifests(_: Context) -> None:
    """Write anew what each target's packages hold; the change is for you to review and commit."""
    needs.ensure()
    console = Console()
    for target, name in itertools.product(targets.chosen("", every=True), STAGES):
        with console.status(f"packaging for {target.name}"):
            described = describe(package(target, name))
        text = yaml.safe_dump(described, sort_keys=False, default_flow_style=None, width=100)
        file = golden(target, name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        console.print(file, soft_wrap=True)
