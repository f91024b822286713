"""The package in the hands of the real apt and dpkg, beside the Kea of its suite."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from kit import package
from kit.targets import Target

INSTALL = "apt-get -q update && apt-get -q -y install kea-hook-runscript\n"
STATUS = "dpkg-query -W -f '${Status}\\n' kea-hook-runscript\n"


def configure(server: str, library: str) -> str:
    """Shell that makes a configuration of `server` (dhcp4, dhcp6) with this hook library."""
    return (
        f'echo \'{{"D{server[1:]}": {{"hooks-libraries":'
        f' [{{"library": "{library}"}}]}}}}\' >/etc/kea/kea-{server}.conf\n'
    )


@pytest.fixture
def library(target: Target) -> str:
    return f"{target.hooks_dir}/kea-hook-runscript.so"


def test_installs_what_kea_takes(machine: Callable, library: str) -> None:
    """Kea's own check opens the library and compares its version with Kea's."""
    check = "".join(
        f"{configure(server, library)} kea-{server} -t /etc/kea/kea-{server}.conf\n"
        for server in ("dhcp4", "dhcp6")
    )
    machine(INSTALL + check)


def test_every_file_has_its_mode_and_owner(machine: Callable, library: str) -> None:
    programs = "/usr/libexec/kea-hook-runscript/kea-runscript-"
    seen = machine(f"{INSTALL} stat -c '%a %U:%G %n' {library} {programs}runner {programs}route")
    assert seen.stdout.splitlines()[-3:] == [
        f"644 root:root {library}",
        f"755 root:root {programs}runner",
        f"755 root:root {programs}route",
    ]


def test_goes_without_a_trace(machine: Callable) -> None:
    script = f"""
        {INSTALL}
        find / -xdev -name '*runscript*' | sort
        apt-get -q -y purge kea-hook-runscript
        rm -rf /etc/apt /var/lib/apt /var/log
        echo left:
        find / -xdev -path /repository -prune -o -name '*runscript*' -print
    """
    installed, left = machine(script).stdout.split("left:\n")
    assert "/kea-hook-runscript.so" in installed
    assert left == ""


@pytest.mark.parametrize("server", ["dhcp4", "dhcp6"])
def test_is_not_removed_from_under_a_configured_kea(
    machine: Callable, library: str, server: str
) -> None:
    removed = machine(
        f"{INSTALL} {configure(server, library)}"
        f"if apt-get -q -y remove kea-hook-runscript; then exit 9; fi\n{STATUS} ls {library}"
    )
    assert f"These name it:\n/etc/kea/kea-{server}.conf\n" in removed.stdout
    assert 'take kea-hook-runscript.so out of "hooks-libraries"' in removed.stdout
    assert removed.stdout.endswith(f"install ok installed\n{library}\n")


def test_is_not_removed_when_an_included_file_names_it(machine: Callable, library: str) -> None:
    configuration = f"""
        echo '{{"Dhcp4": {{ <?include "/etc/kea/hooks.json"?> }} }}' >/etc/kea/kea-dhcp4.conf
        echo '"hooks-libraries": [{{"library": "{library}"}}]' >/etc/kea/hooks.json
    """
    removed = machine(f"{INSTALL} {configuration} apt-get -q -y remove kea-hook-runscript", False)
    assert removed.returncode != 0
    assert "These name it:\n/etc/kea/hooks.json\n" in removed.stdout


@pytest.mark.parametrize("mark", ["//", "#"])
def test_is_removed_when_only_a_comment_names_it(
    machine: Callable, library: str, mark: str
) -> None:
    comment = f'echo \'  {mark} {{"library": "{library}"}}\' >>/etc/kea/kea-dhcp4.conf\n'
    machine(f"{INSTALL} {comment} apt-get -q -y remove kea-hook-runscript")


def test_is_upgraded_under_a_configured_kea(machine: Callable, library: str) -> None:
    """The next version of ours for the same Kea replaces this one without a question."""
    upgraded = machine(f"""
        {INSTALL}
        {configure("dhcp4", library)}
        dpkg-deb -R /repository/pool/*/*/*.deb /tmp/next
        sed -i 's/^Version: /&9:/' /tmp/next/DEBIAN/control
        dpkg-deb -b /tmp/next /tmp/next.deb
        apt-get -q -y install /tmp/next.deb
        dpkg-query -W -f '${{Version}}\\n' kea-hook-runscript
    """)
    assert upgraded.stdout.splitlines()[-1].startswith("9:")


def test_two_packagings_give_the_same_bytes(target: Target, deb: Path) -> None:
    first = deb.read_bytes()
    assert package.package(target).read_bytes() == first


def test_kea_is_its_only_dependency_beside_the_compilers_libraries(deb: Path) -> None:
    depends = subprocess.run(
        ["dpkg-deb", "-f", deb, "Depends"], capture_output=True, text=True, check=True
    )
    names = [clause.split()[0] for clause in depends.stdout.split(", ")]
    assert names[:2] == ["kea-common", "kea-common"]
    assert set(names[2:]) <= {"libc6", "libstdc++6", "libgcc-s1"}
