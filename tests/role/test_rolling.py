"""An HA pair of hosts that playbooks/rolling.yml upgrades, while a client asks without end."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kit import repository, server, signing, targets
from kit.lab import CommandFailed, Host, Lab
from kit.lab.daemon import Daemon
from kit.lab.play import Play
from kit.lab.relay import NOWHERE, Relay
from kit.package import HOOK
from kit.paths import ROOT
from kit.targets import Target
from tests.asking import Asking, exchanges
from tests.high_availability import HEARTBEAT, RESPONSE, high_availability, wait_for_state
from tests.packaging import newer

pytestmark = pytest.mark.thorough

ROLLING = ROOT / "playbooks" / "rolling.yml"
CLIENTS = {"primary": "10.255.0.1", "standby": "10.255.0.2"}
BETWEEN = {"primary": "198.51.100.1", "standby": "198.51.100.2"}
"""The hosts' addresses on eth1, and on eth2, where they hear each other."""

INTERVAL = 0.05
"""Seconds from one exchange to the next, and for which each reply is waited for."""

FAIL_OVER = RESPONSE + HEARTBEAT
"""Seconds without service that a fail-over takes at least."""


@dataclass(frozen=True)
class Pair:
    """Two hosts with Kea, each the other's HA partner.

    variables: the role's, for both.
    published: the repository that both take packages from.
    """

    lab: Lab
    target: Target
    primary: Host
    standby: Host
    variables: Mapping[str, Any]
    published: Path
    relay: Relay

    def play(self, playbook: Path) -> Play:
        return self.lab.playbook(playbook, {"kea": [self.primary, self.standby]}, self.variables)

    def publish(self, deb: Path) -> None:
        """Put a package into the repository."""
        packages = {(self.target.suite, self.target.track): [deb]}
        repository.make(packages, self.published, signing.key())

    def asking(self) -> Asking:
        """A client on the link of both."""
        return Asking(exchanges(self.relay, 1, INTERVAL), INTERVAL)

    def wait_until_whole(self) -> None:
        for host in (self.primary, self.standby):
            wait_for_state(Daemon(host, 4), "hot-standby")


def installed(host: Host) -> str:
    """The version of our package there."""
    return host.run(["dpkg-query", "--show", "--showformat=${Version}", HOOK]).stdout


@pytest.fixture(scope="module")
def pair(as_root: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Both as the role has made them, in hot standby."""
    target = targets.named("trixie")
    published = tmp_path_factory.mktemp("repository")
    server.publish(target, published)
    script = tmp_path_factory.mktemp("scripts") / "on_lease"
    script.write_text("#!/bin/sh\n")
    urls = {name: f"http://{address}:8004/" for name, address in BETWEEN.items()}
    with Lab() as lab:
        primary, standby = (server.boot_bare(lab, target, name) for name in CLIENTS)
        access = lab.access(primary, "eth1", [f"{CLIENTS['primary']}/24"])
        access.attach(standby, "eth1", [f"{CLIENTS['standby']}/24"])
        between = lab.access(primary, "eth2", [f"{BETWEEN['primary']}/24"])
        between.attach(standby, "eth2", [f"{BETWEEN['standby']}/24"])
        variables = {
            **server.repository_variables(lab, target, published),
            "kea_runscript_servers": ["dhcp4"],
            "kea_runscript_scripts": [str(script)],
            "kea_runscript_routes": [],
            "kea_runscript_dhcp4_interfaces": ["eth1"],
            "kea_runscript_dhcp4_subnets": [
                {
                    "id": 1,
                    "subnet": "10.255.0.0/24",
                    "interface": "eth1",
                    "pools": [{"pool": "10.255.0.10 - 10.255.0.250"}],
                }
            ],
            "kea_runscript_dhcp4_hook": {
                "script": script.name,
                "hook-points": ["leases4_committed"],
                "on-failure": "drop",
            },
            "kea_runscript_dhcp4_config": {
                "hooks-libraries": high_availability(
                    target.hooks_dir, "{{ inventory_hostname }}", "hot-standby", urls
                )
            },
            "kea_runscript_deadline": 5,
            "kea_runscript_pair_deadline": 20,
        }
        gateway = access.client("gateway")
        gateway.ip("address add 10.255.0.251/24 dev eth0")
        with closing(Relay(gateway, NOWHERE, CLIENTS["primary"])) as relay:
            pair = Pair(lab, target, primary, standby, variables, published, relay)
            pair.play(server.PLAYBOOK)
            pair.wait_until_whole()
            yield pair


def break_library(root: Path) -> None:
    """Have Kea not start any more."""
    (library,) = root.rglob(f"{HOOK}.so")
    library.write_bytes(b"no library")


def cut_off(root: Path) -> None:
    """Have the host not reach its partner any more."""
    script = root / "DEBIAN" / "postinst"
    script.write_text("#!/bin/sh\nip link set eth2 down\n")
    script.chmod(0o755)


@pytest.mark.parametrize(
    ("number", "change", "reason"),
    [
        (1, break_library, "kea-dhcp4-server.service does not serve the new configuration"),
        (2, cut_off, "its HA "),
    ],
)
def test_it_stops_at_a_first_host_that_is_not_well_afterwards(
    pair: Pair,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    number: int,
    change: Callable[[Path], None],
    reason: str,
) -> None:
    before = Daemon(pair.primary, 4).pid, installed(pair.primary)
    pair.publish(newer.ours(pair.target, newer.after(number), tmp_path, change))
    with pair.asking() as client:
        with pytest.raises(CommandFailed, match="Stopped at standby") as failure:
            pair.play(ROLLING)
        client.wait_for_reply()
    assert reason in failure.value.result.stdout
    assert "primary was left as it is" in failure.value.result.stdout
    assert installed(pair.standby).startswith(newer.after(number))
    assert (Daemon(pair.primary, 4).pid, installed(pair.primary)) == before
    with capsys.disabled():
        print(f"\nstopped: {client.gap():.2f} s without an answer")
    assert client.gap() < FAIL_OVER
    pair.standby.ip("link set eth2 up")
    if Daemon(pair.standby, 4).pid:
        pair.wait_until_whole()


def test_both_are_upgraded_while_a_client_asks(
    pair: Pair, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {host: Daemon(host, 4).pid for host in (pair.primary, pair.standby)}
    pair.publish(newer.ours(pair.target, newer.after(3), tmp_path))
    with pair.asking() as client:
        play = pair.play(ROLLING)
        pair.wait_until_whole()
        client.wait_for_reply()
    rolled = client.gap()
    for host, pid in before.items():
        assert installed(host).startswith(newer.after(3))
        assert Daemon(host, 4).pid not in (0, pid)
    first, second = (play.output.index(f"changed: [{name}]") for name in ("standby", "primary"))
    assert first < second
    with pair.asking() as client:
        client.wait_for_reply()
        pair.primary.run(["systemctl", "stop", Daemon(pair.primary, 4).unit])
        wait_for_state(Daemon(pair.standby, 4), "partner-down")
        client.wait_for_reply()
    with capsys.disabled():
        print(f"\nupgraded: {rolled:.2f} s without an answer; a fail-over: {client.gap():.2f} s")
    assert rolled < client.gap()
