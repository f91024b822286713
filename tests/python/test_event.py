"""Events as handlers see them, made up for a test as users make them up."""

from collections.abc import Mapping
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address, IPv6Network
from types import ModuleType

import pytest

V4 = {
    "KEA_LEASE4_STATE": "default",
    "KEA_LEASE4_IS_EXPIRED": "0",
    "KEA_LEASE4_ADDRESS": "192.0.2.7",
    "KEA_LEASE4_HWADDR": "02:00:00:00:00:01",
    "KEA_LEASE4_HOSTNAME": "a.example",
    "KEA_LEASE4_CLIENT_LAST_TRANSMISSION": "1700000000",
    "KEA_LEASE4_VALID_LIFETIME": "3600",
    "KEA_LEASE4_CHANGE": "new",
    "KEA_LEASE4_INTERFACE": "eth1",
    "KEA_LEASE4_NEXT_HOP": "",
}
PREFIX = {
    "KEA_LEASE6_TYPE": "IA_PD",
    "KEA_LEASE6_ADDRESS": "2001:db8::",
    "KEA_LEASE6_DELEGATED_PREFIX": "2001:db8::/56",
    "KEA_LEASE6_CLIENT_DUID": "00:03:00:01:02",
    "KEA_LEASE6_IAID": "4294967295",
    "KEA_LEASE6_PREFERRED_LIFETIME": "1800",
    "KEA_LEASE6_NEXT_HOP": "fe80::1",
}
HOSTILE = ("", "a=b", "a\nKEA_LEASE4_HOSTNAME=x", "\\", "\\x41", "\x7f\x01", "ä\udcff", "x" * 9000)


@pytest.fixture
def sdk(importable: None) -> ModuleType:
    import kea_runscript

    return kea_runscript


def test_a_lease_has_pythons_types(sdk: ModuleType) -> None:
    lease = sdk.Event("leases4_committed", V4).lease
    assert isinstance(lease, sdk.Lease4)
    assert (lease.address, lease.next_hop) == (IPv4Address("192.0.2.7"), None)
    assert (lease.state, lease.expired, lease.change) == ("default", False, "new")
    assert (lease.hwaddr, lease.hostname) == ("02:00:00:00:00:01", "a.example")
    assert lease.last_transmission == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert (lease.valid_lifetime, lease.interface) == (3600, "eth1")


def test_a_delegated_prefix_has_pythons_types(sdk: ModuleType) -> None:
    lease = sdk.Event("lease6_expire", PREFIX).lease
    assert isinstance(lease, sdk.Lease6)
    assert (lease.type, lease.address) == ("IA_PD", IPv6Address("2001:db8::"))
    assert lease.prefix == IPv6Network("2001:db8::/56")
    assert lease.next_hop == IPv6Address("fe80::1")
    assert (lease.duid, lease.iaid, lease.preferred_lifetime) == (
        *("00:03:00:01:02", 4294967295),
        1800,
    )
    assert sdk.Event("lease6_renew", {"KEA_LEASE6_DELEGATED_PREFIX": ""}).lease.prefix is None


def test_there_is_not_always_a_lease(sdk: ModuleType) -> None:
    assert sdk.Event("pkt4_receive", {"KEA_QUERY4_TYPE": "DHCPDISCOVER"}).lease is None
    with pytest.raises(KeyError, match="KEA_LEASE4_HOSTNAME"):
        _ = sdk.Event("lease4_expire", {"KEA_LEASE4_ADDRESS": "192.0.2.7"}).lease.hostname


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: ascii(value)[:20])
def test_a_value_is_what_it_was(sdk: ModuleType, value: str) -> None:
    event = sdk.Event("lease4_renew", {"KEA_A": "1", "KEA_HOSTILE": value, "KEA_B": "2"})
    assert event["KEA_HOSTILE"] == value
    assert dict(event) == {"KEA_A": "1", "KEA_HOSTILE": value, "KEA_B": "2"}
    assert sdk.unescape(sdk.escape(value)) == value
    assert sdk.escape(value).isprintable() or "\udcff" in value


def test_a_nul_stays_four_characters(sdk: ModuleType) -> None:
    assert sdk.Event("lease4_renew", {"KEA_A": "a\0b"})["KEA_A"] == "a\\x00b"


def test_an_event_is_a_mapping(sdk: ModuleType) -> None:
    event = sdk.Event("lease4_expire", V4, retry=True, waited_for=True)
    assert isinstance(event, Mapping)
    assert (list(event), list(event.values()), len(event)) == ([*V4], [*V4.values()], len(V4))
    assert (event.retry, event.waited_for, event.id) == (True, True, 0)
    assert ("KEA_LEASE4_STATE" in event, "KEA_LEASE4" in event, 4 in event) == (True, False, False)
    assert (event.get("KEA_LEASE4"), event.get("KEA_LEASE4", 7)) == (None, 7)


@pytest.mark.parametrize("name", ["KEA_LEASE4", "WAIT", "", "KEA_LEASE4_STATE=", "\udcff", 4])
def test_what_is_not_there_is_a_key_error(sdk: ModuleType, name: object) -> None:
    with pytest.raises(KeyError) as missing:
        sdk.Event("lease4_expire", V4, waited_for=True)[name]
    assert missing.value.args == (name,)
