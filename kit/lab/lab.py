"""A lab: a control network that holds hosts and clients, and what is done from within it."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from kit import roots
from kit.errors import Problem
from kit.lab.access import Access
from kit.lab.host import Host
from kit.lab.machine import Machine
from kit.lab.play import Play, play
from kit.wait import until

HERE = Path(__file__).resolve().parent
GATEWAY = "192.0.2.254"
MOST_HOSTS = 250


class LabFailed(Problem):
    """The lab could not be set up; the message says what was reported."""


class Lab:
    """Holds everything of the lab; nothing of it outlives the `with`, or this process."""

    def __enter__(self) -> "Lab":
        self.folder = Path(tempfile.mkdtemp(prefix="kea-lab-"))
        self.hosts: list[Host] = []
        self._count = 0
        self._processes: list[subprocess.Popen] = []
        # The keeper gets no signal of the terminal: this process ends it by closing the pipe.
        self._keeper = subprocess.Popen(
            [
                *_scope(),
                *("unshare", "--mount", "--propagation", "unchanged"),
                *("sh", str(HERE.parent / "private.sh")),
                *("sh", str(HERE / "keeper.sh"), str(self.folder)),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        first = self._keeper.stdout.readline().strip()
        if not first:
            self.__exit__(None, None, None)
            shutil.rmtree(self.folder, ignore_errors=True)
            raise LabFailed(f"no namespaces for a lab: {self._keeper.stderr.read().strip()}")
        self._first = int(first)
        self._make_keys()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._keeper.stdin.close()
        for process in (self._keeper, *self._processes):
            process.wait(timeout=30)

    def command(self, argv: Sequence[str]) -> list[str]:
        """The command line that runs `argv` in the control namespaces; it ends with the lab."""
        joined = ("--mount", "--root", "--wd", "--pid", "--net")
        return ["nsenter", f"--target={self._first}", *joined, *argv]

    def host(self, root: Path, name: str) -> Host:
        """Boot a root with systemd and sshd (see `host.PACKAGES`), and wait until it is up."""
        return self.boot([(root, name)])[0]

    def boot(self, wanted: Iterable[tuple[Path, str]]) -> list[Host]:
        """Boot several roots at once: pairs of a root's folder and the host's name."""
        hosts = [self._start_host(root, name) for root, name in wanted]
        for host in hosts:
            host.wait_booted()
        return hosts

    def access(self, host: Host, interface: str, addresses: Iterable[str] = ()) -> Access:
        """A network for clients, to which the host's `interface` is attached, with these
        addresses with their prefix lengths.
        """
        access = Access(self, self._next_name("a"))
        access.attach(host, interface, addresses)
        return access

    def serve(self, folder: Path) -> str:
        """Serve a folder by HTTP to all hosts; returns its address."""
        port = 8000 + self._number()
        listen = ["--bind", GATEWAY, "--directory", str(folder), str(port)]
        server = self._popen(
            [sys.executable, "-u", "-m", "http.server", *listen],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        if not server.stdout.readline():
            raise LabFailed(f"{folder} is not served at {GATEWAY}:{port}")
        return f"http://{GATEWAY}:{port}"

    def playbook(
        self,
        playbook: Path,
        hosts: Mapping[str, Sequence[Host]],
        extra_vars: Mapping[str, Any] | None = None,
        *options: str,
        show: IO[str] | None = None,
    ) -> Play:
        """Run a playbook by ssh from within the lab.

        hosts: the groups of the inventory.
        options: further options of ansible-playbook.
        show: where its output goes line by line meanwhile.
        """
        return play(self, playbook, hosts, extra_vars or {}, options, show)

    # What hosts, clients and networks are made with

    def start(self, root: Path, name: str, binds: Mapping[Path, str], argv: Sequence[str]) -> int:
        """Start a machine with `argv` as its first process and return its PID.

        It has a folder of its own in the lab's, with what it wrote to its console.
        """
        folder = self.folder / name
        folder.mkdir()
        pid = folder / "pid"
        boot = ["sh", str(HERE / "boot.sh"), str(self.folder / "hosts" / name), str(pid)]
        with (folder / "console").open("w") as console:
            command = [*boot, *roots.room(root, binds), *argv]
            process = self._popen(command, stdout=console, stderr=subprocess.STDOUT)

        def entered() -> int:
            """The PID, once the machine's root is no longer the one of the lab."""
            if process.poll() is not None:
                raise LabFailed(f"{name} did not start: {(folder / 'console').read_text()}")
            number = int(pid.read_text()) if pid.exists() else 0
            inside = number and Path(f"/proc/{number}/root").stat().st_dev
            return number if inside and inside != Path("/").stat().st_dev else 0

        return until(entered, 10, f"{name} starts")

    def ip(self, *commands: str) -> None:
        """Run commands of the ip program (without the leading `ip`) in the control network."""
        result = subprocess.run(
            ["nsenter", f"--target={self._first}", "--net", "ip", "-batch", "-"],
            input="\n".join(commands),
            capture_output=True,
            text=True,
        )
        if result.returncode:
            raise LabFailed(f"ip: {result.stderr.strip()} in {commands}")

    def join(self, machine: Machine, interface: str, bridge: str) -> str:
        """Give a machine an interface on a bridge of the control network; returns its other end."""
        end = self._next_name("v")
        self.ip(
            f"link add {end} type veth peer name {interface} netns {machine.pid}",
            f"link set {end} master {bridge} up",
        )
        return end

    def _popen(self, argv: Sequence[str], **options: Any) -> subprocess.Popen[str]:
        """Start something that lasts as long as the lab."""
        process = subprocess.Popen(
            self.command(argv), stdin=subprocess.DEVNULL, text=True, **options
        )
        self._processes.append(process)
        return process

    def _start_host(self, root: Path, name: str) -> Host:
        number = self._number()
        if number > MOST_HOSTS:
            raise LabFailed(f"a lab has room for {MOST_HOSTS} machines and networks")
        script = (HERE / "init.sh").read_text()
        keys = {self.folder / "keys": "/run/lab"}
        pid = self.start(root, name, keys, ["sh", "-euc", script, "init.sh", name])
        host = Host(name, pid, f"192.0.2.{number}", self.folder / name)
        self.join(host, "eth0", "manage")
        host.ip("link set lo up", f"address add {host.address}/24 dev eth0", "link set eth0 up")
        self.hosts.append(host)
        return host

    def _make_keys(self) -> None:
        """Keys for this lab alone: one to log in with, one that all its hosts have."""
        keys = self.folder / "keys"
        keys.mkdir(mode=0o700)
        for name in ("login", "host"):
            subprocess.run(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", keys / name],
                check=True,
                stdin=subprocess.DEVNULL,
            )
        (keys / "known_hosts").write_text(f"* {(keys / 'host.pub').read_text()}")

    def _number(self) -> int:
        self._count += 1
        return self._count

    def _next_name(self, kind: str) -> str:
        return f"{kind}{self._number()}"


def _scope() -> Sequence[str]:
    """Where systemd runs the machine it hands out control groups; elsewhere we make our own."""
    if not Path("/run/systemd/system").is_dir():
        return ()
    return ("systemd-run", "--scope", "--quiet", "--collect", "--property=Delegate=yes")
