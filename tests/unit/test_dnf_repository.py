"""The files of a repository that dnf reads: what they say of the packages, and who signed them."""

import configparser
import gzip
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from pysequoia import Cert, Sig, verify
from rpm_rs import Package

from kit import package, repository
from kit.signing import Key
from tests.unit.conftest import new_key

PLACE = "rpm/el9/isc-3.0/x86_64"


@pytest.fixture
def folder(tmp_path: Path, key: Key) -> Path:
    packages = {
        ("el9", "isc-3.0"): [rpm(tmp_path, "one", "1.0", "amd64")],
        ("fc43", "distro"): [rpm(tmp_path, "two", "1.0", "arm64")],
    }
    return repository.make(packages, tmp_path / "repository", key)


def rpm(folder: Path, name: str, version: str, arch: str, summary: str = "For a test") -> Path:
    description = {
        "name": name,
        "arch": arch,
        "version": version,
        "release": "1",
        "version_schema": "none",
        "maintainer": "The kea-hook-runscript authors",
        "description": summary,
        "rpm": {"buildhost": "localhost"},
    }
    return package.pack(yaml.safe_dump(description), folder / f"{name}-{version}.rpm")


def listed(place: Path) -> list[str]:
    """The files of the packages that the newest lists in a folder have."""
    index = ElementTree.parse(place / "repodata" / "repomd.xml")
    primary = index.find("{*}data[@type='primary']/{*}location").get("href")
    packages = ElementTree.fromstring(gzip.decompress((place / primary).read_bytes()))
    return sorted(found.get("href") for found in packages.iterfind(".//{*}location"))


def test_each_architecture_lists_its_own_packages(folder: Path) -> None:
    assert listed(folder / PLACE) == ["one-1.0-1.x86_64.rpm"]
    assert listed(folder / "rpm/fc43/distro/aarch64") == ["two-1.0-1.aarch64.rpm"]


def test_the_list_of_lists_is_signed_by_the_key_that_lies_beside(folder: Path) -> None:
    certificate = Cert.from_file(str(folder / repository.KEY_FILE))
    place = folder / PLACE / "repodata"
    signature = Sig.from_bytes((place / "repomd.xml.asc").read_bytes())
    said = (place / "repomd.xml").read_bytes()
    checked = verify(said, store=lambda _: [certificate], signature=signature)
    assert checked.valid_sigs[0].certificate == certificate.fingerprint


def test_each_package_is_signed_and_otherwise_as_it_was_made(
    folder: Path, tmp_path: Path, key: Key
) -> None:
    published = Package.open(folder / PLACE / "one-1.0-1.x86_64.rpm")
    made = Package.open(tmp_path / "one-1.0.rpm")
    assert key.has_signed(published)
    assert not key.has_signed(made)
    assert published.header_bytes() == made.header_bytes()


def test_the_header_vouches_for_the_payload(tmp_path: Path) -> None:
    """So that what is the same but for its signature can be told by the header alone."""
    made = Package.open(rpm(tmp_path, "one", "1.0", "amd64"))
    assert made.check_digests().payload_sha256.is_verified()


def test_old_versions_stay(folder: Path, key: Key, tmp_path: Path) -> None:
    newer = rpm(tmp_path, "one", "1.1", "amd64")
    repository.make({("el9", "isc-3.0"): [newer]}, folder, key)
    assert listed(folder / PLACE) == ["one-1.0-1.x86_64.rpm", "one-1.1-1.x86_64.rpm"]


def test_the_same_package_again_stays_as_it_was_signed(
    folder: Path, key: Key, tmp_path: Path
) -> None:
    file = folder / PLACE / "one-1.0-1.x86_64.rpm"
    before = file.read_bytes()
    again = rpm(tmp_path, "one", "1.0", "amd64")
    repository.make({("el9", "isc-3.0"): [again]}, folder, key)
    assert file.read_bytes() == before


def test_a_published_version_with_other_content_is_refused(
    folder: Path, key: Key, tmp_path: Path
) -> None:
    other = rpm(tmp_path, "one", "1.0", "amd64", "For another test")
    with pytest.raises(repository.RepositoryError, match=r"one-1\.0-1\.x86_64\.rpm is already in"):
        repository.make({("el9", "isc-3.0"): [other]}, folder, key)


def test_packages_of_another_key_are_not_passed_off_as_ours(folder: Path) -> None:
    with pytest.raises(repository.RepositoryError, match="is signed by another key"):
        repository.make({}, folder, new_key())


def test_the_repo_file_wants_both_signatures(folder: Path) -> None:
    file = configparser.ConfigParser(interpolation=None)
    file.read(folder / "el9-isc-3.0.repo")
    assert file["kea-runscript"]["baseurl"].endswith("/rpm/el9/isc-3.0/$basearch")
    assert file["kea-runscript"]["gpgkey"].endswith(f"/{repository.KEY_FILE}")
    assert file["kea-runscript"]["gpgcheck"] == file["kea-runscript"]["repo_gpgcheck"] == "1"
