"""kea-runscript-route against a real kernel table, in network and mount namespaces of its own.

/etc there is an empty tmpfs, so the program as it is installed finds the rules of each test
at its one fixed path.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path
from select import select

import pytest

from kit import build, roots, targets

CONF = "/etc/kea-runscript/routes.conf"
RULES = """
allow 10.0.0.0/8 dev eth1
allow 10.9.0.0/16 table 100
allow 2001:db8::/32 dev eth1
"""
SETUP = """
set -eu
mount -t tmpfs -o mode=755 tmpfs /etc
mkdir /etc/kea-runscript
ip link add eth1 type veth peer name peer1
ip link add eth2 type veth peer name peer2
# Link-local addresses would come later, with routes of their own.
for link in eth1 peer1 eth2 peer2; do ip link set "$link" addrgenmode none; done
for link in lo eth1 peer1 eth2 peer2; do ip link set "$link" up; done
ip address add 10.0.0.1/24 dev eth1
ip address add 2001:db8:0:1::1/64 dev eth1 nodad
ip address add fe80::1/64 dev eth1 nodad
ip address add fe80::9/64 dev eth2 nodad
echo ready
exec cat
"""
V4 = ("10.1.0.7/32", "10.0.0.2", "10.0.0.3")
V6 = ("2001:db8:7::/56", "fe80::2", "fe80::3")
BOTH = pytest.mark.parametrize(("prefix", "first", "second"), [V4, V6], ids=["IPv4", "IPv6"])


class Net:
    """Namespaces that end with `holder`, which ends with its standard input, so with pytest."""

    def __init__(self, program: Path, holder: subprocess.Popen[str]) -> None:
        self._program = program
        self._enter = ["nsenter", f"--target={holder.pid}", "--net", "--mount", "--root", "--wd"]

    def popen(self, *argv: str) -> subprocess.Popen[str]:
        return subprocess.Popen([*self._enter, *argv], stdout=subprocess.PIPE, text=True)

    def run(self, *argv: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*self._enter, *argv], capture_output=True, text=True, check=check)

    def sh(self, script: str) -> None:
        self.run("sh", "-euc", script)

    def ip(self, command: str) -> str:
        return self.run("ip", *command.split()).stdout

    def route(
        self, command: str, *, wrapper: tuple[str, ...] = ()
    ) -> subprocess.CompletedProcess[str]:
        return self.run(*wrapper, str(self._program), *command.split(), check=False)

    def does(self, command: str) -> None:
        done = self.route(command)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

    def refuses(self, command: str, code: int, *texts: str, wrapper: tuple[str, ...] = ()) -> None:
        """The command ends with this code and says all texts in one line; no route has changed."""
        before = self.everything()
        done = self.route(command, wrapper=wrapper)
        assert (done.returncode, done.stdout) == (code, ""), done.stderr
        assert done.stderr.startswith("kea-runscript-route: ")
        assert done.stderr.count("\n") == 1
        for text in texts:
            assert text in done.stderr
        assert self.everything() == before

    @contextmanager
    def no_event(self) -> Iterator[None]:
        """The kernel announces no change of a route meanwhile."""
        with self.popen("ip", "-o", "monitor", "route") as monitor:
            assert monitor.stdout is not None
            while not select([monitor.stdout], [], [], 0.01)[0]:  # until it listens
                self.ip("route add 198.51.100.1 dev eth2")
                self.ip("route del 198.51.100.1 dev eth2")
            yield
            self.ip("route add 203.0.113.1 dev eth2")
            self.ip("route del 203.0.113.1 dev eth2")
            lines = takewhile(lambda line: "203.0.113.1" not in line, monitor.stdout)
            assert [line for line in lines if "198.51.100.1" not in line] == []
            monitor.terminate()

    def everything(self) -> str:
        return self.ip("-4 -N route show table all") + self.ip("-6 -N route show table all")

    def to(self, prefix: str, table: str = "main") -> list[tuple[str, str, str]]:
        """(protocol, dev, next hop or "") of each route to exactly this prefix, sorted."""
        family = "-6" if ":" in prefix else "-4"
        shown = json.loads(self.ip(f"{family} -N -j route show table {table} exact {prefix}"))
        return sorted(
            (route["protocol"], hop["dev"], hop.get("gateway", ""))
            for route in shown
            for hop in route.get("nexthops", [route])
        )


@pytest.fixture(scope="module")
def program(as_root: None) -> Path:
    stage = build.build(targets.for_this_machine())
    return stage / "usr/libexec/kea-hook-runscript/kea-runscript-route"


@pytest.fixture
def net(program: Path) -> Iterator[Net]:
    argv = ["unshare", "--net", *roots.PRIVATE, "sh", "-c", SETUP]
    pipe = subprocess.PIPE
    with subprocess.Popen(argv, stdin=pipe, stdout=pipe, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "ready\n"
        net = Net(program, holder)
        net.sh(f"printf %s '{RULES}' > {CONF}")
        yield net


@BOTH
def test_a_route_comes_and_goes(net: Net, prefix: str, first: str, second: str) -> None:
    net.does(f"add {prefix} dev eth1")
    assert net.to(prefix) == [("75", "eth1", "")]
    net.does(f"del {prefix}")
    assert net.to(prefix) == []
    net.does(f"del {prefix}")

    net.does(f"add {prefix} via {first} dev eth1")
    assert net.to(prefix) == [("75", "eth1", first)]
    net.does(f"del {prefix} dev eth1 via {second}")
    assert net.to(prefix) == [("75", "eth1", first)]
    net.does(f"del {prefix} dev eth1 via {first}")
    assert net.to(prefix) == []


@BOTH
def test_add_replaces_only_what_differs(net: Net, prefix: str, first: str, second: str) -> None:
    for hop, via in [("", ""), (first, f"via {first}"), (second, f"via {second}"), ("", "")]:
        net.does(f"add {prefix} dev eth1 {via}")
        assert net.to(prefix) == [("75", "eth1", hop)]


@BOTH
def test_the_same_again_makes_no_event(net: Net, prefix: str, first: str, second: str) -> None:
    for via in ("", f"via {first}"):
        net.does(f"add {prefix} dev eth1 {via}")
        with net.no_event():
            net.does(f"add {prefix} dev eth1 {via}")


@pytest.mark.parametrize(
    ("prefix", "longer"), [("10.2.0.0/24", "10.2.0.0/32"), ("2001:db8:2::/56", "2001:db8:2::/128")]
)
def test_the_same_again_is_found_under_a_longer_prefix(net: Net, prefix: str, longer: str) -> None:
    net.does(f"add {prefix} dev eth1")
    net.ip(f"route add {longer} dev eth2")
    with net.no_event():
        net.does(f"add {prefix} dev eth1")


@BOTH
@pytest.mark.parametrize("hop", ["dev eth1", "via", "dev eth2"])
def test_routes_of_others_stay(net: Net, prefix: str, first: str, second: str, hop: str) -> None:
    where = f"via {first} dev eth1" if hop == "via" else hop
    net.ip(f"route add {prefix} {where} proto static")
    net.refuses(f"add {prefix} dev eth1", 77, "another route", prefix, "protocol 4")
    net.refuses(f"add {prefix} dev eth1 via {second}", 77, "another route")
    before = net.everything()
    net.does(f"del {prefix}")
    net.does(f"del {prefix} dev eth1")
    assert net.everything() == before


@BOTH
def test_a_route_of_another_metric_stays(net: Net, prefix: str, first: str, second: str) -> None:
    net.ip(f"route add {prefix} via {first} dev eth1 proto static metric 77")
    net.does(f"add {prefix} dev eth1 via {first}")
    net.does(f"add {prefix} dev eth1 via {second}")
    assert net.to(prefix) == [("4", "eth1", first), ("75", "eth1", second)]
    net.does(f"del {prefix}")
    assert net.to(prefix) == [("4", "eth1", first)]


def test_a_route_for_another_service_stays(net: Net) -> None:
    net.ip("route add 10.1.0.7 dev eth1 tos 0x10 proto static")
    net.does("add 10.1.0.7 dev eth1")
    net.does("add 10.1.0.7 dev eth1 via 10.0.0.2")
    assert net.to("10.1.0.7/32") == [("4", "eth1", ""), ("75", "eth1", "10.0.0.2")]
    net.does("del 10.1.0.7")
    assert net.to("10.1.0.7/32") == [("4", "eth1", "")]


@pytest.mark.parametrize("owner", ["static", "75"])
def test_a_blackhole_stays(net: Net, owner: str) -> None:
    net.ip(f"route add blackhole 10.1.0.7 proto {owner}")
    net.refuses("add 10.1.0.7 dev eth1", 77, "another route")
    net.refuses("add 10.1.0.7 dev eth1 via 10.0.0.2", 77, "another route")


def test_a_next_hop_that_another_added_to_ours_stays(net: Net) -> None:
    """IPv6 joins next hops of one prefix and metric, also those of different owners."""
    prefix, first, second = V6
    net.does(f"add {prefix} dev eth1 via {first}")
    net.ip(f"-6 route append {prefix} via {second} dev eth1 proto static")
    net.refuses(f"add {prefix} dev eth1 via fe80::4", 77, "another route")
    net.refuses(f"add {prefix} dev eth1", 77, "another route")
    net.does(f"del {prefix}")
    assert net.to(prefix) == [("4", "eth1", second)]


def test_a_next_hop_that_ours_was_added_to_stays(net: Net) -> None:
    prefix, first, second = V6
    net.ip(f"-6 route add {prefix} via {second} dev eth1 proto static")
    net.ip(f"-6 route append {prefix} via {first} dev eth1 proto 75")
    net.refuses(f"add {prefix} dev eth1 via {first}", 77, "another route")
    net.does(f"del {prefix} dev eth1")
    assert net.to(prefix) == [("4", "eth1", second)]


def test_del_removes_only_where_the_rules_allow(net: Net) -> None:
    net.ip("route add 10.1.0.7 dev eth2 proto 75")
    net.ip("route add 10.1.0.7 dev eth1 proto 75 metric 5")
    net.does("del 10.1.0.7")
    assert net.to("10.1.0.7/32") == [("75", "eth2", "")]
    net.refuses("del 10.1.0.7 dev eth2", 77, "no rule")


def test_tables(net: Net) -> None:
    net.does("del 10.9.0.7 table 100")
    net.does("add 10.9.0.7 dev eth2 table 100")
    net.does("add 10.9.0.7 dev eth2 table 100")
    assert net.to("10.9.0.7/32", "100") == [("75", "eth2", "")]
    assert net.to("10.9.0.7/32") == []
    net.does("del 10.9.0.7")
    assert net.to("10.9.0.7/32", "100") == [("75", "eth2", "")]
    net.does("del 10.9.0.7 table 100")
    assert net.to("10.9.0.7/32", "100") == []
    net.refuses("add 10.9.0.7 dev eth1 table 101", 77, "add `allow 10.9.0.7/32 dev eth1 table 101`")


@pytest.mark.parametrize(
    ("command", "code", "text"),
    [
        ("", 64, "--help"),
        ("flush 10.0.0.0/8", 64, "--help"),
        ("add 10.1.0.7", 64, "dev IFACE"),
        ("add 10.1.0.7/24 dev eth1", 64, "write 10.1.0.0/24"),
        ("add 10.1.0.7 dev eth1 via 2001:db8::1", 64, "via"),
        ("add 10.1.0.7 dev eth1 proto 2", 64, "'proto' is not known"),
        ("add 10.1.0.7 dev ../eth1", 64, "interface name"),
        ("add 10.1.0.7 dev eth1 table 255", 64, "kernel's own"),
        ("add 0.0.0.0/0 dev eth1", 77, "default route"),
        ("del ::/0", 77, "default route"),
        ("add 127.0.0.1 dev eth1", 77, "loopback"),
        ("add 224.0.0.1 dev eth1", 77, "multicast"),
        ("add 10.1.0.7 dev eth1 via 0.0.0.0", 77, "unspecified"),
        ("add 192.0.2.1 dev eth1", 77, "add `allow 192.0.2.1/32 dev eth1`"),
        ("add 10.1.0.7 dev eth2", 77, "no rule"),
        ("add 10.0.0.0/24 dev eth1", 77, "covers 10.0.0.0/24"),
        ("add 10.0.0.0/8 dev eth1", 77, "covers 10.0.0.0/24"),
        ("add 2001:db8::/48 dev eth1", 77, "covers 2001:db8:0:1::/64"),
        ("del 192.0.2.1", 77, "no rule"),
    ],
)
def test_refuses(net: Net, command: str, code: int, text: str) -> None:
    net.refuses(command, code, text)


def test_inside_a_connected_network_is_fine(net: Net) -> None:
    net.does("add 10.0.0.7 dev eth1")
    assert net.to("10.0.0.7/32") == [("75", "eth1", "")]


def test_an_interface_that_does_not_exist(net: Net) -> None:
    net.sh(f"echo 'allow 10.0.0.0/8' > {CONF}")
    net.refuses("add 10.1.0.7 dev eth9", 1, "dev 'eth9' does not exist")
    net.does("del 10.1.0.7 dev eth9")


@BOTH
def test_an_interface_that_is_down(net: Net, prefix: str, first: str, second: str) -> None:
    net.ip("link set eth1 down")
    net.refuses(f"add {prefix} dev eth1", 1, "ip link set dev eth1 up")


@pytest.mark.parametrize(
    ("prefix", "hop", "reason"),
    [
        ("10.1.0.7", "192.0.2.9", "Nexthop has invalid gateway"),
        ("2001:db8:7::/56", "2001:db8:99::9", "No route to host"),
    ],
)
def test_a_next_hop_out_of_reach(net: Net, prefix: str, hop: str, reason: str) -> None:
    remedy = f"ip route add {hop} dev eth1"
    net.refuses(f"add {prefix} dev eth1 via {hop}", 1, reason, f"run `{remedy}` first")
    net.run(*remedy.split())
    net.does(f"add {prefix} dev eth1 via {hop}")


def test_without_the_privilege(net: Net) -> None:
    without = ("setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin")
    net.refuses("add 10.1.0.7 dev eth1", 1, "not permitted", "through sudo", wrapper=without)
    net.refuses("del 10.1.0.7", 1, "not permitted", "through sudo", wrapper=without)


@pytest.mark.parametrize(
    ("spoil", "text"),
    [
        (f"chmod 0660 {CONF}", f"{CONF} is writable by others"),
        (f"chmod 0602 {CONF}", f"chmod go-w {CONF}"),
        (f"chown 1 {CONF}", f"{CONF} is not owned by root: run `chown root {CONF}`"),
        ("chmod 0777 /etc/kea-runscript", "/etc/kea-runscript is writable"),
        ("chmod 1777 /etc", "/etc is writable"),
        ("chown 1 /etc/kea-runscript", "/etc/kea-runscript is not owned by root"),
        (f"mv {CONF} /etc/rules; ln -s /etc/rules {CONF}", f"{CONF} cannot be read"),
        (f"rm {CONF}", f"{CONF} cannot be read (No such file or directory)"),
        (f"rm {CONF}; mkdir {CONF}", f"{CONF} is not an ordinary file"),
        (f"rm {CONF}; mkfifo -m 600 {CONF}", f"{CONF} is not an ordinary file"),
        ("rm -r /etc/kea-runscript", "/etc/kea-runscript cannot be looked at"),
        (f"echo 'allow everything' >> {CONF}", f"{CONF} line 5: PREFIX 'everything'"),
        (f": > {CONF}", "no rule"),
    ],
)
def test_rules_that_only_root_can_have_written(net: Net, spoil: str, text: str) -> None:
    net.sh(spoil)
    net.refuses("add 10.1.0.7 dev eth1", 77, text)
    net.refuses("del 10.1.0.7", 77, text)


def test_closed_descriptors_do_no_harm(net: Net) -> None:
    closed = ("sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh")
    assert net.route("add 10.1.0.7 dev eth1", wrapper=closed).returncode == 0
    assert net.to("10.1.0.7/32") == [("75", "eth1", "")]
    assert net.route("add 192.0.2.1 dev eth1", wrapper=closed).returncode == 77


def test_help(net: Net) -> None:
    done = net.route("--help")
    assert done.returncode == 0
    assert done.stderr == ""
    assert done.stdout.startswith("Usage: kea-runscript-route add PREFIX dev IFACE")
    assert max(map(len, done.stdout.splitlines())) <= 80
