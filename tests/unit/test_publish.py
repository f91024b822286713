"""How a repository gets to where it is served."""

from pathlib import Path

import pytest

from kit.repository import RepositoryError
from kit.repository.publish import carry

POOL = "pool/trixie/distro/one_1.0_amd64.deb"
RPM = "rpm/el9/isc-3.0/x86_64/one-1.0-1.x86_64.rpm"
HASHED = "dists/trixie/distro/binary-amd64/by-hash/SHA256/0123"
LISTS = "rpm/el9/isc-3.0/x86_64/repodata/0123-primary.xml.gz"
INDEXES = [
    "dists/trixie/InRelease",
    "dists/trixie/distro/binary-amd64/Packages.gz",
    "rpm/el9/isc-3.0/x86_64/repodata/repomd.xml",
    "rpm/el9/isc-3.0/x86_64/repodata/repomd.xml.asc",
]
ALL = [POOL, RPM, HASHED, LISTS, *INDEXES, "kea-runscript.asc"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What a repository is made of."""
    folder = tmp_path / "repository"
    for name in ALL:
        write(folder / name, f"{name}, first")
    return folder


@pytest.fixture
def served(folder: Path, tmp_path: Path) -> Path:
    """Where it was published once."""
    served = tmp_path / "served" / "repository"
    carry(folder, str(served))
    return served


def write(file: Path, content: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content)


def content(folder: Path) -> dict[str, str]:
    files = filter(Path.is_file, folder.rglob("*"))
    return {str(file.relative_to(folder)): file.read_text() for file in files}


def test_all_is_there_and_readable_for_all(folder: Path, served: Path) -> None:
    assert content(served) == content(folder)
    for path in [served / "dists", *(served / name for name in ALL)]:
        assert path.stat().st_mode & 0o777 == (0o755 if path.is_dir() else 0o644)


def test_lists_come_after_what_they_name(folder: Path, tmp_path: Path) -> None:
    names = carry(folder, str(tmp_path / "served"))
    assert sorted(names) == sorted(ALL)
    assert set(names[:4]) == {POOL, RPM, HASHED, LISTS}


def test_only_what_is_new_is_copied(folder: Path, served: Path) -> None:
    newer = POOL.replace("1.0", "1.1")
    write(folder / newer, "newer")
    write(folder / INDEXES[0], "names the newer one as well")
    assert carry(folder, str(served)) == [newer, INDEXES[0]]
    assert carry(folder, str(served)) == []


def test_what_is_no_longer_here_stays_there(folder: Path, served: Path) -> None:
    (folder / POOL).unlink()
    carry(folder, str(served))
    assert (served / POOL).exists()


@pytest.mark.parametrize("name", [POOL, RPM])
def test_a_published_version_with_other_content_is_refused(
    folder: Path, served: Path, name: str
) -> None:
    write(folder / name, f"{name}, fi_st")  # of the same length
    write(folder / INDEXES[0], "anew")
    before = content(served)
    with pytest.raises(RepositoryError, match=f"{name} already at .* with other content"):
        carry(folder, str(served))
    assert content(served) == before


def test_a_dry_run_tells_and_does_nothing(folder: Path, tmp_path: Path) -> None:
    served = tmp_path / "served"
    assert sorted(carry(folder, str(served), dry_run=True)) == sorted(ALL)
    assert not served.exists()


def test_what_rsync_complains_of_is_told(folder: Path) -> None:
    with pytest.raises(RepositoryError, match=r"rsync to /dev/null/served failed:\n.*rsync"):
        carry(folder, "/dev/null/served")
