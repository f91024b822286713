"""`kea-runscript-route sync`, a worker, against a real kernel table."""

from __future__ import annotations

import pytest

from tests.lab.routing import CONF, Answer, Net

V4 = (4, "10.1.0.7/32", "10.0.0.2", "10.0.0.3")
V6 = (6, "2001:db8:7::/56", "fe80::2", "fe80::3")
BOTH = pytest.mark.parametrize(
    ("family", "prefix", "first", "second"), [V4, V6], ids=["IPv4", "IPv6"]
)
DONE = Answer(0, "")


@BOTH
def test_a_route_comes_and_goes_with_its_lease(
    net: Net, family: int, prefix: str, first: str, second: str
) -> None:
    committed, changed = f"leases{family}_committed", f"lease{family}_changed"
    with net.worker(family) as sync:
        added = Answer(0, f"route add {prefix} dev eth1 via {first}")
        removed = Answer(0, f"route del {prefix}")
        for point, change in [
            (committed, "deleted"),
            (committed, "declined"),
            (changed, "deleted"),
            (changed, "declined"),
            (f"lease{family}_expire", ""),
            (f"lease{family}_release", ""),
        ]:
            assert sync.lease(committed, prefix, "eth1", first, "new") == added
            assert net.to(prefix) == [("75", "eth1", first)]
            with net.no_event():
                assert sync.lease(committed, prefix, "eth1", first, "renewed") == DONE
                assert sync.lease(changed, prefix, "eth1", first, "renewed") == DONE
            assert sync.lease(point, prefix, change=change) == removed
            assert net.to(prefix) == []
            assert sync.lease(point, prefix, change=change) == DONE
        assert sync.lease(changed, prefix, "eth1", first, "new") == added
        moved = Answer(0, f"route add {prefix} dev eth1 via {second}")
        assert sync.lease(committed, prefix, "eth1", second, "renewed") == moved
        assert net.to(prefix) == [("75", "eth1", second)]


@pytest.mark.parametrize("family", [4, 6])
def test_other_events_are_answered_and_change_nothing(net: Net, family: int) -> None:
    other = 10 - family
    with net.worker(family) as sync, net.no_event():
        sync.write("FUTURE=1\nX=2\n\n")
        sync.write("DRAIN=1000\n\n")
        for point in (f"pkt{family}_receive", f"lease{family}_renew", f"lease{other}_expire", "x"):
            assert sync.ask(point) == DONE


def test_addresses_of_ipv6_are_left_alone(net: Net) -> None:
    net.ip("route add 2001:db8::7 dev eth1 proto 75")
    with net.worker(6) as sync, net.no_event():
        for point in ("leases6_committed", "lease6_replay", "lease6_expire"):
            lease = sync.variables("2001:db8::7/128", "eth1", "fe80::2", "new")
            assert sync.ask(point, **{**lease, "KEA_LEASE6_TYPE": "IA_NA"}) == DONE


@BOTH
def test_leases_in_another_table(
    net: Net, family: int, prefix: str, first: str, second: str
) -> None:
    net.rules(f"allow {prefix} dev eth1 table 100\n")
    with net.worker(family) as sync:
        answer = sync.lease(f"leases{family}_committed", prefix, "eth1", first, "new")
        assert answer == Answer(0, f"route add {prefix} dev eth1 via {first} table 100")
        assert net.to(prefix, "100") == [("75", "eth1", first)]
        with net.no_event():
            assert sync.lease(f"leases{family}_committed", prefix, "eth1", first, "renewed") == DONE
        answer = sync.lease(f"lease{family}_expire", prefix)
        assert answer == Answer(0, f"route del {prefix}")


def test_the_rules_and_bounds_hold_here_too(net: Net) -> None:
    with net.worker(4) as sync, net.no_event():
        for prefix, device, code, text in [
            ("192.0.2.1/32", "eth1", 77, "no rule"),
            ("10.1.0.7/32", "eth2", 77, "no rule"),
            ("127.0.0.1/32", "eth1", 77, "loopback"),
            ("10.0.0.1/32", "../eth1", 64, "interface name"),
            ("10.0.0.0/8", "eth1", 77, "covers 10.0.0.0/24"),
            ("2001:db8::/56", "eth1", 64, "not of the stream's ipv4"),
            ("nonsense", "eth1", 64, "not an address"),
        ]:
            answer = sync.lease("leases4_committed", prefix, device, change="new")
            assert answer.code == code
            assert text in answer.text
        for missing in ("ADDRESS", "INTERFACE", "NEXT_HOP", "CHANGE"):
            lease = sync.variables("10.1.0.7/32", "eth1", "", "new")
            del lease[f"KEA_LEASE4_{missing}"]
            answer = sync.ask("leases4_committed", **lease)
            assert answer.code == 64
            assert f"KEA_LEASE4_{missing} is missing" in answer.text
        answer = sync.lease("leases4_committed", "10.1.0.7", "eth1", "10.0.0.2\\x0A", "new")
        assert answer.code == 64
        answer = sync.lease("leases4_committed", "10.1.0.7", "eth1", change="lost")
        assert answer.code == 64
        for count in ("", "-1", "4294967296", "x"):
            assert sync.ask("replay_begin") == DONE
            end = sync.ask("replay_end", KEA_REPLAY_LEASES=count)
            assert end.code == 64
            assert "the number of leases" in end.text
        assert sync.ask("replay_end").code == 64
    with net.worker(6) as sync, net.no_event():
        default = sync.lease("leases6_committed", "::/0", "eth1", "fe80::2", "new")
        assert "default route" in default.text
        untyped = sync.variables("2001:db8:7::/56", "eth1", "fe80::2", "new")
        del untyped["KEA_LEASE6_TYPE"]
        assert "KEA_LEASE6_TYPE is missing" in sync.ask("leases6_committed", **untyped).text


@pytest.mark.parametrize(
    ("hello", "octets", "code", "text"),
    [
        ("HELLO=2\nFAMILY=4\n\n", b"", 78, "version '2'"),
        ("HELLO=1\nFAMILY=5\n\n", b"", 64, "FAMILY='5'"),
        ("HELLO=1\n\n", b"", 64, "FAMILY is missing"),
        ("\n\n", b"EVENT=1 lease4_expire\n\n", 64, "before HELLO"),
        (None, b"EVENT=1\n\n", 64, "EVENT='1'"),
        (None, b"EVENT= lease4_expire\n\n", 64, "is not a number and a hook point"),
        (None, b"EVENT=-1 lease4_expire\n\n", 64, "EVENT='-1 lease4_expire'"),
        (None, b"EVENT=12345678901234567890 x\n\n", 64, "is not a number"),
        (None, b"EVENT=1\x1b[31m x\n\n", 64, "EVENT='1?[31m x'"),
        (None, b"A=1\n" * 20000, 64, "more than 65536 octets"),
        (None, b"\xff" * 200000, 64, "more than 65536 octets"),
    ],
)
def test_what_breaks_the_protocol_ends_it(
    net: Net, hello: str | None, octets: bytes, code: int, text: str
) -> None:
    with net.no_event(), net.worker(4, hello=hello) as sync:
        sync.write(octets)
        sync.breaks(code, text)


def test_frames_may_come_in_pieces(net: Net) -> None:
    with net.worker(4) as sync:
        sync.lease("leases4_committed", "10.1.0.7/32", "eth1", change="new")
        sync.write("EVENT=900 leas")
        sync.write("e4_expire\nPADDING=" + "x" * 60000)
        sync.write("\nKEA_LEASE4_ADDRESS=10.1.")
        sync.write("0.7\n")
        sync.write("\nEVENT=901 lease4_expire\nKEA_LEASE4_ADDRESS=10.1.0.8\n\nEVENT=902 x\n\n")
        assert sync.answers(900, 901, 902) == [Answer(0, "route del 10.1.0.7/32"), DONE, DONE]


def test_without_rules_it_does_not_start(net: Net) -> None:
    net.sh(f"chmod 0666 {CONF}")
    with net.worker(4) as sync:
        sync.breaks(77, f"{CONF} is writable by others")


def test_the_capability_alone_is_enough(net: Net) -> None:
    capability = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
    capability += ("--inh-caps=+net_admin", "--ambient-caps=+net_admin")
    with net.worker(4, wrapper=capability) as sync:
        assert sync.replay(("10.1.0.7/32", "eth1", "")).code == 0
        assert net.to("10.1.0.7/32") == [("75", "eth1", "")]
