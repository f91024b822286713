"""What is understood of apt's source files."""

from pathlib import Path

import pytest

from kit import apt

ONE_LINE = """\
# deb http://commented.test/debian trixie main
deb [arch=amd64 signed-by=/etc/apt/keyrings/other.gpg] http://other.test/deb trixie main
deb-src http://mirror.test/debian trixie main
deb http://mirror.test/debian trixie main contrib # ours
"""
PARAGRAPHS = """\
Types: deb deb-src
# Comments may stand between fields.
URIs: http://mirror.test/debian
Suites: trixie
 trixie-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.pgp

Types: deb
URIs: http://off.test/debian
Suites: trixie
Components: main
Enabled: no

Types: deb
URIs: http://embedded.test/debian
Suites: trixie
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
"""


@pytest.fixture
def etc(tmp_path: Path) -> Path:
    """A folder like /etc/apt, and beside it an os-release of trixie."""
    folder = tmp_path / "apt"
    (folder / "sources.list.d").mkdir(parents=True)
    (tmp_path / "os-release").write_text("ID=debian\nVERSION_CODENAME=trixie\n")
    return folder


def test_one_line_sources(etc: Path) -> None:
    (etc / "sources.list").write_text(ONE_LINE)
    other, ours = apt.sources(etc)
    assert other.keyring == Path("/etc/apt/keyrings/other.gpg")
    assert ours == apt.Source("http://mirror.test/debian", ("trixie",), ("main", "contrib"))


def test_paragraphs(etc: Path) -> None:
    (etc / "sources.list.d" / "debian.sources").write_text(PARAGRAPHS)
    first, embedded = apt.sources(etc)
    assert first.uri == "http://mirror.test/debian"
    assert first.suites == ("trixie", "trixie-updates")
    assert first.keyring == Path("/usr/share/keyrings/debian-archive-keyring.pgp")
    assert embedded.keyring is None


def test_debians_own_archive_is_preferred(etc: Path) -> None:
    (etc / "sources.list").write_text(ONE_LINE)
    assert apt.mirror(etc, etc.parent / "os-release").uri == "http://mirror.test/debian"


def test_without_an_archive_the_error_says_where_to_add_one(etc: Path) -> None:
    with pytest.raises(apt.NoMirror, match=r"sources\.list\.d.*: add"):
        apt.mirror(etc, etc.parent / "os-release")
