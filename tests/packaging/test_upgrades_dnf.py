"""The same with the real dnf and rpm and our real package, but with a dummy of Kea's, which has the
name and the release that ours asks for, and nothing else.

A rpm cannot refuse to be removed: what follows from that is seen here.
"""

import subprocess
from pathlib import Path

import pytest

from kit import repository, roots, signing, targets
from kit.package import HOOK
from kit.repository import dnf
from tests.packaging import newer, selftest, tables
from tests.packaging.moves import REFUSED, STAYS, TOGETHER, WITHOUT
from tests.packaging.tables import Row, Table

KEA = selftest.KEA
SUITE = selftest.SELFTEST.suite
AS_FEDORA, AS_EL, ERASING = "--nobest", "--best", "--best --allowerasing"
"""What `best` is in dnf.conf there, and what one may be tempted to add."""

# At the end of a transaction, as systemd's own trigger restarts what was upgraded.
RESTART = f"""#!/bin/sh
hook=$(rpm -q --qf '%{{version}}-%{{release}}' {HOOK}) || hook=
echo "restart $(rpm -q --qf '%{{version}}-%{{release}}' {KEA}) $hook" >>/asked
"""
BEGIN = f"""
there() {{
    rpm -q --qf '%{{name}} %{{version}}-%{{release}}\\n' {KEA} {HOOK} | grep -v 'not installed' || :
}}
arrive() {{
    for component in "$@"; do
        sed "s#https://repository.example#file:///repository#; s#^.kea-runscript.#[$component]#" \\
            "/repository/{SUITE}-$component.repo" >"/etc/yum.repos.d/$component.repo"
    done
}}
: >/asked
install -D -m 644 /repository/{repository.KEY_FILE} {dnf.KEY_THERE}
mkdir -p /etc/yum.repos.d
arrive kea-before hook-before
dnf -q -y install {KEA} {HOOK}
"""
UPGRADED = """
arrive kea hook
dnf -q -y upgrade
rm /etc/yum.repos.d/*
"""


def _ahead(name: str, script: str, ends: str) -> Row:
    return Row(name, script, ends, BEGIN, {"kea": "kea", "hook": "hook"})


def _back(name: str, script: str, ends: str) -> Row:
    came = {"kea": "kea-before", "hook": "hook-before"}
    return Row(name, script, ends, BEGIN + UPGRADED, came)


def _upgrade(option: str) -> Row:
    return _ahead(f"`dnf {option} upgrade`", f"dnf -y {option} upgrade", TOGETHER)


ROWS = [
    [_upgrade(AS_FEDORA)],
    [_upgrade(AS_EL)],
    [_upgrade(ERASING)],
    [_ahead("`rpm --upgrade` with Kea's package", "rpm -U /repository/rpm/*/kea/*/*.rpm", REFUSED)],
    [_ahead(f"`dnf remove {HOOK}`", f"dnf -y remove {HOOK}", STAYS)],
    [_back("back, Kea alone", f"dnf -y downgrade {KEA}", TOGETHER)],
    [_back("back, both", f"dnf -y downgrade {KEA} {HOOK}", TOGETHER)],
]


@pytest.fixture(scope="session", params=[selftest.DEBIAN.name])
def table(as_root: None, tmp_path_factory: pytest.TempPathFactory) -> Table:
    """The name in those of the tests has them run in the process of the other tests of rpms."""
    published = _published(tmp_path_factory.mktemp("dnf"))
    root = roots.ensure(selftest.root())

    def machine(script: str) -> subprocess.CompletedProcess[str]:
        done = roots.run(
            root,
            ["sh", "-euc", script],
            binds={published: "/repository"},
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert done.returncode == 0, done.stdout
        return done

    return tables.fill("dnf", ROWS, machine)


def _published(folder: Path) -> Path:
    """A repository with a track for each thing that can arrive."""
    now = targets.kea_release(selftest.DEBIAN)
    tracks = {
        "kea-before": [_dummy(now, folder), selftest.libraries(folder)],
        "hook-before": [selftest.ours()],
        "kea": [_dummy(newer.KEA, folder)],
        "hook": [selftest.ours(kea=newer.KEA)],
    }
    packages = {(SUITE, track): rpms for track, rpms in tracks.items()}
    return repository.make(packages, folder / "repository", signing.key())


def _dummy(release: str, folder: Path) -> Path:
    """What stands for Kea, and notes when it would be restarted."""
    restart = folder / "restart"
    restart.write_text(RESTART)
    rpm = {**selftest.RPM, "scripts": {"posttrans": str(restart)}}
    made = folder / f"{KEA}-{release}.rpm"
    return selftest.pack(made, name=KEA, version=release, description="A dummy of Kea", rpm=rpm)


def test_the_page_has_what_was_seen(table: Table) -> None:
    assert table.on_the_page() == table.markdown()


def test_only_what_may_erase_packages_leaves_a_server_without_its_hook(table: Table) -> None:
    unsafe = {
        (row, shift): table.words(row, shift)[0]
        for (row, shift), cell in table.cells.items()
        if not all(seen.safe for seen in cell[1:])
    }
    assert unsafe == {(_upgrade(ERASING), "late"): WITHOUT}


def test_once_both_are_there_they_move(table: Table) -> None:
    for row, shift in table.cells:
        if (row, shift) != (_upgrade(ERASING), "late"):
            assert table.words(row, shift)[-1] == row.ends, (row.name, shift)
