"""Debug symbols: where debuggers look for them, for exactly the files that are installed."""

import io
from pathlib import Path

import pytest
from debian.debfile import DebFile
from elftools.elf.elffile import ELFFile

from kit import package
from kit.targets import Target


def compiled(deb: Path) -> dict[str, ELFFile]:
    """The compiled files of a package, by their paths."""
    with DebFile(deb) as opened:
        data = opened.data.tgz()
        contents = {
            member.name.lstrip("."): data.extractfile(member).read()
            for member in data.getmembers()
            if member.isfile()
        }
    return {
        name: ELFFile(io.BytesIO(content))
        for name, content in contents.items()
        if content.startswith(b"\x7fELF")
    }


def build_id(file: ELFFile) -> str:
    (note,) = file.get_section_by_name(".note.gnu.build-id").iter_notes()
    return note["n_desc"]


@pytest.mark.parametrize("name", package.STAGES)
def test_each_compiled_file_has_its_symbols(target: Target, name: str) -> None:
    symbols = compiled(package.symbols_of(target, name))
    expected = {}
    for path, file in compiled(package.package(target, name)).items():
        found = build_id(file)
        expected[f"/usr/lib/debug/.build-id/{found[:2]}/{found[2:]}.debug"] = found
        assert file.get_section_by_name(".gnu_debuglink"), path
        assert not file.get_section_by_name(".debug_info"), path
    assert {path: build_id(file) for path, file in symbols.items()} == expected
    assert all(file.get_section_by_name(".debug_info") for file in symbols.values())
