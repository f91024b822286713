"""The lab itself: hosts, clients, Ansible, and that nothing of it stays."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kit import roots, targets
from kit.lab import Access, Client, CommandFailed, Host, Lab
from kit.paths import ROOT
from kit.targets import Target
from kit.wait import until
from tests.lab.conftest import ADDRESSES
from tests.lab.traces import control_groups, namespaces, running, surroundings

PING = """
- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.ping:
    - ansible.builtin.command: hostname
"""

DHCP4 = {
    "interfaces-config": {"interfaces": ["eth1"]},
    "lease-database": {"type": "memfile", "persist": False},
    "subnet4": [
        {
            "id": 1,
            "subnet": "198.51.100.0/24",
            "pools": [{"pool": "198.51.100.10-198.51.100.99"}],
            "option-data": [
                # 198.51.100.1/32 on the link, everything else by it, as RFC 3442 writes it
                {"code": 121, "csv-format": False, "data": "20C63364010000000000C6336401"}
            ],
        }
    ],
}
DHCP6 = {
    "interfaces-config": {"interfaces": ["eth1"]},
    "lease-database": {"type": "memfile", "persist": False},
    "subnet6": [
        {
            "id": 1,
            "subnet": "2001:db8::/64",
            "interface": "eth1",
            "pd-pools": [{"prefix": "2001:db8:1::", "prefix-len": 48, "delegated-len": 56}],
        }
    ],
}

OWNER = """
import sys, time
from kit import roots, targets
from kit.lab import Lab
from kit.lab.host import PACKAGES

with Lab() as lab:
    host = lab.host(roots.ensure(targets.named("trixie").root(*PACKAGES)), "server")
    client = lab.access(host, "eth1").client("client")
    client.request(4)
    lab.serve(lab.folder)
    host.popen(["sleep", "infinity"])
    print(lab.folder, host.pid, client.pid, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="session", params=["trixie"])
def target(request: pytest.FixtureRequest) -> Target:
    """One target is enough for what does not depend on Kea."""
    return targets.named(request.param)


@pytest.fixture
def serving(server: Host, access: Access) -> Host:
    """A server that serves addresses and prefixes to the access network."""
    for name, configuration in (("Dhcp4", DHCP4), ("Dhcp6", DHCP6)):
        file = f"/etc/kea/kea-{name.lower()}.conf"
        server.write(file, json.dumps({name: configuration}))
        server.run(["systemctl", "restart", f"kea-{name.lower()}-server"])
        unit = ["journalctl", f"--unit=kea-{name.lower()}-server"]
        server.wait_for_output(unit, "CONFIG_COMPLETE")
    # The listening, not the process, is what clients need.
    server.wait_for_output(["ss", "-lnu"], ":547 ")
    return server


def test_a_host_has_its_own_systemd_names_and_network(server: Host) -> None:
    assert server.run(["cat", "/proc/1/comm"]).stdout == "systemd\n"
    assert server.run(["systemctl", "is-system-running"]).stdout == "running\n"
    assert server.run(["hostname"]).stdout == "server\n"
    links = json.loads(server.run(["ip", "-json", "link"]).stdout)
    assert {link["ifname"] for link in links} == {"lo", "eth0"}


def test_a_rebooted_host_has_its_files_and_networks_and_nothing_else(
    lab: Lab, server: Host, access: Access
) -> None:
    def identity() -> list[str]:
        paths = ("/etc/machine-id", "/sys/class/net/eth1/address")
        return [server.inside(path).read_text() for path in paths]

    before = identity()
    files = [f"{folder}/mine" for folder in ("/etc", "/var/lib/kea", "/run", "/tmp")]
    for file in files:
        server.write(file, "kept?")
    server.run(["systemctl", "enable", "kea-dhcp4-server"])
    server.ip("route add 203.0.113.7 dev eth1")
    lab.reboot(server)
    addresses = server.run(["ip", "-o", "address", "show", "dev", "eth1"]).stdout
    assert all(address in addresses for address in ADDRESSES)
    server.wait_booted()
    assert server.run(["systemctl", "is-active", "kea-dhcp4-server"]).stdout == "active\n"
    assert identity() == before
    assert [server.inside(file).exists() for file in files] == [True, True, False, False]
    assert {route["dst"] for route in server.routes(4)} == {"192.0.2.0/24", "198.51.100.0/24"}
    client = access.client("client")
    client.ip("address add 198.51.100.7/24 dev eth0")
    client.run(["ping", "-c1", "-W2", "198.51.100.1"])


def test_ansible_reaches_hosts_by_ssh(lab: Lab, server: Host, tmp_path: Path) -> None:
    home = set(Path.home().iterdir())
    playbook = tmp_path / "ping.yml"
    playbook.write_text(PING)
    assert lab.playbook(playbook, {"all": [server]}).changed == {"server": 1}
    assert set(Path.home().iterdir()) == home


def test_a_failing_play_says_what_failed(lab: Lab, server: Host, tmp_path: Path) -> None:
    playbook = tmp_path / "fail.yml"
    playbook.write_text("- hosts: all\n  tasks: [{ansible.builtin.fail: {msg: as it should}}]\n")
    with pytest.raises(CommandFailed, match="as it should"):
        lab.playbook(playbook, {"all": [server]})


def test_a_host_reaches_what_is_served_and_nothing_else(
    lab: Lab, server: Host, tmp_path: Path
) -> None:
    (tmp_path / "greeting").write_text("hello")
    read = "import sys, urllib.request as u; print(u.urlopen(sys.argv[1]).read().decode())"
    url = f"{lab.serve(tmp_path)}/greeting"
    assert server.run(["python3", "-c", read, url]).stdout == "hello\n"
    assert server.run(["ip", "route", "show", "default"]).stdout == ""


def test_a_failing_command_shows_its_words(server: Host) -> None:
    with pytest.raises(CommandFailed, match="No such file"):
        server.run(["cat", "/nothing/there"])


def test_changes_of_routes_have_a_time(server: Host) -> None:
    with server.watch_routes() as watch:
        server.ip("route add 203.0.113.7 dev eth0")
        server.ip("route del 203.0.113.7 dev eth0")
        came, gone = watch.wait_for("203.0.113.7"), watch.wait_for("203.0.113.7", deleted=True)
    assert [event.deleted for event in watch.events] == [False, True]  # however many read them
    assert came.time <= gone.time


@pytest.mark.usefixtures("serving")
def test_a_client_gets_an_address_and_a_prefix_and_gives_them_back(client: Client) -> None:
    lease = client.dhcp4()
    assert lease.address.startswith("198.51.100.")
    default = client.run(["ip", "-4", "route", "show", "default"]).stdout
    assert default.startswith("default via 198.51.100.1 dev eth0")
    client.run(["ping", "-c1", "-W2", "198.51.100.1"])
    assert client.dhcp6_pd().prefix.startswith("2001:db8:1:")
    client.release()
    assert client.wait_for_packet("RELEASE").time > client.wait_for_packet("ACK").time
    kinds = [(packet.family, packet.kind) for packet in client.packets()]
    assert kinds[:4] == [(4, kind) for kind in ("DISCOVER", "OFFER", "REQUEST", "ACK")]
    assert (6, "REPLY") in kinds


@pytest.mark.usefixtures("serving")
def test_a_client_that_vanishes_says_nothing(client: Client) -> None:
    client.dhcp4()
    client.vanish()
    assert client.packets()[-1].kind == "ACK"
    assert not Path(f"/proc/{client.pid}/root").exists()


@pytest.mark.usefixtures("serving")
def test_twenty_clients_at_once(access: Access) -> None:
    clients = [access.client(f"client{number}") for number in range(20)]
    for client in clients:
        client.request(4)
    assert len({client.lease4().address for client in clients}) == 20


@pytest.mark.parametrize("end", ["close", "SIGINT", "SIGTERM", "SIGKILL"])
@pytest.mark.usefixtures("as_root")
def test_nothing_remains(end: str) -> None:
    before = surroundings()
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert owner.stdout
    assert owner.stdin
    said = owner.stdout.readline().split()
    assert said, owner.stderr and owner.stderr.read()
    folder, pids = Path(said[0]), said[1:]
    assert folder.is_dir()
    own = {os.readlink(f"/proc/{pid}/ns/{kind}") for pid in pids for kind in ("net", "pid", "mnt")}
    assert own <= namespaces()
    assert control_groups(folder.name)
    if end == "close":
        owner.stdin.close()
    else:
        owner.send_signal(getattr(signal, end))
    owner.wait(timeout=30)
    until(lambda: not folder.exists(), 10, f"{folder} is gone")
    until(lambda: not own & namespaces(), 30, "the namespaces are gone")
    until(lambda: not running(folder.name), 10, lambda: f"gone: {running(folder.name)}")
    assert not control_groups(folder.name)
    assert surroundings() == before


@pytest.mark.usefixtures("as_root")
def test_what_runs_in_a_root_ends_with_its_caller() -> None:
    folder = roots.ensure(targets.named("trixie").build_root())
    sleep = f"sleep {1_000_000 + os.getpid()}"
    script = f"from kit import roots; from pathlib import Path; roots.run(Path({str(folder)!r}), "
    caller = subprocess.Popen([sys.executable, "-c", f"{script}{sleep.split()})"], cwd=ROOT)
    until(lambda: running(sleep), 10, "the command runs")
    caller.kill()
    caller.wait()
    until(lambda: not running(sleep), 10, "the command is gone")
