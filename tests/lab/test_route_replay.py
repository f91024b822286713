"""Replays that scripts carry out with kea-runscript-route, a process for each lease."""

from __future__ import annotations

import pytest

from tests.lab.routing import PROGRAM, Net

V4 = (4, "10.1.0.7/32", "10.1.0.8/32", "10.0.0.2")
V6 = (6, "2001:db8:7::/56", "2001:db8:8::/56", "fe80::2")
BOTH = pytest.mark.parametrize(("family", "prefix", "other", "hop"), [V4, V6], ids=["IPv4", "IPv6"])
FOLDER = "/run/kea-runscript"
FILE = f"{FOLDER}/claims-ipv4"


def ours(net: Net, *prefixes: str, hop: str) -> None:
    """Routes of ours to these prefixes."""
    for prefix in prefixes:
        net.ip(f"route add {prefix} via {hop} dev eth1 proto 75")


@BOTH
def test_what_nobody_set_or_claimed_goes(
    net: Net, family: int, prefix: str, other: str, hop: str
) -> None:
    stale = {4: "10.1.0.9/32", 6: "2001:db8:9::/56"}[family]
    ours(net, prefix, other, stale, hop=hop)
    with net.events() as events:
        net.does(f"replay-begin ipv{family}")
        net.does(f"add {prefix} dev eth1 via {hop}")
        net.does(f"claim {other}")
        net.does(f"replay-end ipv{family} 2")
    (gone,) = events
    assert gone.startswith("Deleted ")
    assert net.to(prefix) == net.to(other) == [("75", "eth1", hop)]
    assert net.to(stale) == []
    net.refuses(f"replay-end ipv{family} 2", 64, "no replay of")


@BOTH
def test_a_failed_add_claims_what_is_there(
    net: Net, family: int, prefix: str, other: str, hop: str
) -> None:
    ours(net, prefix, hop=hop)
    net.rules("allow 10.0.0.0/8\nallow 2001:db8::/32\n")
    with net.no_event():
        net.does(f"replay-begin ipv{family}")
        net.refuses(f"add {prefix} dev eth9 via {hop}", 1, "dev 'eth9' does not exist")
        net.does(f"replay-end ipv{family} 1")


@BOTH
def test_a_replay_without_leases_removes_nothing_and_says_so(
    net: Net, family: int, prefix: str, other: str, hop: str
) -> None:
    ours(net, prefix, other, hop=hop)
    net.does(f"replay-begin ipv{family}")
    with net.no_event():
        done = net.route(f"replay-end ipv{family} 0")
    assert (done.returncode, done.stdout) == (0, "")
    assert "the replay had no lease: the routes of leases stay (2 of them)" in done.stderr
    assert f"`kea-runscript-route flush ipv{family}` removes them" in done.stderr
    net.refuses(f"replay-end ipv{family} 2", 64, "no replay of")
    net.does(f"flush ipv{family}")
    assert net.to(prefix) == net.to(other) == []


@BOTH
def test_flush_leaves_alone_what_is_not_ours(
    net: Net, family: int, prefix: str, other: str, hop: str
) -> None:
    ours(net, prefix, hop=hop)
    before = net.everything()
    net.ip(f"route del {prefix}")
    wanted = net.everything()
    net.ip(f"route add {prefix} via {hop} dev eth1 proto 75")
    assert net.everything() == before
    net.does(f"flush ipv{10 - family}")
    assert net.everything() == before
    net.does(f"flush ipv{family}")
    assert net.everything() == wanted


@BOTH
def test_a_new_replay_forgets_the_claims_of_one_that_did_not_end(
    net: Net, family: int, prefix: str, other: str, hop: str
) -> None:
    ours(net, prefix, other, hop=hop)
    net.does(f"replay-begin ipv{family}")
    net.does(f"claim {prefix}")
    net.does(f"replay-begin ipv{family}")
    net.does(f"claim {other}")
    net.does(f"replay-end ipv{family} 1")
    assert net.to(prefix) == []
    assert net.to(other) == [("75", "eth1", hop)]


def test_the_families_have_a_replay_each(net: Net) -> None:
    ours(net, V4[1], hop=V4[3])
    ours(net, V6[1], hop=V6[3])
    net.does("replay-begin ipv4")
    net.does("replay-begin ipv6")
    net.does(f"claim {V4[1]}")
    net.does("replay-end ipv4 1")
    assert net.to(V4[1]) == [("75", "eth1", V4[3])]
    assert net.to(V6[1]) == [("75", "eth1", V6[3])]
    net.does("replay-end ipv6 1")
    assert net.to(V6[1]) == []


def test_a_claim_counts_for_each_table_that_the_rules_name(net: Net) -> None:
    for table in ("main", "100"):
        net.ip(f"route add 10.9.0.7 dev eth1 proto 75 table {table}")
        net.ip(f"route add 10.9.0.8 dev eth1 proto 75 table {table}")
    net.does("replay-begin ipv4")
    net.does("claim 10.9.0.7")
    net.does("claim 10.9.0.8 table 100")
    net.does("replay-end ipv4 2")
    assert net.to("10.9.0.7/32") == net.to("10.9.0.7/32", "100") == [("75", "eth1", "")]
    assert net.to("10.9.0.8/32") == []
    assert net.to("10.9.0.8/32", "100") == [("75", "eth1", "")]


def test_outside_a_replay_nothing_is_kept(net: Net) -> None:
    net.does("add 10.1.0.7 dev eth1")
    net.does("claim 10.1.0.8")
    assert net.run("ls", "/run").stdout == ""
    net.does("replay-begin ipv4")
    net.does("claim 10.1.0.7")
    assert net.run("stat", "--format=%u %a", FOLDER, FILE).stdout == "0 755\n0 600\n"
    net.does("replay-end ipv4 1")
    net.does("claim 10.1.0.8")
    assert net.run("cat", FILE).stdout == ""


def test_many_at_once_lose_no_claim(net: Net) -> None:
    addresses = [f"10.1.{n // 250}.{n % 250 + 1}" for n in range(400)]
    for address in addresses:
        net.ip(f"route add {address} dev eth1 proto 75")
    with net.no_event():
        net.does("replay-begin ipv4")
        claims = [f"add {address} dev eth1" for address in addresses]
        script = 'printf "%s\\n" "$@" | xargs -P 8 -L 1 ' + PROGRAM
        net.run("sh", "-euc", script, "sh", *claims)
        net.does(f"replay-end ipv4 {len(addresses)}")


@pytest.mark.parametrize(
    ("spoil", "text"),
    [
        (f"install -d -m 777 {FOLDER}", f"{FOLDER} is writable by others"),
        (f"install -d -o 1 {FOLDER}", f"{FOLDER} is not owned by root"),
        (f"mkdir /run/x; ln -s /run/x {FOLDER}", f"{FOLDER} cannot be opened"),
        (f"touch {FOLDER}", f"{FOLDER} cannot be opened"),
        (f"mkdir {FOLDER}; touch /run/x; ln -s /run/x {FILE}", f"{FILE} cannot be opened"),
        (f"mkdir -p {FILE}", f"{FILE} cannot be opened"),
    ],
)
def test_only_roots_own_file_counts(net: Net, spoil: str, text: str) -> None:
    net.sh(spoil)
    for command in ("replay-begin ipv4", "claim 10.1.0.7", "add 10.1.0.7 dev eth1"):
        done = net.route(command)
        assert done.returncode in (1, 77)
        assert text in done.stderr
    assert net.to("10.1.0.7/32") == []


def test_a_full_disk_ends_the_replay_and_removes_nothing(net: Net) -> None:
    ours(net, V4[1], V4[2], hop=V4[3])
    net.sh("mount -o remount,size=64k tmpfs /run")
    net.does("replay-begin ipv4")
    net.does(f"claim {V4[1]}")
    net.sh("dd if=/dev/zero of=/run/full bs=4k 2>/dev/null || true")
    net.sh(f"yes 10.1.0.9/32 254 | head -c 5000 >> {FILE} || true")  # its page is full as well
    done = net.route(f"claim {V4[2]}")
    assert (done.returncode, "No space left" in done.stderr) == (1, True)
    with net.no_event():
        net.refuses("replay-end ipv4 2", 64, "no replay of ipv4 has begun")


def test_without_the_privilege(net: Net) -> None:
    nobody = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
    net.refuses("replay-begin ipv4", 1, "run it as root, through sudo", wrapper=nobody)
    net.does("replay-begin ipv4")
    net.refuses(f"claim {V4[1]}", 1, "run it as root, through sudo", wrapper=nobody)
    net.refuses("replay-end ipv4 1", 1, "run it as root, through sudo", wrapper=nobody)
