"""For each target one host with its Kea and the hook, which the tests start anew as they need."""

from collections.abc import Callable, Iterator

import pytest

from kit import build
from kit.lab import Access, Client, Host, Lab
from kit.lab.kea import SCRIPTS, Kea, put_hook
from kit.lab.relay import Relay
from kit.lab.relay6 import Clients6
from kit.paths import BUILD, ROOT
from kit.targets import Target
from tests.lab.conftest import kea_root
from tests.lab.hook import routed

SERVER4 = "10.1.0.1"
RELAY4 = "10.1.0.2"
CLIENT6 = "fe80::2"
RELAY6 = "2001:db8::2"
REGISTERED6 = "2001:db8::77"
SUBNETS4 = [{"id": 1, "subnet": "10.1.0.0/16", "pools": [{"pool": "10.1.1.0-10.1.9.255"}]}]
SUBNETS6 = [
    {
        "id": 1,
        "subnet": "2001:db8::/64",
        "interface": "eth1",
        "pools": [{"pool": "2001:db8::1:0/112"}],
        "pd-pools": [{"prefix": "2001:db8:1::", "prefix-len": 48, "delegated-len": 56}],
    }
]

# Does what the file `behaviour` says: a script that worked fails, and works again.
BEHAVE = """#!/bin/sh
read -r behaviour </etc/kea-runscript/behaviour
echo "$1 $KEA_LEASE4_ADDRESS" >>/var/lib/kea/runs
case $behaviour in
works) ;;
hangs) sleep 60 ;;
crashes) kill -SEGV $$ ;;
fails) echo "cannot do it" >&2; exit 3 ;;
esac
"""


@pytest.fixture(scope="session")
def lab(target: Target) -> Iterator[Lab]:
    """A lab for each target."""
    with Lab() as lab:
        yield lab


@pytest.fixture(scope="session")
def server(lab: Lab, target: Target) -> Host:
    """A host with the target's Kea, stopped, our hook, and some scripts."""
    host = lab.host(kea_root(target), "server")
    host.run(["systemctl", "disable", "--now", "kea-dhcp4-server", "kea-dhcp6-server"])
    put_hook(host, target)
    host.put(ROOT / "examples" / "debug" / "debug", f"{SCRIPTS}/debug", 0o755)
    host.write(f"{SCRIPTS}/slow", "#!/bin/sh\nsleep 0.3\n", 0o755)
    host.write(f"{SCRIPTS}/behave", BEHAVE, 0o755)
    return host


@pytest.fixture(scope="session")
def routing(server: Host) -> Host:
    """The host with all that the examples of routes ask for, but Kea's configuration."""
    routed.prepare(server)
    return server


@pytest.fixture(scope="session")
def access(lab: Lab, server: Host) -> Access:
    return lab.access(server, "eth1", [f"{SERVER4}/16", "2001:db8::1/64", "fe80::1/64"])


@pytest.fixture(scope="session")
def gateway(access: Access) -> Client:
    """The machine on which the relay is."""
    machine = access.client("gateway")
    machine.ip(f"address add {RELAY4}/16 dev eth0")
    for address in (CLIENT6, RELAY6, REGISTERED6):
        machine.ip(f"address add {address}/64 dev eth0 nodad")
    return machine


@pytest.fixture
def relay(gateway: Client) -> Iterator[Relay]:
    """A relay towards the server, with as many clients as a test wants."""
    relay = Relay(gateway, RELAY4, SERVER4)
    yield relay
    relay.close()


@pytest.fixture
def clients6(gateway: Client) -> Iterator[Clients6]:
    """DHCPv6 clients on the server's link, as many as a test wants."""
    clients = Clients6(gateway, CLIENT6)
    yield clients
    clients.close()


@pytest.fixture
def registering6(gateway: Client) -> Iterator[Clients6]:
    """A DHCPv6 client that speaks from an address that it has given itself."""
    client = Clients6(gateway, REGISTERED6)
    yield client
    client.close()


def put_library(host: Host, target: Target, name: str) -> str:
    """Compile one of this folder's hook libraries for a host; returns where it is there."""
    compiler = ["g++", "-std=c++17", "-shared", "-fPIC", "-isystem", "/usr/include/kea"]
    source = f"{build.CHECKOUT_THERE}/tests/lab/hook/{name}.cpp"
    build.inside(target, [*compiler, "-o", f"{build.BUILD_THERE}/{name}.so", source])
    path = f"{target.hooks_dir}/{name}.so"
    host.put(BUILD / target.name / f"{name}.so", path)
    return path


def parties(
    family: int, host: Host, gateway: Client, target: Target
) -> tuple[Kea, Relay | Clients6]:
    """A server, to be started, and its clients, for more than one test."""
    if family == 4:
        return Kea(host, 4, target.hooks_dir, subnet4=SUBNETS4), Relay(gateway, RELAY4, SERVER4)
    return Kea(host, 6, target.hooks_dir, subnet6=SUBNETS6), Clients6(gateway, CLIENT6)


@pytest.fixture
def kea4(server: Host, access: Access, target: Target) -> Iterator[Kea]:
    """The DHCPv4 server, to be started by the test."""
    kea = Kea(server, 4, target.hooks_dir, subnet4=SUBNETS4)
    yield kea
    kea.stop()


@pytest.fixture
def kea6(server: Host, access: Access, target: Target) -> Iterator[Kea]:
    """The DHCPv6 server, to be started by the test."""
    kea = Kea(server, 6, target.hooks_dir, subnet6=SUBNETS6)
    yield kea
    kea.stop()


@pytest.fixture
def behave(server: Host) -> Callable[[str], None]:
    """How the script `behave` behaves from now on; until it is called, it works."""

    def behave(behaviour: str) -> None:
        server.write("/etc/kea-runscript/behaviour", f"{behaviour}\n")

    behave("works")
    return behave


@pytest.fixture(scope="module", params=[False, True], ids=["single-threaded", "multi-threaded"])
def threads(request: pytest.FixtureRequest) -> bool:
    """Both threading modes."""
    return request.param
