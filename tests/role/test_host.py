"""The role against a throwaway host: from nothing to service, and what it does with mistakes."""

import subprocess
from pathlib import Path

import pytest

from kit.lab import CommandFailed
from kit.lab.play import Play
from kit.paths import ROOT
from kit.server import Server

UNIT = "kea-dhcp4-server.service"

SUBNET = {"id": 2, "subnet": "198.51.100.0/24", "pools": [{"pool": "198.51.100.10/31"}]}
CONFIGURATION = "cat /etc/kea/kea-dhcp4.conf"


def test_check_mode_on_a_bare_host_shows_and_changes_nothing(
    checked: tuple[Play, str, str],
) -> None:
    play, before, after = checked
    assert after == before
    assert "Would install kea-dhcp4-server" in play.output
    assert '+        "subnet": "10.255.0.0/24",' in play.output
    assert "+allow 10.255.0.0/24 dev eth1 min-length 32" in play.output


def test_a_second_run_changes_nothing(host: Server) -> None:
    assert host.play().changed == {"managed": 0}


def test_files_have_the_right_owners_and_modes(host: Server) -> None:
    expected = {
        "/etc/kea/kea-dhcp4.conf": "root _kea 640",
        "/etc/kea/kea-dhcp6.conf": "root _kea 640",
        "/etc/kea-runscript": "root root 755",
        "/etc/kea-runscript/scripts": "root root 755",
        "/etc/kea-runscript/scripts/slash32_routes": "root root 755",
        "/etc/kea-runscript/routes.conf": "root root 644",
        "/etc/sudoers.d/kea-runscript": "root root 440",
    }
    seen = host.shell(f"stat --format='%n %U %G %a' {' '.join(expected)}")
    assert dict(line.split(" ", 1) for line in seen.splitlines()) == expected


def test_keas_user_may_run_the_route_program_and_nothing_else(host: Server) -> None:
    as_kea = ["setpriv", "--reuid=_kea", "--regid=_kea", "--init-groups", "sudo", "-n"]
    route = "/usr/libexec/kea-hook-runscript/kea-runscript-route"
    assert host.host.run([*as_kea, "-l", route], check=False).stdout.strip() == route
    for other in ("/bin/sh", "/usr/sbin/ip"):
        assert host.host.run([*as_kea, "-l", other], check=False).returncode == 1
    assert host.host.run([*as_kea, "/usr/bin/id"], check=False).returncode == 1


def test_the_units_are_adjusted(host: Server) -> None:
    shown = host.shell(f"systemctl show --property=KillMode,Restart,UnitFileState {UNIT}")
    assert set(shown.split()) == {"KillMode=mixed", "Restart=on-failure", "UnitFileState=enabled"}


def test_apparmors_rules_name_the_runner(host: Server) -> None:
    for family in "46":
        rules = host.shell(f"cat /etc/apparmor.d/local/usr.sbin.kea-dhcp{family}")
        assert "/usr/libexec/kea-hook-runscript/kea-runscript-runner PUx,\n" in rules
        profile = host.shell(f"cat /etc/apparmor.d/usr.sbin.kea-dhcp{family}")
        assert profile.count(f"<local/usr.sbin.kea-dhcp{family}>") == 1


def test_a_changed_subnet_is_shown_and_then_comes_by_reload(host: Server) -> None:
    pid, before = host.pid(), host.serves()["subnet4"]
    shown = host.play("--check", "--diff", dhcp4_subnets=[SUBNET])
    assert '+        "subnet": "198.51.100.0/24",' in shown.output
    assert host.serves()["subnet4"] == before
    host.play(dhcp4_subnets=[SUBNET])
    assert [subnet["subnet"] for subnet in host.serves()["subnet4"]] == ["198.51.100.0/24"]
    host.play()
    assert host.serves()["subnet4"] == before
    assert host.pid() == pid


def test_a_stopped_server_is_started(host: Server) -> None:
    host.shell(f"systemctl stop {UNIT}")
    assert host.play().changed == {"managed": 1}
    assert host.serves()["subnet4"]


def test_a_configuration_that_is_not_served_is_taken_back(host: Server) -> None:
    before = host.shell(CONFIGURATION)
    host.host.ip("link add extra0 type bridge", "link set extra0 up")
    host.host.ip("address add 198.51.100.1/24 dev extra0")
    blocker = host.host.popen(
        ["python3", "-uc", BLOCKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with blocker:
        assert blocker.stdout.readline() == "bound\n"
        interfaces = {"interfaces": ["eth1", "extra0"], "dhcp-socket-type": "udp"}
        with pytest.raises(CommandFailed) as failure:
            host.play(dhcp4_config={"interfaces-config": interfaces}, deadline=3)
        blocker.stdin.close()
    host.host.ip("link delete extra0")
    said = failure.value.result.stdout
    assert "previous configuration is back and served" in said
    assert "extra0" in said.partition("Kea's last complaints")[2]
    assert host.shell(CONFIGURATION) == before
    assert host.serves()["interfaces-config"]["interfaces"] == ["eth1"]


BLOCKER = """
import socket, sys
holder = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
holder.bind(("198.51.100.1", 67))
print("bound")
sys.stdin.read()
"""


@pytest.mark.parametrize(
    ("variables", "remedy"),
    [
        ({"package_file": "/nowhere/hook.deb"}, "and there is no such file on the controller"),
        ({"package_file": str(ROOT / "README.md")}, "is no Debian package of kea-hook-runscript"),
        ({"package_file": "hook.deb", "version": "2.0.0-1"}, "leave kea_runscript_version empty"),
        ({"hooks_only": True}, "kea_runscript_dhcp4_interfaces, _subnets and _config empty"),
        ({"dhcp4_hook": {"wait": True}}, "names neither script nor scripts nor socket"),
    ],
)
def test_mistakes_are_named_before_anything_changes(
    host: Server, variables: dict, remedy: str
) -> None:
    with pytest.raises(CommandFailed) as failure:
        host.play(**variables)
    assert remedy in failure.value.result.stdout
    assert "changed=0" in failure.value.result.stdout


def test_a_script_that_everybody_may_write_is_refused(host: Server, tmp_path: Path) -> None:
    script = tmp_path / "on_lease"
    script.touch()
    script.chmod(0o757)
    with pytest.raises(CommandFailed, match="which is no file, or one that everybody") as failure:
        host.play(scripts=[str(script)], dhcp4_hook={}, dhcp6_hook={})
    assert "changed=0" in failure.value.result.stdout
