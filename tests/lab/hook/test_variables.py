"""What a script is told at each hook point: the older hook's variables, and ours."""

from typing import Any
from unittest.mock import ANY

import pytest

from kit.lab import Access, Host
from kit.lab.kea import DATA, SCRIPTS, Kea
from kit.lab.relay import Relay

LIFETIME = 3
TOLD = f"{DATA}/told"
TELL = f"""#!/bin/sh
# What the debug script says goes into a file: of Kea's log there is only so much a second.
told=$({SCRIPTS}/debug "$@" 2>&1)
printf '%s\\n\\n' "$told" >>{TOLD}
"""
DROP_IN = {"script": f"{SCRIPTS}/tell", "wait": True}
"""All that a user of the older hook had to give."""

QUERY4 = {
    "KEA_QUERY4_TYPE": "DHCPREQUEST",
    "KEA_QUERY4_INTERFACE": "eth1",
    "KEA_QUERY4_IFINDEX": ANY,
    "KEA_QUERY4_HWADDR": "02:00:00:00:00:01",
    "KEA_QUERY4_HWADDR_TYPE": "1",
    "KEA_QUERY4_HWADDR_SOURCE": "0",
    "KEA_QUERY4_CIADDR": "0.0.0.0",
    "KEA_QUERY4_SIADDR": "0.0.0.0",
    "KEA_QUERY4_YIADDR": "0.0.0.0",
    "KEA_QUERY4_GIADDR": "10.1.0.2",
    "KEA_QUERY4_RELAYED": "1",
    "KEA_QUERY4_RELAY_HOPS": "1",
    "KEA_QUERY4_TRANSACTION_ID": ANY,
    "KEA_QUERY4_CLIENT_CLASSES": ANY,
}
LEASE4 = {
    "KEA_LEASE4_TYPE": "V4",
    "KEA_LEASE4_STATE": "default",
    "KEA_LEASE4_IS_EXPIRED": "0",
    "KEA_LEASE4_ADDRESS": "10.1.1.0",
    "KEA_LEASE4_HWADDR": "02:00:00:00:00:01",
    "KEA_LEASE4_HOSTNAME": "",
    "KEA_LEASE4_CLIENT_LAST_TRANSMISSION": ANY,
    "KEA_LEASE4_VALID_LIFETIME": str(LIFETIME),
    "KEA_LEASE4_SUBNET_ID": "1",
    "KEA_LEASE4_POOL_ID": ANY,
    "KEA_LEASE4_CLIENT_ID": "",
}
SUBNET4 = {
    "KEA_SUBNET4": "10.1.0.0/16",
    "KEA_SUBNET4_PREFIX": "10.1.0.0",
    "KEA_SUBNET4_PREFIXLEN": "16",
}
PLACE4 = {"KEA_LEASE4_INTERFACE": "eth1", "KEA_LEASE4_NEXT_HOP": "10.1.0.2"}
PREFIX6 = {
    "KEA_LEASE6_TYPE": "IA_PD",
    "KEA_LEASE6_ADDRESS": "2001:db8:1::",
    "KEA_LEASE6_DELEGATED_PREFIX": "2001:db8:1::/56",
    "KEA_LEASE6_DELEGATED_PREFIXLEN": "56",
    "KEA_LEASE6_HOSTNAME": "",
    "KEA_LEASE6_INTERFACE": "eth1",
    "KEA_LEASE6_SUBNET_ID": "1",
    **{
        f"KEA_LEASE6_{name}": ANY
        for name in (
            *("STATE", "IS_EXPIRED", "CLIENT_LAST_TRANSMISSION", "VALID_LIFETIME"),
            *("PREFERRED_LIFETIME", "IAID", "POOL_ID"),
        )
    },
}
QUERY6 = {
    "KEA_QUERY6_INTERFACE": "eth1",
    "KEA_QUERY6_HWADDR_TYPE": "1",
    "KEA_QUERY6_LOCAL_ADDRESS": "ff02::1:2",
    "KEA_QUERY6_LOCAL_PORT": "0",
    "KEA_QUERY6_REMOTE_PORT": "546",
    **{f"KEA_QUERY6_{name}": ANY for name in ("IFINDEX", "HWADDR_SOURCE", "LABEL")},
    "KEA_QUERY6_TRANSACTION_ID": ANY,
    "KEA_QUERY6_CLIENT_CLASSES": ANY,
    "KEA_QUERY6_RELAY_COUNT": "0",
}


@pytest.fixture(autouse=True)
def tell(server: Host) -> None:
    server.write(f"{SCRIPTS}/tell", TELL, 0o755)


def told(kea: Kea, point: str, expected: dict[str, Any]) -> dict[str, str]:
    """What the script was told at a hook point: exactly these variables."""

    def runs() -> list[dict[str, str]]:
        file = kea.host.inside(TOLD)
        text = file.read_text(encoding="latin-1") if file.exists() else ""
        runs = [run.splitlines() for run in text.split("\n\n")]
        told = [run[1:] for run in runs if run[:1] == [f"hook point: {point}"]]
        return [dict(line.split("=", 1) for line in run) for run in told]

    try:
        kea.host.wait_for(lambda: expected in runs(), point)
    except TimeoutError:
        assert runs()[-1:] == [expected]
    return next(run for run in runs() if run == expected)


def test_the_older_hooks_parameters_bring_its_hook_points_and_variables(
    kea4: Kea, relay: Relay
) -> None:
    soon = {"reclaim-timer-wait-time": 1}
    kea4.start(DROP_IN, valid_lifetime=LIFETIME, expired_leases_processing=soon)
    address = relay.lease(1)
    assert relay.wait(relay.send("RENEW", 1, address)).kind == "ACK"
    query = {**QUERY4, "KEA_QUERY4_CIADDR": address}
    told(kea4, "lease4_renew", {**query, **SUBNET4, **LEASE4, **PLACE4})
    relay.send("RELEASE", 1, address)
    query["KEA_QUERY4_TYPE"] = "DHCPRELEASE"
    told(kea4, "lease4_release", {**query, **LEASE4, **PLACE4})
    other = {
        "KEA_LEASE4_ADDRESS": relay.lease(2),
        "KEA_LEASE4_HWADDR": relay.hwaddr(2),
        # A lease ends at the end of a second, and is reclaimed then or a little later.
        "KEA_LEASE4_IS_EXPIRED": ANY,
    }
    told(kea4, "lease4_expire", {**LEASE4, **PLACE4, **other, "KEA_REMOVE_LEASE": "0"})


def test_a_commit_tells_what_has_changed_and_where_the_client_is(
    kea4: Kea, relay: Relay, access: Access, threads: bool
) -> None:
    kea4.start(
        {**DROP_IN, "hook-points": ["leases4_committed"]},
        multi_threading=threads,
        valid_lifetime=LIFETIME,
        cache_threshold=0.001,  # Kea 3 would not commit so early a renewal
    )
    address = relay.lease(1)
    lease = {**QUERY4, **LEASE4, **PLACE4, "KEA_LEASE4_REUSED": "0"}
    told(kea4, "leases4_committed", {**lease, "KEA_LEASE4_CHANGE": "new"})
    assert relay.wait(relay.send("RENEW", 1, address)).kind == "ACK"
    lease["KEA_QUERY4_CIADDR"] = address
    told(kea4, "leases4_committed", {**lease, "KEA_LEASE4_CHANGE": "renewed"})
    relay.send("RELEASE", 1, address)
    gone = {
        "KEA_QUERY4_TYPE": "DHCPRELEASE",
        "KEA_LEASE4_CHANGE": "deleted",
        # Kea 3 keeps a released lease a while, without a lifetime.
        "KEA_LEASE4_STATE": ANY,
        "KEA_LEASE4_IS_EXPIRED": ANY,
        "KEA_LEASE4_VALID_LIFETIME": ANY,
    }
    told(kea4, "leases4_committed", {**lease, **gone})

    client = access.client(f"direct-{threads}")
    direct = {
        **dict.fromkeys(lease, ANY),
        "KEA_LEASE4_ADDRESS": client.dhcp4().address,
        "KEA_LEASE4_CHANGE": "new",
        "KEA_LEASE4_INTERFACE": "eth1",
        "KEA_LEASE4_NEXT_HOP": "",
        "KEA_QUERY4_GIADDR": "0.0.0.0",
    }
    told(kea4, "leases4_committed", direct)
    client.vanish()


def test_a_delegated_prefix_is_told_with_the_way_to_it(
    kea6: Kea, access: Access, threads: bool
) -> None:
    points = ["leases6_committed", "lease6_release"]
    kea6.start({**DROP_IN, "hook-points": points}, multi_threading=threads)
    client = access.client(f"prefix-{threads}")
    hwaddr = client.run(["cat", "/sys/class/net/eth0/address"]).stdout.strip()
    own = {
        "KEA_LEASE6_NEXT_HOP": ANY,
        "KEA_LEASE6_HWADDR": hwaddr,
        "KEA_LEASE6_CLIENT_DUID": f"00:03:00:01:{hwaddr}",
        "KEA_QUERY6_HWADDR": hwaddr,
        "KEA_QUERY6_DUID": f"00:03:00:01:{hwaddr}",
        "KEA_QUERY6_REMOTE_ADDRESS": ANY,
    }
    assert client.dhcp6_pd().prefix == "2001:db8:1::/56"
    lease = {**PREFIX6, **QUERY6, **own, "KEA_QUERY6_TYPE": "REQUEST"}
    change = {"KEA_LEASE6_CHANGE": "new", "KEA_LEASE6_REUSED": "0"}
    new = told(kea6, "leases6_committed", {**lease, **change})
    addresses = client.run(["ip", "-6", "address", "show", "dev", "eth0", "scope", "link"]).stdout
    assert f" {new['KEA_LEASE6_NEXT_HOP']}/64 " in addresses
    client.release()
    lease["KEA_QUERY6_TYPE"] = "RELEASE"
    told(kea6, "lease6_release", lease)
    told(kea6, "leases6_committed", {**lease, **change, "KEA_LEASE6_CHANGE": "deleted"})
    client.vanish()
