"""Replays into `kea-runscript-route sync`, against a real kernel table."""

from __future__ import annotations

import signal

import pytest

from tests.lab.routing import CONF, Answer, Net

V4 = (4, "10.1.0.7/32", "10.0.0.2", "10.0.0.3")
V6 = (6, "2001:db8:7::/56", "fe80::2", "fe80::3")
BOTH = pytest.mark.parametrize(
    ("family", "prefix", "first", "second"), [V4, V6], ids=["IPv4", "IPv6"]
)
DONE = Answer(0, "")


@BOTH
def test_a_replay_restores_corrects_and_removes(
    net: Net, family: int, prefix: str, first: str, second: str
) -> None:
    right, moved, stale, missing = (
        [f"10.1.0.{number}/32" for number in range(1, 5)]
        if family == 4
        else [f"2001:db8:{number}::/56" for number in range(1, 5)]
    )
    for ours in (right, moved, stale):
        net.ip(f"route add {ours} via {first} dev eth1 proto 75")
    with net.worker(family) as sync, net.events() as events:
        end = sync.replay((right, "eth1", first), (moved, "eth1", second), (missing, "eth1", first))
    assert end == Answer(0, "replay: routes added 2, removed 1, leases without one 0")
    assert net.to(right) == net.to(missing) == [("75", "eth1", first)]
    assert net.to(moved) == [("75", "eth1", second)]
    assert net.to(stale) == []
    assert not [event for event in events if right in event or right.split("/")[0] in event]
    assert not [event for event in events if "Deleted" in event and f"via {first}" not in event]


@BOTH
def test_a_replay_of_what_is_there_makes_no_event(
    net: Net, family: int, prefix: str, first: str, second: str
) -> None:
    with net.worker(family) as sync:
        sync.replay((prefix, "eth1", first))
        with net.no_event():
            end = sync.replay((prefix, "eth1", first))
    assert end == Answer(0, "replay: routes added 0, removed 0, leases without one 0")


@BOTH
def test_a_replay_leaves_alone_what_is_not_its_own(
    net: Net, family: int, prefix: str, first: str, second: str
) -> None:
    lease, near, far, other = (
        ("10.1.0.1/32", "10.1.0.2/32", "192.0.2.1/32", "2001:db8:1::/56")
        if family == 4
        else ("2001:db8:1::/56", "2001:db8:2::/56", "2001:db9::/56", "10.1.0.1/32")
    )
    net.ip(f"route add {near} dev eth1 proto static")
    net.ip(f"route add {near} dev eth1 proto 75 table 101")  # a table of no rule
    net.ip(f"route add {far} dev eth1 proto 75")  # a prefix of no rule
    net.ip(f"route add {near} dev eth2 proto 75 metric 7")  # an interface of no rule
    net.ip(f"route add {other} dev eth1 proto 75")  # the other server's
    net.ip(f"route add blackhole {near} proto 75 metric 8")
    before = net.everything()
    with net.worker(family) as sync:
        sync.replay((lease, "eth1", first))
        sync.lease(f"lease{family}_expire", lease)
    assert net.everything() == before


def test_a_lease_has_its_route_in_each_table_that_the_rules_name(net: Net) -> None:
    prefix = "10.9.0.7/32"
    net.ip("route add 10.9.0.8 dev eth1 proto 75 table 100")
    net.ip("route add 10.9.0.9 dev eth1 proto 75")
    with net.worker(4) as sync:
        end = sync.replay((prefix, "eth1", ""))
        assert end == Answer(0, "replay: routes added 1, removed 2, leases without one 0")
        assert net.to(prefix) == net.to(prefix, "100") == [("75", "eth1", "")]
        with net.no_event():
            sync.replay((prefix, "eth1", ""))
        # Now it is where only one of the rules holds.
        end = sync.replay((prefix, "eth2", ""))
        assert net.to(prefix, "100") == [("75", "eth2", "")]
        assert net.to(prefix) == []


@BOTH
def test_a_rule_may_name_a_table_that_there_is_not_yet(
    net: Net, family: int, prefix: str, first: str, second: str
) -> None:
    stale = "10.1.0.8/32" if family == 4 else "2001:db8:8::/56"
    net.rules("".join(f"allow {to} table {n}\n" for to in (prefix, stale) for n in (201, 254)))
    net.ip(f"route add {stale} via {first} dev eth1 proto 75")
    with net.worker(family) as sync:
        end = sync.replay((prefix, "eth1", first))
    assert end == Answer(0, "replay: routes added 1, removed 1, leases without one 0")
    assert net.to(prefix) == net.to(prefix, "201") == [("75", "eth1", first)]


@BOTH
def test_a_live_event_claims(net: Net, family: int, prefix: str, first: str, second: str) -> None:
    net.ip(f"route add {prefix} via {first} dev eth1 proto 75")
    with net.worker(family) as sync, net.no_event():
        assert sync.ask("replay_begin") == DONE
        assert sync.lease(f"leases{family}_committed", prefix, "eth1", first, "renewed") == DONE
        end = sync.ask("replay_end", KEA_REPLAY_LEASES="1")
        assert end == Answer(0, "replay: routes added 0, removed 0, leases without one 0")


@BOTH
def test_what_a_live_event_removes_stays_away(
    net: Net, family: int, prefix: str, first: str, second: str
) -> None:
    net.ip(f"route add {prefix} via {first} dev eth1 proto 75")
    with net.worker(family) as sync:
        assert sync.ask("replay_begin") == DONE
        assert sync.lease(f"lease{family}_replay", prefix, "eth1", first) == DONE
        assert sync.lease(f"lease{family}_expire", prefix) == Answer(0, f"route del {prefix}")
        assert sync.ask("replay_end", KEA_REPLAY_LEASES="1").code == 0
        assert net.to(prefix) == []
        # ... and comes back in the next replay if there is a lease again.
        sync.replay((prefix, "eth1", first))
        assert net.to(prefix) == [("75", "eth1", first)]


@BOTH
def test_a_table_that_is_flushed_during_a_replay(
    net: Net, family: int, prefix: str, first: str, second: str
) -> None:
    net.ip(f"route add {prefix} via {first} dev eth1 proto 75")
    with net.worker(family) as sync:
        assert sync.ask("replay_begin") == DONE
        net.ip(f"-{family} route flush proto 75")
        assert sync.lease(f"lease{family}_replay", prefix, "eth1", first) == DONE
        assert net.to(prefix) == [("75", "eth1", first)]


@BOTH
def test_a_replay_that_does_not_end_removes_nothing(
    net: Net, family: int, prefix: str, first: str, second: str
) -> None:
    net.ip(f"route add {prefix} via {first} dev eth1 proto 75")
    with net.no_event():
        with net.worker(family) as sync:
            assert sync.ask("replay_begin") == DONE
        with net.worker(family) as sync:
            end = sync.ask("replay_end", KEA_REPLAY_LEASES="5")
            assert end == Answer(64, "replay_end without replay_begin: no route is removed")


@BOTH
def test_a_replay_without_leases_removes_nothing_and_says_so(
    net: Net, family: int, prefix: str, first: str, second: str
) -> None:
    net.ip(f"route add {prefix} via {first} dev eth1 proto 75")
    with net.worker(family) as sync, net.no_event():
        end = sync.replay()
    assert (end.code, end.text) == (0, "")
    (said,) = end.logged
    assert said.startswith("warn the replay had no lease: the routes of leases stay (1 of them)")
    assert f"`kea-runscript-route flush ipv{family}` removes them" in said
    net.does(f"flush ipv{family}")
    assert net.to(prefix) == []


@BOTH
def test_a_lease_that_can_have_no_route_keeps_no_other_from_its_own(
    net: Net, family: int, prefix: str, first: str, second: str
) -> None:
    lost, strange, gone = (
        ("10.1.0.1/32", "172.16.0.1/32", "10.1.0.3/32")
        if family == 4
        else ("2001:db8:1::/56", "2001:db9::/56", "2001:db8:3::/56")
    )
    net.ip(f"route add {lost} via {first} dev eth1 proto 75")
    net.rules("allow 10.0.0.0/8\nallow 2001:db8::/32\n")
    with net.worker(family) as sync:
        end = sync.replay(
            (lost, "", ""), (strange, "eth1", first), (gone, "eth9", first), (prefix, "eth1", first)
        )
        live = sync.lease(f"leases{family}_committed", gone, "eth9", first, "new")
        assert live == Answer(1, "dev 'eth9' does not exist: `ip link` lists the interfaces")
    assert end.code == 0
    assert end.text == "replay: routes added 1, removed 0, leases without one 3"
    assert [line.split()[0] for line in end.logged] == ["warn"] * 3
    assert f"nobody knows where the client of {lost} is" in end.logged[0]
    assert f"no rule of {CONF} allows {strange}" in end.logged[1]
    assert "dev 'eth9' does not exist" in end.logged[2]
    assert net.to(lost) == net.to(prefix) == [("75", "eth1", first)]


def test_the_rules_are_read_again_with_each_replay(net: Net) -> None:
    lease = ("10.1.0.7/32", "eth1", "")
    with net.worker(4) as sync:
        sync.replay(lease)
        net.rules("allow everything\n")
        broken = sync.ask("replay_begin")
        assert broken.code == 77
        assert f"{CONF} line 1" in broken.text
        assert sync.lease("leases4_committed", *lease, change="renewed").code == 77
        net.rules("allow 10.1.0.0/24 dev eth1\n")
        assert sync.replay(lease).code == 0


def test_live_events_are_served_while_it_lists_and_removes(net: Net) -> None:
    leases = 20000
    net.sh(f"""
        i=0
        while [ $i -lt {leases} ]; do
            echo "route add 10.1.$((i / 256)).$((i % 256)) dev eth1 proto 75"
            i=$((i + 1))
        done | ip -batch -
        """)
    with net.worker(4) as sync:
        live = sync.variables("10.200.0.1", "eth1", "", "new")
        # In one piece, so that the second event is there before work on the first one begins.
        with sync.in_one_piece():
            begin = sync.send("replay_begin")
            first = sync.send("leases4_committed", **live)
        assert [int(sync.line().split()[1]) for _ in range(2)] == [first, begin]
        with sync.in_one_piece():
            end = sync.send("replay_end", KEA_REPLAY_LEASES="1")
            second = sync.send("leases4_committed", **live)
        assert int(sync.line().split()[1]) == second
        (answer,) = sync.answers(end)
        assert answer.text == f"replay: routes added 0, removed {leases}, leases without one 0"
    assert net.to("10.200.0.1/32") == [("75", "eth1", "")]


def test_killed_in_the_middle_nothing_is_lost(net: Net) -> None:
    leases = [(f"10.1.0.{n}/32", "eth1", "") for n in range(1, 50)]
    for prefix, _, _ in leases:
        net.ip(f"route add {prefix} dev eth1 proto 75")
    with net.no_event():
        with net.worker(4) as sync:
            assert sync.ask("replay_begin") == DONE
            for lease in leases[:25]:
                assert sync.lease("lease4_replay", *lease) == DONE
            sync.process.send_signal(signal.SIGKILL)
            sync.process.wait()
        with net.worker(4) as sync:
            assert sync.replay(*leases).code == 0
