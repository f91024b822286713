"""apt takes our repository as it was signed, and nothing else."""

import lzma
from collections.abc import Callable
from pathlib import Path

import pytest
from pysequoia import CipherSuite, Tsk

from kit import repository
from kit.signing import Key
from kit.targets import Target

INSTALL = "apt-get -q update --error-on=any && apt-get -q -y install kea-hook-runscript"


def one(folder: Path, pattern: str) -> Path:
    (file,) = folder.glob(pattern)
    return file


def change_release(folder: Path) -> None:
    file = one(folder, "dists/*/InRelease")
    file.write_bytes(file.read_bytes().replace(b"\nOrigin: kea", b"\nOrigin: Kea"))


def change_list(folder: Path) -> None:
    """Another description, in every form in which apt could fetch the list."""
    for place in folder.glob("dists/*/*/binary-*"):
        changed = (place / "Packages").read_bytes().replace(b"Run your own", b"Run my own")
        for file in place.rglob("*"):
            if file.is_file():
                packed = file.read_bytes().startswith(b"\xfd7zXZ")
                file.write_bytes(lzma.compress(changed) if packed else changed)


def change_package(folder: Path) -> None:
    file = one(folder, "pool/*/*/*.deb")
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)


def sign_with_another_key(folder: Path) -> None:
    """All is well made and signed, but not by the key that the machine trusts."""
    trusted = (folder / repository.KEY_FILE).read_bytes()
    suite, component = one(folder, "dists/*").name, one(folder, "pool/*/*").name
    other = Key(Tsk.generate("somebody else", cipher_suite=CipherSuite.RSA2k))
    repository.make({(suite, component): []}, folder, other)
    (folder / repository.KEY_FILE).write_bytes(trusted)


def test_is_taken_as_it_was_signed(machine: Callable) -> None:
    machine(INSTALL)


def test_the_detached_signature_does_as_well(machine: Callable, published: Path) -> None:
    """Older mirrors and tools leave InRelease out."""
    one(published, "dists/*/InRelease").unlink()
    machine(INSTALL)


@pytest.mark.parametrize(
    ("tamper", "complaint"),
    [
        (change_release, "BAD|signature|Bad"),
        (change_list, "Hash Sum mismatch|unexpected size"),
        (change_package, "Hash Sum mismatch"),
        (sign_with_another_key, "NO_PUBKEY|Missing key|not signed"),
    ],
)
def test_is_refused_when_anything_was_changed(
    machine: Callable, published: Path, tamper: Callable[[Path], None], complaint: str
) -> None:
    tamper(published)
    refused = machine(INSTALL, check=False)
    assert refused.returncode != 0
    assert any(text in refused.stdout for text in complaint.split("|")), refused.stdout


def test_a_published_version_never_changes(
    target: Target, deb: Path, published: Path, tmp_path: Path
) -> None:
    other = tmp_path / deb.name
    content = bytearray(deb.read_bytes())
    content[-1] ^= 1
    other.write_bytes(content)
    before = {file: file.read_bytes() for file in published.rglob("*") if file.is_file()}
    key = Key(Tsk.generate("any", cipher_suite=CipherSuite.RSA2k))
    with pytest.raises(repository.RepositoryError, match="Raise the version in CHANGELOG"):
        repository.make({(target.suite, target.track): [other]}, published, key)
    assert {file: file.read_bytes() for file in published.rglob("*") if file.is_file()} == before
