"""Kea moves, and our package for it is there early, late, or never: with the real apt of each
suite, and Debian's real packages of Kea under another version.

docs/upgrades.md has what was seen; RUNSCRIPT_UPGRADES=write has its tables written anew.
"""

from pathlib import Path

import pytest

from kit import package, repository, roots, signing, targets
from kit.package import HOOK
from kit.targets import Target
from tests.packaging import newer, tables
from tests.packaging.conftest import in_room
from tests.packaging.moves import STAYS, STOPPED, TOGETHER, WAITS
from tests.packaging.tables import Row, Table
from tests.thorough import every_day

SUITES = every_day("trixie", among=("bookworm", "trixie", "forky"))
"""Each with an apt of its own; trixie-backports has trixie's."""

KEA = ("kea-common", "kea-dhcp4-server", "kea-dhcp6-server")

# Debian's scripts of Kea ask policy-rc.d before they start, restart or stop a server. Here it has
# the server, which cannot run in a room, left alone, and notes what it would have started with.
BEGIN = f"""
version() {{
    dpkg-query -W -f '${{db:Status-Status}} ${{Version}}' "$1" | sed -n 's/^installed //p'
}}
there() {{
    for name in {" ".join(KEA)} {HOOK}; do echo "$name $(version "$name")"; done 2>/dev/null |
        grep ' .' || :
}}
arrive() {{
    for component in "$@"; do cp /later/*-"$component".sources /etc/apt/sources.list.d; done
    apt-get -q update >/dev/null
}}

cat >/usr/sbin/policy-rc.d <<'END'
#!/bin/sh
version() {{ dpkg-query -W -f '${{Version}}' "$1" 2>/dev/null || :; }}
hook=
[ ! -e /usr/lib/*/kea/hooks/{HOOK}.so ] || hook=$(version {HOOK})
echo "$2 $(version "${{1%.service}}") $hook" >>/asked
exit 101
END
chmod 755 /usr/sbin/policy-rc.d
mkdir -p /run/systemd/system /later
mv /etc/apt/sources.list.d/*.sources /later

arrive "$TRACK"
apt-get -q -y install {HOOK}
cat >/etc/kea/kea-dhcp4.conf <<END
{{"Dhcp4": {{"hooks-libraries": [{{"library": "$(echo /usr/lib/*/kea/hooks)/{HOOK}.so"}}]}}}}
END
"""
UPGRADED = """
arrive kea hook
apt-get -q -y full-upgrade
rm /etc/apt/sources.list.d/*
"""


def unattended(origin: str) -> str:
    """A night's run that is allowed to take packages from there, and from nowhere else."""
    return f"""
cat >/etc/apt/apt.conf.d/99allowed <<END
#clear Unattended-Upgrade::Origins-Pattern;
Unattended-Upgrade::Origins-Pattern {{ "{origin}"; }};
END
unattended-upgrade -v
"""


def rows(target: Target) -> list[list[Row]]:
    """The commands, with those that stop in one room."""
    begin = f"TRACK={target.track}\n{BEGIN}"

    def ahead(name: str, script: str, ends: str) -> Row:
        return Row(name, script, ends, begin, {"kea": "kea", "hook": "hook"})

    def back(name: str, versions: list[str], ends: str) -> Row:
        script = f"apt -q -y --allow-downgrades install {' '.join(versions)}"
        return Row(name, script, ends, begin + UPGRADED, {"kea": "before", "hook": target.track})

    old = [f"{name}={target.kea()}" for name in KEA]
    ours = f"{HOOK}={package.full_version(target)}"
    everything = "origin=kea-hook-runscript"  # Kea's packages come from there as well, here
    return [
        [ahead("`apt upgrade`", "apt -q -y upgrade", TOGETHER)],
        [ahead("`apt full-upgrade`", "apt -q -y full-upgrade", TOGETHER)],
        [ahead("`apt-get dist-upgrade`", "apt-get -q -y dist-upgrade", TOGETHER)],
        [ahead("`apt install kea-dhcp4-server`", "apt -q -y install kea-dhcp4-server", TOGETHER)],
        [
            ahead(
                "`dpkg -i` with Kea's packages, then `apt --fix-broken install`",
                "dpkg -i /repository/pool/*/kea/*.deb || apt -q -y --fix-broken install",
                TOGETHER,
            )
        ],
        [ahead("`unattended-upgrade`, our repository allowed", unattended(everything), TOGETHER)],
        [
            ahead(
                "`unattended-upgrade`, Debian alone allowed",
                unattended(f"{everything},component=kea"),
                STAYS,
            ),
            ahead(f"`apt remove {HOOK}`", f"apt -q -y remove {HOOK}", STOPPED),
            ahead(f"`apt purge {HOOK}`", f"apt -q -y purge {HOOK}", STOPPED),
            ahead(
                "`apt autoremove`, the hook not asked for by anyone",
                f"apt-mark auto {HOOK}; apt -q -y autoremove",
                STOPPED,
            ),
        ],
        [back("back, by Kea's version alone", old, STOPPED)],
        [back("back, by both versions", [*old, ours], TOGETHER)],
    ]


@pytest.fixture(scope="session", params=SUITES)
def table(
    as_root: None, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Table:
    target = targets.named(request.param)
    root = roots.ensure(target.root(*KEA, "unattended-upgrades"))
    published = _published(target, tmp_path_factory.mktemp(target.name))
    return tables.fill(target.name, rows(target), in_room(root, published))


def _published(target: Target, folder: Path) -> Path:
    """A repository with a component for each thing that can arrive."""
    present = [deb for deb in newer.debian(target) if deb.name.startswith("kea-")]
    components = {
        target.track: [package.package(target)],
        "before": present,
        "kea": newer.kea(present, folder),
        "hook": [newer.hook(target, folder)],
    }
    packages = {(target.suite, component): debs for component, debs in components.items()}
    return repository.make(packages, folder / "repository", signing.key())


def test_the_page_has_what_was_seen(table: Table) -> None:
    assert table.on_the_page() == table.markdown()


def test_no_server_is_started_without_a_hook_that_it_can_load(table: Table) -> None:
    starts = [seen for cell in table.cells.values() for seen in cell[1:] if seen.starts]
    assert starts
    assert [seen for seen in starts if not seen.safe] == []


def test_once_both_are_there_they_move(table: Table) -> None:
    wanted = {(row.name, shift): row.ends for row, shift in table.cells}
    seen = {(row.name, shift): table.words(row, shift)[-1] for row, shift in table.cells}
    assert seen == wanted


def test_what_does_not_move_says_why(table: Table) -> None:
    for (row, shift), cell in table.cells.items():
        for word, seen in zip(table.words(row, shift), cell[1:], strict=True):
            if word == WAITS:
                assert "breaks kea-common" in seen.said
            if word in (STOPPED, WAITS):
                assert 'take kea-hook-runscript.so out of "hooks-libraries"' in seen.said
                assert "keep Kea as it is until there is a kea-hook-runscript" in seen.said
            elif word == STAYS and shift == "late":
                assert "kept back" in seen.said or "Not upgrading" in seen.said
