"""Network and mount namespaces in which kea-runscript-route meets a real kernel's tables.

/etc and /run there are empty tmpfs, so the program as it is installed finds the rules of each test
at its one fixed path.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count, takewhile
from pathlib import Path
from select import select

from kit import roots

PROGRAM = "/etc/kea-runscript-route"
"""A copy where any user may reach it, wherever the checkout is."""
CONF = "/etc/kea-runscript/routes.conf"
RULES = """
allow 10.0.0.0/8 dev eth1
allow 10.9.0.0/16 table 100
allow 2001:db8::/32 dev eth1
"""
SETUP = """
set -eu
mount -t tmpfs -o mode=755 tmpfs /etc
mkdir /etc/kea-runscript
mount -t tmpfs -o mode=755 tmpfs /run
ip link add eth1 type veth peer name peer1
ip link add eth2 type veth peer name peer2
# Link-local addresses would come later, with routes of their own.
for link in eth1 peer1 eth2 peer2; do ip link set "$link" addrgenmode none; done
for link in lo eth1 peer1 eth2 peer2; do ip link set "$link" up; done
# The kernel notes a carrier later, and then changes routes.
for link in eth1 peer1 eth2 peer2; do
    until ip link show "$link" | grep -q 'state UP'; do sleep 0.01; done
done
ip address add 10.0.0.1/24 dev eth1
ip address add 2001:db8:0:1::1/64 dev eth1 nodad
ip address add fe80::1/64 dev eth1 nodad
ip address add fe80::9/64 dev eth2 nodad
# The kernel adds the routes to its own addresses a moment after these.
for address in 2001:db8:0:1::1 fe80::1 fe80::9; do
    until ip -6 route show table local | grep -q "^local $address dev "; do sleep 0.01; done
done
echo ready
exec cat
"""


class Net:
    """Namespaces that end with `holder`, which ends with its standard input, so with pytest."""

    def __init__(self, holder: subprocess.Popen[str]) -> None:
        self._enter = ["nsenter", f"--target={holder.pid}", "--net", "--mount", "--root", "--wd"]

    def popen(self, *argv: str) -> subprocess.Popen[str]:
        return subprocess.Popen([*self._enter, *argv], stdout=subprocess.PIPE, text=True)

    def run(self, *argv: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*self._enter, *argv], capture_output=True, text=True, check=check)

    def sh(self, script: str) -> None:
        self.run("sh", "-euc", script)

    def rules(self, text: str) -> None:
        self.sh(f"printf %s '{text}' > {CONF}")

    def ip(self, command: str) -> str:
        return self.run("ip", *command.split()).stdout

    def route(
        self, command: str, *, wrapper: tuple[str, ...] = ()
    ) -> subprocess.CompletedProcess[str]:
        return self.run(*wrapper, PROGRAM, *command.split(), check=False)

    def does(self, command: str) -> None:
        done = self.route(command)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

    def refuses(self, command: str, code: int, *texts: str, wrapper: tuple[str, ...] = ()) -> None:
        """The command ends with this code and says all texts in one line; no route has changed."""
        before = self.everything()
        done = self.route(command, wrapper=wrapper)
        assert (done.returncode, done.stdout) == (code, ""), done.stderr
        assert done.stderr.startswith("kea-runscript-route: ")
        assert done.stderr.count("\n") == 1
        for text in texts:
            assert text in done.stderr
        assert self.everything() == before

    @contextmanager
    def events(self) -> Iterator[list[str]]:
        """The changes of routes that the kernel announces meanwhile; there when the block ends."""
        events: list[str] = []
        with self.popen("ip", "-o", "monitor", "route") as monitor:
            assert monitor.stdout is not None
            while not select([monitor.stdout], [], [], 0.01)[0]:  # until it listens
                self.ip("route add 198.51.100.1 dev eth2")
                self.ip("route del 198.51.100.1 dev eth2")
            try:
                yield events
                self.ip("route add 203.0.113.1 dev eth2")
                self.ip("route del 203.0.113.1 dev eth2")
                lines = takewhile(lambda line: "203.0.113.1" not in line, monitor.stdout)
                events += [line.strip() for line in lines if "198.51.100.1" not in line]
            finally:
                monitor.terminate()

    @contextmanager
    def no_event(self) -> Iterator[None]:
        """The kernel announces no change of a route meanwhile."""
        with self.events() as events:
            yield
        assert events == []

    @contextmanager
    def worker(
        self, family: int, *, wrapper: tuple[str, ...] = (), hello: str | None = None
    ) -> Iterator[Worker]:
        """`sync`, which ends with the block; `hello` stands in for the stream's first frame."""
        argv = [*self._enter, *wrapper, PROGRAM, "sync"]
        pipe = subprocess.PIPE
        # Without a buffer: what it did not read is forgotten, not written again at the end.
        with subprocess.Popen(argv, 0, stdin=pipe, stdout=pipe, stderr=pipe) as process:
            worker = Worker(process, family)
            worker.write(hello or f"HELLO=1\nENTRY=routes\nFAMILY={family}\nMODE=worker\n\n")
            yield worker
            if process.returncode is None:
                worker.close()

    def everything(self) -> str:
        return self.ip("-4 -N route show table all") + self.ip("-6 -N route show table all")

    def to(self, prefix: str, table: str = "main") -> list[tuple[str, str, str]]:
        """(protocol, dev, next hop or "") of each route to exactly this prefix, sorted."""
        family = "-6" if ":" in prefix else "-4"
        shown = json.loads(self.ip(f"{family} -N -j route show table {table} exact {prefix}"))
        return sorted(
            (route["protocol"], hop["dev"], hop.get("gateway", ""))
            for route in shown
            for hop in route.get("nexthops", [route])
        )


@dataclass(frozen=True)
class Answer:
    """What `sync` says of an event: the exit code, its text, and what it logs before."""

    code: int
    text: str
    logged: tuple[str, ...] = ()


class Worker:
    """The hook's end of the stream to `sync`."""

    def __init__(self, process: subprocess.Popen[bytes], family: int) -> None:
        self.process = process
        self._family = family
        self._numbers = count(1)
        self._buffer = b""
        self._held: list[bytes] | None = None

    @contextmanager
    def in_one_piece(self) -> Iterator[None]:
        """What is written meanwhile arrives at once, if it is no more than 4096 octets."""
        self._held = []
        yield
        octets, self._held = b"".join(self._held), None
        self.write(octets)

    def write(self, text: str | bytes) -> None:
        """As far as it still reads."""
        assert self.process.stdin is not None
        octets = text.encode() if isinstance(text, str) else text
        if self._held is not None:
            self._held.append(octets)
            return
        with suppress(BrokenPipeError):
            self.process.stdin.write(octets)

    def send(self, point: str, **variables: str) -> int:
        """An event, of a lease where `variables` are; returns its number."""
        lines = "".join(f"{name}={value}\n" for name, value in variables.items())
        number = next(self._numbers)
        self.write(f"EVENT={number} {point}\n{lines}\n")
        return number

    def answers(self, *numbers: int) -> list[Answer]:
        """What it says of the events of these numbers, in whatever order it does."""
        logged: dict[int, list[str]] = {number: [] for number in numbers}
        found: dict[int, Answer] = {}
        while len(found) < len(numbers):
            word, *rest = self.line().split(" ", 3)
            if word == "log":
                logged[int(rest[1])].append(f"{rest[0]} {rest[2]}")
            else:
                assert word == "done"
                rest += [""] * (3 - len(rest))
                number = int(rest[0])
                text = " ".join(rest[2:]).strip()
                found[number] = Answer(int(rest[1]), text, tuple(logged[number]))
        return [found[number] for number in numbers]

    def line(self) -> str:
        """The next line that it writes, within 10 seconds."""
        assert self.process.stdout is not None
        while b"\n" not in self._buffer:
            assert select([self.process.stdout], [], [], 10)[0], "sync does not answer"
            read = os.read(self.process.stdout.fileno(), 65536)
            assert read, "sync has ended"
            self._buffer += read
        line, self._buffer = self._buffer.split(b"\n", 1)
        return line.decode()

    def ask(self, point: str, **variables: str) -> Answer:
        return self.answers(self.send(point, **variables))[0]

    def lease(
        self, point: str, prefix: str, device: str = "", next_hop: str = "", change: str = ""
    ) -> Answer:
        """An event of the lease of an address, or of a delegated prefix."""
        return self.ask(point, **self.variables(prefix, device, next_hop, change))

    def variables(
        self, prefix: str, device: str = "", next_hop: str = "", change: str = ""
    ) -> dict[str, str]:
        lease = f"KEA_LEASE{self._family}"
        what = {f"{lease}_ADDRESS": prefix.removesuffix("/32")}
        if self._family == 6:
            what = {f"{lease}_TYPE": "IA_PD", f"{lease}_DELEGATED_PREFIX": prefix}
        where = {f"{lease}_INTERFACE": device, f"{lease}_NEXT_HOP": next_hop}
        return {**what, **where, f"{lease}_CHANGE": change}

    def replay(self, *leases: tuple[str, str, str]) -> Answer:
        """A whole replay of (prefix, device, next hop) each; returns how it ends."""
        assert self.ask("replay_begin") == Answer(0, "")
        logged: list[str] = []
        for lease in leases:
            answer = self.lease(f"lease{self._family}_replay", *lease)
            assert (answer.code, answer.text) == (0, "")
            logged += answer.logged
        end = self.ask("replay_end", KEA_REPLAY_LEASES=str(len(leases)))
        return Answer(end.code, end.text, (*logged, *end.logged))

    def close(self) -> None:
        """Ends the stream; `sync` then ends as well, without a word."""
        assert self.process.stdin is not None
        assert self.process.stderr is not None
        self.process.stdin.close()
        assert self.process.wait(10) == 0
        assert self.process.stderr.read() == b""

    def breaks(self, code: int, text: str) -> None:
        """It ends by itself, with this code and one line that has this text."""
        assert self.process.stderr is not None
        assert self.process.wait(10) == code
        said = self.process.stderr.read().decode()
        assert said.startswith("kea-runscript-route: ")
        assert said.count("\n") == 1
        assert text in said


@contextmanager
def routing(program: Path) -> Iterator[Net]:
    """Fresh namespaces, with RULES in force."""
    argv = ["unshare", "--net", *roots.PRIVATE, "sh", "-c", SETUP]
    pipe = subprocess.PIPE
    with subprocess.Popen(argv, stdin=pipe, stdout=pipe, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "ready\n"
        net = Net(holder)
        net.run("cp", str(program), PROGRAM)
        net.rules(RULES)
        yield net
