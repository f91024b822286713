"""The example event_stream, with Debian's nats-server: what it may lose, and what it may not."""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nats
import pytest

from kit.lab import Access, Host
from kit.lab.kea import Kea
from kit.lab.relay import Relay
from kit.targets import Target
from tests.lab.examples.conftest import EXAMPLES, LAN4, example
from tests.thorough import every_day

FOLDER = EXAMPLES / "event_stream"
UNITS = ("event-stream.socket", "event-stream.service")
PLACE = "/opt/event-stream"
PYTHON = f"{PLACE}/bin/python"
PROGRAM = "/usr/local/bin/event_stream"
CLIENTS = range(1, 21)

# Prints all messages of the stream, a line of JSON for each.
READ = """
import asyncio, json, nats

async def read():
    client = await nats.connect("nats://127.0.0.1:4222")
    stream = client.jetstream()
    last = (await stream.stream_info("kea")).state.last_seq
    for number in range(1, last + 1):
        message = await stream.get_msg("kea", number)
        print(json.dumps({"subject": message.subject, **json.loads(message.data)}))

asyncio.run(read())
"""
STREAM = """\
HELLO=1
ENTRY=event-stream
KEA=2.6.3
FAMILY=4
WINDOW=64
MODE=worker

EVENT=7 leases4_committed
{retry}KEA_LEASE4_ADDRESS=198.51.100.7
KEA_LEASE4_CHANGE=new
KEA_LEASE4_HOSTNAME={name}

"""

pytestmark = pytest.mark.parametrize(
    "target",
    every_day("trixie", among=("trixie", "bookworm", "forky")),
    indirect=True,
    scope="session",
)


@pytest.fixture(scope="module")
def program(server: Host) -> Host:
    """The host with the example, installed as its page says, but without pip."""
    server.run(
        ["python3", "-m", "venv", "--system-site-packages", "--without-pip", "/opt/event-stream"]
    )
    (packages,) = server.inside("/opt/event-stream/lib").glob("python3*/site-packages")
    client = Path(nats.__path__[0])
    for file in client.rglob("*.py"):
        inside = packages.relative_to(server.inside("/")) / "nats" / file.relative_to(client)
        server.put(file, f"/{inside}")
    server.put(FOLDER / "event_stream", PROGRAM, 0o755)
    for name in UNITS:
        server.put(FOLDER / name, f"/etc/systemd/system/{name}")
    page = (FOLDER / "README.md").read_text()
    (store,) = re.findall(r"# (install -d -o nats.*)\n# (echo .*)\n", page)
    server.run(["sh", "-euc", "\n".join(store)])
    server.run(["systemctl", "daemon-reload"])
    return server


@pytest.fixture
def stream(program: Host) -> Iterator[Host]:
    """The host with an empty stream and the service behind its socket."""
    program.run(["systemctl", "start", "nats-server", UNITS[0]])
    yield program
    program.run(["systemctl", "stop", *UNITS])
    kill(program)
    program.run(["sh", "-c", "rm -rf /var/lib/nats/*"])


@pytest.fixture
def kea(stream: Host, kea4: Kea, target: Target) -> Kea:
    """The server with the example's configuration, whose first replay is over."""
    kea4.start({}, **{**example("event_stream", target), **LAN4})
    kea4.wait_for_log("RUNSCRIPT_REPLAY_DONE")
    return kea4


def kill(host: Host) -> None:
    """End NATS without a warning; it stays away."""
    host.run(["systemctl", "kill", "--signal=KILL", "nats-server"], check=False)
    host.run(["systemctl", "stop", "nats-server"])


def messages(host: Host) -> list[dict[str, Any]]:
    """What is in the stream, the oldest first."""
    return [json.loads(line) for line in host.run([PYTHON, "-c", READ]).stdout.splitlines()]


def changes(host: Host) -> list[tuple[str, str]]:
    """Of the messages of committed leases: address and change."""
    told = [m["variables"] for m in messages(host) if m["hook_point"] == "leases4_committed"]
    return [(v["KEA_LEASE4_ADDRESS"], v["KEA_LEASE4_CHANGE"]) for v in told]


def test_the_events_of_clients_are_in_the_stream_in_order(
    kea: Kea, stream: Host, lan: Access
) -> None:
    expected = []
    for name in ("one", "two"):
        client = lan.client(name)
        address = client.dhcp4().address
        client.release()
        expected += [(address, "new"), (address, "deleted")]
    stream.wait_for(lambda: len(changes(stream)) == len(expected), "the events are in the stream")
    for address in {address for address, _ in expected}:
        told = [change for change in changes(stream) if change[0] == address]
        assert told == [change for change in expected if change[0] == address]
    begin, end, *others = messages(stream)
    assert [begin["hook_point"], end["hook_point"]] == ["replay_begin", "replay_end"]
    for message in others:
        subject = f"kea.{stream.name}.dhcp4.{message['hook_point']}"
        assert (message["subject"], message["host"]) == (subject, stream.name)


def test_nothing_is_lost_while_nats_is_dead_and_kea_serves(
    kea: Kea, stream: Host, relay: Relay
) -> None:
    first = relay.lease(0)
    stream.wait_for(lambda: changes(stream) == [(first, "new")], "the first event is there")
    kill(stream)
    began = time.monotonic()
    leases = [relay.lease(client) for client in CLIENTS]
    assert time.monotonic() - began < 5, "each waits for NATS"
    # What it has not published it gets again.
    stream.run(["systemctl", "kill", "--signal=KILL", UNITS[1]])
    kea.wait_for_log("RUNSCRIPT_PEER_ENDED")
    leases += [relay.lease(client + len(CLIENTS)) for client in CLIENTS]
    stream.run(["systemctl", "start", "nats-server"])
    expected = sorted((address, "new") for address in [first, *leases])
    stream.wait_for(lambda: sorted(changes(stream)) == expected, "each event is there once", 30)
    assert "RUNSCRIPT_EVENT_FAILED" not in kea.log()


def test_a_replay_makes_up_for_what_was_thrown_away(
    stream: Host, kea4: Kea, relay: Relay, target: Target
) -> None:
    configuration = example("event_stream", target)
    hook = configuration["hooks-libraries"][-1]["parameters"]
    hook.update({"max-parallel": 2, "queue-limit": 3})
    kea4.start({}, **{**configuration, **LAN4})
    kea4.wait_for_log("RUNSCRIPT_REPLAY_DONE")
    kill(stream)
    leases = {relay.lease(client) for client in CLIENTS}
    kea4.wait_for_log("RUNSCRIPT_EVENT_DISCARDED", len(CLIENTS) - 5)
    stream.run(["systemctl", "start", "nats-server"])
    kea4.wait_for_log("RUNSCRIPT_REPLAY_DONE", 2, timeout=30)
    *_, begin = (n for n, m in enumerate(messages(stream)) if m["hook_point"] == "replay_begin")
    _, *told, end = messages(stream)[begin:]
    assert {message["variables"]["KEA_LEASE4_ADDRESS"] for message in told} == leases
    assert end["variables"] == {"KEA_REPLAY_LEASES": str(len(leases))}


def test_an_event_that_comes_again_is_stored_once(stream: Host) -> None:
    said = [
        stream.run([PYTHON, PROGRAM], input=STREAM.format(retry=retry, name=name)).stdout
        for retry, name in (("", "a"), ("RETRY=1\n", "a"), ("", r"b\x0A\xFF"))
    ]
    assert said == ["done 7 0\n"] * 3
    names = [message["variables"]["KEA_LEASE4_HOSTNAME"] for message in messages(stream)]
    assert names == ["a", r"b\x0A\xff"]
