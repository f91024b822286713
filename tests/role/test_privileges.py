"""How routes get to the kernel: by a service in the place of sudo, on a host with networkd."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

import pytest

from kit import server, targets
from kit.customer import customer
from kit.lab import CommandFailed, Lab
from kit.server import Server
from tests.thorough import every_day

SOCKET = "/run/kea-runscript-route.socket"
DROP_IN = "/etc/systemd/networkd.conf.d/kea-runscript.conf"
SUDO_RULE = "/etc/sudoers.d/kea-runscript"
RUNNER = "/usr/libexec/kea-hook-runscript/kea-runscript-runner PUx,"
FAMILIES = (4, 6)
NET_ADMIN = 1 << 12
EXPOSURE = 1.3
"""What `systemd-analyze security` may say of the service; 10 is the worst."""
NETWORK = """\
[Match]
Name=eth1

[Network]
Address=10.255.0.1/32
Address=fe80::1/64
LinkLocalAddressing=no
IPv6AcceptRA=no
"""
NETWORKD = """
rm /etc/systemd/system/systemd-networkd.service
systemctl daemon-reload
systemctl start systemd-networkd
"""
CONNECT = """
import socket, sys
socket.socket(socket.AF_UNIX).connect(sys.argv[1])
"""


@pytest.fixture(
    scope="module",
    params=every_day("trixie", among=("bookworm", "trixie", "trixie-backports", "forky")),
)
def kea(
    as_root: None, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A host with networkd and without the program sudo, after its first run.

    A test that changes it puts it back.
    """
    target = targets.named(request.param)
    files = tmp_path_factory.mktemp("repository")
    server.publish(target, files)
    with Lab() as lab:
        bare = server.boot(lab, target, files)
        bare.host.write("/etc/systemd/network/eth1.network", NETWORK)
        bare.shell(NETWORKD)
        bare.shell("mv /usr/bin/sudo /usr/bin/sudo.away")
        ready = dataclasses.replace(bare, playbook=server.WITH_SERVICE)
        ready.play()
        yield ready


def on_bookworm(kea: Server) -> bool:
    return "VERSION_CODENAME=bookworm" in kea.shell("cat /etc/os-release")


def comes_and_goes(kea: Server, name: str, family: int) -> None:
    """A client's lease has its route before the client knows of it, and as long as it lasts."""
    who = customer(kea, name, family)
    with kea.host.watch_routes() as watch:
        prefix = who.lease()
        came = watch.wait_for(prefix)
        assert "proto 75" in came.route
        assert who.lead(came) > 0
        who.client.release()
        who.gone(watch, prefix)


def without_sudo(kea: Server) -> None:
    """Nothing on the host, and nothing that AppArmor lets Kea do, leads to sudo."""
    assert not kea.host.inside(SUDO_RULE).exists()
    for family in FAMILIES:
        rules = kea.shell(f"cat /etc/apparmor.d/local/usr.sbin.kea-dhcp{family}")
        assert f"{SOCKET} rw," in rules.splitlines()
        assert RUNNER not in rules


@pytest.mark.parametrize("family", FAMILIES)
def test_the_route_comes_before_the_reply_and_goes_with_the_release(
    kea: Server, family: int
) -> None:
    comes_and_goes(kea, f"leaving-{family}", family)


def test_a_second_run_changes_nothing(kea: Server) -> None:
    assert kea.play().changed == {kea.host.name: 0}


def test_no_way_leads_to_sudo(kea: Server) -> None:
    without_sudo(kea)


def test_the_service_is_a_user_of_its_own_with_one_privilege(kea: Server) -> None:
    pids = kea.shell("pidof kea-runscript-route").split()
    assert len(pids) == len(FAMILIES)
    for pid in pids:
        status = dict(
            line.split(":\t", 1) for line in kea.shell(f"cat /proc/{pid}/status").splitlines()
        )
        owned = {int(uid) for uid in status["Uid"].split()}
        assert not owned & {0, int(kea.shell("id -u _kea"))}
        assert {int(status[f"Cap{kind}"], 16) for kind in ("Eff", "Prm", "Bnd")} == {NET_ADMIN}
        assert status["NoNewPrivs"] == "1"


def test_only_keas_group_reaches_the_service(kea: Server) -> None:
    assert kea.shell(f"stat --format='%U %G %a' {SOCKET}").strip() == "root _kea 660"
    connect = ["python3", "-c", CONNECT, SOCKET]
    for user, group, allowed in (("nobody", "nogroup", False), ("_kea", "_kea", True)):
        become = ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups"]
        done = kea.host.run([*become, *connect], check=False)
        assert (done.returncode == 0) is allowed, done.stderr


def test_systemd_finds_the_service_hardly_exposed(kea: Server) -> None:
    said = kea.shell("systemd-analyze security --no-pager kea-runscript-route@any.service")
    found = re.search(r"Overall exposure level for \S+: ([0-9.]+)", said)
    assert found, said
    assert float(found[1]) <= EXPOSURE, said


def test_networkd_leaves_the_routes_alone_when_it_starts_anew(kea: Server) -> None:
    who = customer(kea, "staying", 4)
    prefix = who.lease()

    def there() -> bool:
        return any(route["dst"] == prefix for route in kea.host.routes(4))

    def restart_networkd() -> None:
        kea.shell("systemctl restart systemd-networkd")
        kea.host.wait_for_output(["networkctl", "list", "eth1"], "configured")

    restart_networkd()
    assert there()
    kept = kea.shell(f"cat {DROP_IN}")
    assert "\nManageForeignRoutes=no\n" in kept
    if not on_bookworm(kea):  # whose networkd leaves them alone in any case
        kea.shell(f"rm {DROP_IN}")
        restart_networkd()
        kea.host.wait_for(lambda: not there(), "networkd removes the route")
        kea.host.write(DROP_IN, kept)
        restart_networkd()
    who.client.release()


@pytest.mark.thorough
def test_to_sudo_and_back(kea: Server) -> None:
    kea.shell("mv /usr/bin/sudo.away /usr/bin/sudo")
    who = customer(kea, "moving", 4)
    with kea.host.watch_routes() as watch:
        prefix = who.lease()
        watch.wait_for(prefix)
        dataclasses.replace(kea, playbook=server.PLAYBOOK).play()
        assert kea.host.inside(SUDO_RULE).exists()
        assert not kea.host.inside(SOCKET).exists()
        units = kea.shell("systemctl list-unit-files 'kea-runscript-route*' --no-legend || :")
        assert not units
        assert kea.shell("pidof kea-runscript-route || :") == ""
        rules = kea.shell("cat /etc/apparmor.d/local/usr.sbin.kea-dhcp4")
        assert RUNNER in rules.splitlines()
        assert SOCKET not in rules
        who.client.release()
        who.gone(watch, prefix)
    kea.play()
    kea.shell("mv /usr/bin/sudo /usr/bin/sudo.away")
    without_sudo(kea)
    comes_and_goes(kea, "back", 6)


@pytest.mark.thorough
def test_changed_rules_are_in_force_at_once(kea: Server) -> None:
    elsewhere = [{"prefix": "192.0.2.0/24", "dev": "eth1", "min_length": 32}]
    client = kea.access.client("refused")
    kea.play(routes=elsewhere)
    client.request(4)
    refused = ["journalctl", "--output=cat", "--unit=kea-dhcp4-server"]
    kea.host.wait_for_output(refused, "no rule")
    kea.play()
    assert client.lease4()
    client.release()


@pytest.mark.parametrize(
    "bar",
    [
        "NoNewPrivileges=yes",
        pytest.param("RestrictSUIDSGID=yes", marks=pytest.mark.thorough),
        pytest.param("CapabilityBoundingSet=CAP_NET_RAW", marks=pytest.mark.thorough),
    ],
)
def test_a_unit_that_bars_sudo_is_named_before_harm(kea: Server, bar: str) -> None:
    if not on_bookworm(kea):
        bar = bar.replace("RestrictSUIDSGID", "NoNewPrivileges")  # there it bars nothing
    folder = "/etc/systemd/system/kea-dhcp4-server.service.d"
    kea.host.write(f"{folder}/bar.conf", f"[Service]\n{bar}\n")
    kea.shell("systemctl daemon-reload")
    with pytest.raises(CommandFailed) as failure:
        dataclasses.replace(kea, playbook=server.PLAYBOOK).play()
    kea.shell(f"rm {folder}/bar.conf; systemctl daemon-reload")
    said = " ".join(failure.value.result.stdout.split())
    name = bar.partition("=")[0]
    assert f"kea-dhcp4-server.service sets {name}, under which sudo can't work" in said
    assert "kea_runscript_privilege to service" in said
    assert "changed=0" in said
    assert kea.serves()["subnet4"]


@pytest.mark.parametrize(
    "setting",
    [
        {"lease-database": {"type": "memfile", "name": "/srv/leases.csv"}},
        pytest.param(
            {
                "loggers": [
                    {"name": "kea-dhcp4", "output_options": [{"output": "/var/log/kea4.log"}]}
                ]
            },
            marks=pytest.mark.thorough,
        ),
    ],
)
def test_a_path_that_apparmor_forbids_is_named_before_anything_changes(
    kea: Server, setting: dict
) -> None:
    with pytest.raises(CommandFailed) as failure:
        kea.play(dhcp4_config=setting)
    said = " ".join(failure.value.result.stdout.split())
    assert re.search(r"kea_runscript_dhcp4_config names /(srv/leases.csv|var/log/kea4.log)", said)
    assert "/var/lib/kea/kea-leases4.csv for leases" in said
    assert "changed=0" in said
