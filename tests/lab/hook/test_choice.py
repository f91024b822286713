"""What an entry asks for: options, some variables only, some subnets, some classes of clients."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from kit.lab import Client, Host
from kit.lab.kea import DATA, SCRIPTS, Kea, KeaFailed
from kit.lab.relay import Relay
from kit.lab.relay6 import IA, Clients6, Hop
from tests.lab.hook.conftest import RELAY6

FRAMES = f"{DATA}/frames"

RECORD = f"""#!/bin/sh
# Writes down the stream as it comes.
while IFS= read -r line; do
    printf '%s\\n' "$line" >>{FRAMES}
    case $line in
    EVENT=*) id=${{line#*=}}; id=${{id%% *}} ;;
    '') [ -z "$id" ] || echo "done $id 0"; id= ;;
    esac
done
"""

RECORDED = {"script": f"{SCRIPTS}/record", "mode": "worker"}

HOSTNAME = b"a\n`id`'\"\\\x7f\xff"
"""What no shell and no line of a log should meet."""


@pytest.fixture
def record(server: Host) -> None:
    server.write(f"{SCRIPTS}/record", RECORD, 0o755)


def frames(kea: Kea, point: str, count: int) -> list[dict[str, str]]:
    """The variables of the first runs at a hook point, escaped as they were sent."""

    def probe() -> list[dict[str, str]]:
        file = kea.host.inside(FRAMES)
        text = file.read_text(encoding="latin-1") if file.exists() else ""
        found = re.findall(rf"EVENT=\d+ {point}\n(.*?)\n\n", text, re.DOTALL)
        return [dict(re.findall("(KEA_.*?)=(.*)", frame)) for frame in found]

    return kea.host.wait_for(lambda: probe() if len(probe()) >= count else None, point)[:count]


@pytest.mark.usefixtures("record")
def test_options_are_told_by_name_or_number_as_text_and_as_octets(kea4: Kea, relay: Relay) -> None:
    kea4.start(
        {
            **RECORDED,
            "hook-points": ["pkt4_receive", "pkt4_send"],
            "fields": ["KEA_QUERY4_TYPE"],
            "options": ["host-name", 3, "class-of-ours", 61],
        },
        option_def=[{"name": "class-of-ours", "code": 224, "type": "uint16", "array": True}],
        option_data=[{"name": "routers", "data": "10.1.0.1, 10.1.0.2"}],
    )
    options = {12: HOSTNAME, 224: b"\0\1\1\0", 55: b"\3", 61: b"\xff\0"}
    relay.offer(1, options)
    asked = {
        "KEA_QUERY4_TYPE": "DHCPDISCOVER",
        "KEA_QUERY4_OPTION12": "a\\x0A`id`'\"\\\\\\x7F\xff",
        "KEA_QUERY4_OPTION12_HEX": f"0x{HOSTNAME.hex().upper()}",
        "KEA_QUERY4_OPTION3": "",
        "KEA_QUERY4_OPTION3_HEX": "",
        "KEA_QUERY4_OPTION224": "1 256",
        "KEA_QUERY4_OPTION224_HEX": "0x00010100",
        "KEA_QUERY4_OPTION61": "",
        "KEA_QUERY4_OPTION61_HEX": "0xFF00",
    }
    answer = {
        f"KEA_RESPONSE4_OPTION{code}{end}": "" for code in (12, 3, 224, 61) for end in ("", "_HEX")
    }
    assert frames(kea4, "pkt4_receive", 1) == [{**asked, **answer}]
    answer["KEA_RESPONSE4_OPTION3"] = "10.1.0.1 10.1.0.2"
    answer["KEA_RESPONSE4_OPTION3_HEX"] = "0x0A0100010A010002"
    told = frames(kea4, "pkt4_send", 1)[0]
    # Kea sends the client identifier back, and a name of its own making.
    assert {**told, **asked, **answer} == {
        **told,
        "KEA_RESPONSE4_OPTION12": answer["KEA_RESPONSE4_OPTION12"],
        "KEA_RESPONSE4_OPTION12_HEX": answer["KEA_RESPONSE4_OPTION12_HEX"],
        "KEA_RESPONSE4_OPTION61_HEX": answer["KEA_RESPONSE4_OPTION61_HEX"],
    }


@pytest.fixture
def relayed(gateway: Client) -> Iterator[Clients6]:
    """Clients behind two relays."""
    near = Hop("::", "fe80::7", {18: b"eth7", 37: b"\0\0\0\x09cpe"})
    clients = Clients6(gateway, RELAY6, [near, Hop("2001:db8::2", "fe80::9", {38: b"42"})])
    yield clients
    clients.close()


@pytest.mark.usefixtures("record")
def test_each_relay_is_told_and_a_worker_never_sees_those_of_another_packet(
    kea6: Kea, relayed: Clients6, clients6: Clients6
) -> None:
    names = ("LINK_ADDRESS", "PEER_ADDRESS", "INTERFACE_ID", "REMOTE_ID", "SUBSCRIBER_ID")
    relays = [f"KEA_QUERY6_RELAY<n>_{name}" for name in names]
    fields = ["KEA_QUERY6_RELAY_COUNT", *relays]
    kea6.start({**RECORDED, "hook-points": ["pkt6_receive"], "fields": fields})
    clients6.send("SOLICIT", 1, IA("NA"))
    assert frames(kea6, "pkt6_receive", 1) == [{"KEA_QUERY6_RELAY_COUNT": "0"}]
    relayed.ask("SOLICIT", 1, IA("NA"))
    clients6.send("SOLICIT", 1, IA("NA"))
    told = {
        "KEA_QUERY6_RELAY_COUNT": "2",
        "KEA_QUERY6_RELAY0_LINK_ADDRESS": "::",
        "KEA_QUERY6_RELAY0_PEER_ADDRESS": "fe80::7",
        "KEA_QUERY6_RELAY0_INTERFACE_ID": "0x65746837",
        "KEA_QUERY6_RELAY0_REMOTE_ID": "0x00000009637065",
        "KEA_QUERY6_RELAY0_SUBSCRIBER_ID": "",
        "KEA_QUERY6_RELAY1_LINK_ADDRESS": "2001:db8::2",
        "KEA_QUERY6_RELAY1_PEER_ADDRESS": "fe80::9",
        "KEA_QUERY6_RELAY1_INTERFACE_ID": "",
        "KEA_QUERY6_RELAY1_REMOTE_ID": "",
        "KEA_QUERY6_RELAY1_SUBSCRIBER_ID": "0x3432",
    }
    none = {**dict.fromkeys(told, ""), "KEA_QUERY6_RELAY_COUNT": "0"}
    assert frames(kea6, "pkt6_receive", 3)[1:] == [told, none]


@pytest.mark.usefixtures("record")
def test_an_entry_runs_for_its_subnets_and_classes_only(kea4: Kea, relay: Relay) -> None:
    entry = {
        **RECORDED,
        "hook-points": ["leases4_committed"],
        "fields": ["KEA_LEASE4_HWADDR", "KEA_QUERY4_CLIENT_CLASSES"],
    }
    others = {**entry, "name": "others", "subnets": [2]}
    entry |= {"name": "ours", "subnets": [2, 1], "client-classes": ["gold", "silver"]}
    kea4.start(
        {"scripts": [others, entry]},
        client_classes=[{"name": "gold", "test": "option[60].text == 'gold'"}],
    )
    relay.lease(1)
    relay.lease(2, {60: b"gold"})
    relay.lease(3)
    (told,) = frames(kea4, "leases4_committed", 1)
    assert told["KEA_LEASE4_HWADDR"] == relay.hwaddr(2)
    assert "gold" in told["KEA_QUERY4_CLIENT_CLASSES"].split(", ")
    assert kea4.host.inside(FRAMES).read_text(encoding="latin-1").count("\nEVENT=") == 1


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no such option": (
        {"hook-points": ["pkt4_receive"], "options": ["host-nam"]},
        "parameter 'options' lists \"host-nam\", which Kea does not know",
    ),
    "twice": (
        {"hook-points": ["pkt4_receive"], "options": ["host-name", 12]},
        "parameter 'options' lists option 12 twice, by its name and by its number",
    ),
}
"""Parameters, and what the message about them says."""


@pytest.mark.usefixtures("record")
@pytest.mark.parametrize(("parameters", "message"), WRONG.values(), ids=WRONG)
def test_an_option_that_cannot_be_told_stops_the_start(
    kea4: Kea, parameters: dict[str, Any], message: str
) -> None:
    with pytest.raises(KeaFailed) as failure:
        kea4.start({**RECORDED, **parameters})
    assert message in str(failure.value)
