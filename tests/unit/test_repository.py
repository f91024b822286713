"""The files of a repository: what apt is told of the packages, and that it is signed."""

import gzip
import hashlib
import lzma
from pathlib import Path

import pytest
import yaml
from debian.deb822 import Deb822, Packages, Release
from pysequoia import Cert, CipherSuite, Sig, Tsk, verify

from kit import package, repository, signing
from kit.signing import Key


@pytest.fixture
def folder(tmp_path: Path, key: Key) -> Path:
    packages = {
        ("trixie", "distro"): [deb(tmp_path, "one", "1.0", "amd64")],
        ("trixie", "backports"): [deb(tmp_path, "one", "2.0", "amd64")],
        ("forky", "distro"): [deb(tmp_path, "two", "1.0", "all")],
    }
    return repository.make(packages, tmp_path / "repository", key)


def deb(folder: Path, name: str, version: str, arch: str, summary: str = "For a test") -> Path:
    description = {
        "name": name,
        "arch": arch,
        "version": version,
        "version_schema": "none",
        "maintainer": "The kea-hook-runscript authors",
        "description": summary,
    }
    return package.pack(yaml.safe_dump(description), folder / f"{name}-{version}.deb")


def listed(folder: Path, suite: str, component: str, arch: str = "amd64") -> list[Packages]:
    text = (folder / "dists" / suite / component / f"binary-{arch}" / "Packages").read_text()
    return list(Packages.iter_paragraphs(text, use_apt_pkg=False))


def test_each_component_lists_its_own_packages(folder: Path) -> None:
    assert [p["Version"] for p in listed(folder, "trixie", "distro")] == ["1.0"]
    assert [p["Version"] for p in listed(folder, "trixie", "backports")] == ["2.0"]


def test_a_package_is_where_the_list_says_and_what_it_says(folder: Path) -> None:
    (entry,) = listed(folder, "trixie", "distro")
    assert entry["Filename"] == "pool/trixie/distro/one_1.0_amd64.deb"
    content = (folder / entry["Filename"]).read_bytes()
    assert entry["Size"] == str(len(content))
    assert entry["SHA256"] == hashlib.sha256(content).hexdigest()


def test_the_release_vouches_for_every_list_also_by_hash(folder: Path) -> None:
    release = Release((folder / "dists/trixie/Release").read_text())
    assert release["Components"] == "backports distro"
    assert release["Acquire-By-Hash"] == "yes"
    assert len(release["SHA256"]) == 6
    for entry in release["SHA256"]:
        file = folder / "dists/trixie" / entry["name"]
        content = file.read_bytes()
        assert (entry["sha256"], int(entry["size"])) == (
            hashlib.sha256(content).hexdigest(),
            len(content),
        )
        assert (file.parent / "by-hash/SHA256" / entry["sha256"]).read_bytes() == content


def test_the_packed_lists_are_the_plain_one(folder: Path) -> None:
    place = folder / "dists/trixie/distro/binary-amd64"
    plain = (place / "Packages").read_bytes()
    assert gzip.decompress((place / "Packages.gz").read_bytes()) == plain
    assert lzma.decompress((place / "Packages.xz").read_bytes()) == plain


def test_both_signatures_are_by_the_key_that_lies_beside(folder: Path) -> None:
    place = folder / "dists/trixie"
    certificate = Cert.from_file(str(folder / repository.KEY_FILE))
    release = (place / "Release").read_bytes()
    inside = verify((place / "InRelease").read_bytes(), store=lambda _: [certificate])
    assert inside.bytes.rstrip() == release.rstrip()
    signature = Sig.from_bytes((place / "Release.gpg").read_bytes())
    apart = verify(release, store=lambda _: [certificate], signature=signature)
    assert apart.valid_sigs[0].certificate == certificate.fingerprint


def test_a_package_for_every_architecture_is_found(folder: Path) -> None:
    assert [p["Package"] for p in listed(folder, "forky", "distro", "all")] == ["two"]


def test_old_versions_stay(folder: Path, key: Key, tmp_path: Path) -> None:
    newer = deb(tmp_path, "one", "1.1", "amd64")
    repository.make({("trixie", "distro"): [newer]}, folder, key)
    assert [p["Version"] for p in listed(folder, "trixie", "distro")] == ["1.0", "1.1"]


def test_the_same_package_again_changes_nothing(folder: Path, key: Key, tmp_path: Path) -> None:
    same = deb(tmp_path, "one", "1.0", "amd64")
    repository.make({("trixie", "distro"): [same]}, folder, key)
    assert [p["Version"] for p in listed(folder, "trixie", "distro")] == ["1.0"]


def test_a_published_version_with_other_content_is_refused(
    folder: Path, key: Key, tmp_path: Path
) -> None:
    other = deb(tmp_path, "one", "1.0", "amd64", "For another test")
    with pytest.raises(repository.RepositoryError, match=r"one_1\.0_amd64\.deb is already in"):
        repository.make({("trixie", "distro"): [other]}, folder, key)


def test_the_sources_file_names_suite_component_and_key(folder: Path) -> None:
    sources = Deb822((folder / "trixie-backports.sources").read_text())
    assert (sources["Suites"], sources["Components"]) == ("trixie", "backports")
    assert sources["Signed-By"].endswith(f"/{repository.KEY_FILE}")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("no key at all", "is not a secret OpenPGP key without a passphrase"),
        (
            str(Tsk.generate("x", cipher_suite=CipherSuite.RSA2k)),
            "another kind or a shorter one",
        ),
        (str(Tsk.generate("x")), "another kind or a shorter one"),
    ],
    ids=["no key", "RSA-2048", "Ed25519"],
)
def test_a_key_that_is_no_good_is_refused(tmp_path: Path, content: str, complaint: str) -> None:
    file = tmp_path / "key.asc"
    file.write_text(content)
    with pytest.raises(signing.KeyProblem, match=complaint):
        signing.load(file)
