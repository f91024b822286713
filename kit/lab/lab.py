"""A lab: a control network that holds hosts and clients, and what is done from within it."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from kit import roots
from kit.errors import Problem
from kit.lab.access import Access
from kit.lab.host import Host
from kit.lab.machine import Link, Machine
from kit.lab.play import OURS, Controller, Play, play
from kit.lab.vm import INTERFACES, Vm
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

    def vm(self, root: roots.Root, name: str) -> Vm:
        """Boot a root (see `vm.PACKAGES`) as a virtual machine, and wait until it is up."""
        machine = Vm(self, name, root, self._address())
        console = self.folder / name / "console"
        console.parent.mkdir()
        with console.open("w") as said:
            process = self._popen(machine.qemu(), stdout=said, stderr=subprocess.STDOUT)
        ends = {machine.end(interface) for interface in INTERFACES}

        def wired() -> bool:
            if process.poll() is not None:
                raise LabFailed(f"{name} did not start: {machine.console()}")
            return ends <= self._interfaces()

        until(wired, 30, f"{name} has its interfaces")
        machine.links.append(Link("eth0", "manage", (f"{machine.address}/24",)))
        self.set_carrier(machine, machine.links[0], up=True)
        self.ip(f"link set {machine.end('eth0')} master manage")
        machine.wait_booted()
        self.hosts.append(machine)
        return machine

    def reboot(self, host: Host) -> None:
        """Reboot a host; returns when its systemd starts anew, with its interfaces set up.

        Its files stay, but not those in /run and /tmp, and nothing else that the kernel knew.
        """
        host.run(["systemctl", "reboot"], check=False)
        until(lambda: not Path(f"/proc/{host.pid}").exists(), 30, f"{host.name} ends")
        # The kernel takes its time, and meanwhile they answer in the old network.
        ends = {host.end(link.interface) for link in host.links}
        until(lambda: not ends & self._interfaces(), 10, f"the old network of {host.name} is gone")
        self._boot(host, {})

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
        controller: Controller = OURS,
    ) -> Play:
        """Run a playbook by ssh from within the lab.

        hosts: the groups of the inventory.
        options: further options of ansible-playbook.
        """
        return play(self, playbook, hosts, extra_vars or {}, options, controller)

    # What hosts, clients and networks are made with

    def start(
        self,
        root: Path,
        name: str,
        binds: Mapping[Path, str],
        argv: Sequence[str],
        changes: Path = roots.ROOM,
    ) -> int:
        """Start a machine with `argv` as its first process and return its PID.

        It has a folder of its own in the lab's, with what it wrote to its console.
        changes: where what it writes is kept, see roots.room().
        """
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        pid = folder / "pid"
        pid.unlink(missing_ok=True)
        boot = ["sh", str(HERE / "boot.sh"), str(self.folder / "hosts" / name), str(pid)]
        with (folder / "console").open("a") as console:
            command = [*boot, *roots.room(root, binds, changes), *argv]
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

    def join(self, machine: Machine, link: Link) -> None:
        """Give a machine an interface on a network, and set it up."""
        self.ip(
            *machine.wires(link.interface),
            f"link set {machine.end(link.interface)} master {link.bridge} up",
        )
        machine.ip(*link.setup())

    def set_carrier(self, machine: Machine, link: Link, *, up: bool) -> None:
        """Cut a machine's interface off, or undo that."""
        self.ip(f"link set {machine.end(link.interface)} {'up' if up else 'down'}")

    def _popen(self, argv: Sequence[str], **options: Any) -> subprocess.Popen[str]:
        """Start something that lasts as long as the lab."""
        process = subprocess.Popen(
            self.command(argv), stdin=subprocess.DEVNULL, text=True, **options
        )
        self._processes.append(process)
        return process

    def _start_host(self, root: Path, name: str) -> Host:
        host = Host(name, root, self._address(), self.folder / name)
        host.links.append(Link("eth0", "manage", (f"{host.address}/24",)))
        host.disk.mkdir(parents=True)
        subprocess.run(
            self.command(["mount", "-t", "tmpfs", "-o", "mode=755", name, host.disk]), check=True
        )
        self._boot(host, {self.folder / "keys": "/run/lab"})
        self.hosts.append(host)
        return host

    def _boot(self, host: Host, binds: Mapping[Path, str]) -> None:
        script = (HERE / "init.sh").read_text()
        names = [host.name, *(link.interface for link in host.links)]
        init = ["env", "container=lab", "sh", "-euc", script, "init.sh", *names]
        host.pid = self.start(host.root, host.name, binds, init, host.disk)
        for link in host.links:
            self.join(host, link)

    def _interfaces(self) -> set[str]:
        """Those of the control network."""
        command = ["nsenter", f"--target={self._first}", "--net", "ip", "-json", "link"]
        listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return {link["ifname"] for link in json.loads(listed)}

    def _make_keys(self) -> None:
        """Keys for this lab alone: one to log in with, one that all its hosts have."""
        keys = self.folder / "keys"
        for folder in (keys, self.folder / "ssh"):
            folder.mkdir(mode=0o700)
        for name in ("login", "host"):
            subprocess.run(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", keys / name],
                check=True,
                stdin=subprocess.DEVNULL,
            )
        (keys / "known_hosts").write_text(f"* {(keys / 'host.pub').read_text()}")

    def _address(self) -> str:
        """One for the next host, in the management network."""
        number = self._number()
        if number > MOST_HOSTS:
            raise LabFailed(f"a lab has room for {MOST_HOSTS} machines and networks")
        return f"192.0.2.{number}"

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
