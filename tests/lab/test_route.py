"""kea-runscript-route against a real kernel table, in network and mount namespaces of its own."""

from __future__ import annotations

import pytest

from tests.lab.routing import CONF, Net

V4 = ("10.1.0.7/32", "10.0.0.2", "10.0.0.3")
V6 = ("2001:db8:7::/56", "fe80::2", "fe80::3")
BOTH = pytest.mark.parametrize(("prefix", "first", "second"), [V4, V6], ids=["IPv4", "IPv6"])


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
    net.does("del 10.9.0.7 table main")
    assert net.to("10.9.0.7/32", "100") == [("75", "eth2", "")]
    net.does("del 10.9.0.7 table 100")
    assert net.to("10.9.0.7/32", "100") == []
    net.refuses("add 10.9.0.7 dev eth1 table 101", 77, "add `allow 10.9.0.7/32 dev eth1 table 101`")


def test_without_a_table_the_rules_name_it(net: Net) -> None:
    net.does("add 10.9.0.7 dev eth2")
    assert net.to("10.9.0.7/32", "100") == [("75", "eth2", "")]
    assert net.to("10.9.0.7/32") == []
    net.does("add 10.9.0.8 dev eth1")
    assert net.to("10.9.0.8/32", "100") == net.to("10.9.0.8/32") == [("75", "eth1", "")]
    for address in ("10.9.0.7", "10.9.0.8"):
        net.does(f"del {address}")
        assert net.to(f"{address}/32", "100") == net.to(f"{address}/32") == []


@pytest.mark.parametrize(
    ("command", "code", "text"),
    [
        ("", 64, "--help"),
        ("replace 10.0.0.1", 64, "--help"),
        ("del", 64, "--help"),
        ("flush", 64, "write `flush FAMILY`"),
        ("flush 10.0.0.0/8", 64, "write ipv4 or ipv6"),
        ("sync ipv4", 64, "write `sync`"),
        ("replay-begin 4", 64, "write ipv4 or ipv6"),
        ("replay-end ipv4", 64, "write `replay-end FAMILY LEASES`"),
        ("replay-end ipv4 -1", 64, "the number of leases '-1' is not a number"),
        ("replay-end ipv4 1", 64, "no replay of ipv4 has begun"),
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
    net.rules("allow 10.0.0.0/8\n")
    net.refuses("add 10.1.0.7 dev eth9", 1, "dev 'eth9' does not exist")
    net.does("del 10.1.0.7 dev eth9")


@BOTH
def test_an_interface_that_is_down(net: Net, prefix: str, first: str, second: str) -> None:
    net.ip("link set eth1 down")
    # The other end notes it later, and then its routes are shown with that.
    net.sh("until ip link show peer1 | grep -q 'state LOWERLAYERDOWN'; do sleep 0.01; done")
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
