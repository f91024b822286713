"""What playbooks/rolling.yml asks the servers of a pair, while a client asks without end.

The whole playbook is tried in tests/role.
"""

from contextlib import closing

import pytest

from kit.lab import Client, CommandFailed
from kit.lab.kea import SCRIPTS, Kea
from kit.lab.relay import NOWHERE, Relay
from kit.paths import ROOT
from tests.asking import Asking, exchanges
from tests.high_availability import HEARTBEAT, RESPONSE, wait_for_state
from tests.lab.hook.conftest import SERVER4
from tests.lab.hook.ha.conftest import Pair

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.parametrize(
        "target", ["trixie", "trixie-backports"], indirect=True, scope="session"
    ),
]
CONTROL = ROOT / "roles" / "kea_runscript" / "files" / "kea_control.py"
INTERVAL = 0.05
SECONDS = "20"


def told(kea: Kea, *words: str) -> str:
    """What the role's program says on a server's host; CommandFailed with the reason."""
    command = ["python3", "-", kea.socket, kea.unit, *words]
    return kea.host.run(command, input=CONTROL.read_text()).stdout.strip()


def start(pair: Pair) -> None:
    """Start both, with a script that does nothing."""
    for kea in pair:
        kea.host.write(f"{SCRIPTS}/true", "#!/bin/sh\n", 0o755)
    pair.start({"script": f"{SCRIPTS}/true", "hook-points": ["leases4_committed"]})


@pytest.mark.parametrize(
    ("pair", "scopes"),
    [((4, "hot-standby"), ["1", "0"]), ((4, "load-balancing"), ["1", "1"])],
    ids=["hot-standby", "load-balancing"],
    indirect=["pair"],
)
def test_each_is_restarted_while_the_other_serves(
    pair: Pair, scopes: list[str], gateway: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    start(pair)
    assert [told(kea, "scopes") for kea in pair] == scopes
    with (
        closing(Relay(gateway, NOWHERE, SERVER4)) as direct,
        Asking(exchanges(direct, 1, INTERVAL), INTERVAL) as client,
    ):
        for kea, other in (tuple(pair)[::-1], tuple(pair)):
            told(other, "alone")
            kea.host.run(["systemctl", "restart", kea.unit])
            told(other, "together", SECONDS)
            told(kea, "whole", SECONDS)
        told(pair.partner, "whole", SECONDS)
        client.wait_for_reply()
    with capsys.disabled():
        print(f"\n{pair.mode}: {client.gap():.2f} s without an answer")
    assert client.gap() < HEARTBEAT + RESPONSE


@pytest.mark.parametrize("pair", [(4, "hot-standby")], ids=["hot-standby"], indirect=True)
def test_one_without_its_partner_is_not_whole(pair: Pair) -> None:
    start(pair)
    told(pair.primary, "whole", SECONDS)
    pair.partner.kill()
    wait_for_state(pair.primary, "partner-down")
    with pytest.raises(CommandFailed, match="its HA state is partner-down"):
        told(pair.primary, "whole", "0")
    told(pair.primary, "alone")
    with pytest.raises(CommandFailed, match="is not active"):
        told(pair.partner, "whole", "0")
