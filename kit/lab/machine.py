"""What hosts and clients have in common: a first process, whose namespaces commands can join."""

import subprocess
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from kit import roots
from kit.errors import Problem
from kit.wait import until

T = TypeVar("T")
JOINED = ("--mount", "--pid", "--net", "--uts", "--ipc", "--cgroup", "--root", "--wd")


class CommandFailed(Problem):
    """A command ended with another status than 0; the message has what it wrote."""

    def __init__(self, where: str, result: subprocess.CompletedProcess[str]):
        said = "\n".join(text for text in (result.stdout, result.stderr) if text).strip()
        command = " ".join(map(str, result.args))
        super().__init__(f"{where}: {command} ended with {result.returncode}:\n{said}")
        self.result = result


@dataclass(frozen=True)
class Link:
    """An interface on a network.

    bridge: the network, in the lab's control network.
    addresses: with their prefix lengths, like "198.51.100.1/24".
    """

    interface: str
    bridge: str
    addresses: tuple[str, ...] = ()

    def setup(self) -> list[str]:
        """The commands of the ip program that give it its addresses, and set it up."""
        # Only the one: Kea would hear each multicast once for each link-local address.
        local = any(address.startswith("fe80:") for address in self.addresses)
        return [
            *([f"link set {self.interface} addrgenmode none"] if local else []),
            # Usable without waiting for duplicates to be detected.
            *(
                f"address add {address} dev {self.interface}{' nodad' if ':' in address else ''}"
                for address in self.addresses
            ),
            f"link set {self.interface} up",
        ]


class Machine:
    """A throwaway machine of a lab.

    name: unique in its lab.
    pid: its first process, as seen from outside.
    links: its interfaces.
    """

    def __init__(self, name: str, pid: int):
        self.name = name
        self.pid = pid
        self.links: list[Link] = []

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"

    def command(self, argv: Sequence[str], env: Mapping[str, str] | None = None) -> list[str]:
        """The command line that runs `argv` inside, for use outside."""
        return ["nsenter", f"--target={self.pid}", *JOINED, *roots.environment(env), *argv]

    def run(
        self,
        argv: Sequence[str],
        *,
        check: bool = True,
        env: Mapping[str, str] | None = None,
        input: str | None = None,
        timeout: float = 60,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command inside as root and return what it wrote; CommandFailed if it fails.

        timeout: seconds, after which it is killed and subprocess.TimeoutExpired raised.
        """
        result = subprocess.run(
            self.command(argv, env),
            input=input if input is not None else "",
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        result.args = argv
        if check and result.returncode:
            raise CommandFailed(self.name, result)
        return result

    def ip(self, *commands: str) -> None:
        """Run commands of the ip program (without the leading `ip`) in its network."""
        subprocess.run(
            ["nsenter", f"--target={self.pid}", "--net", "ip", "-batch", "-"],
            input="\n".join(commands),
            text=True,
            check=True,
        )

    def end(self, interface: str) -> str:
        """The name of an interface's other end, in the lab's control network."""
        return f"v{self._number(interface):08x}"

    def hardware(self, interface: str) -> str:
        """An interface's hardware address: always the same, so that neighbours know a machine that
        was rebooted.
        """
        return f"02:4c:{self._number(interface).to_bytes(4).hex(':')}"

    def wires(self, interface: str) -> list[str]:
        """Commands of the ip program, in the control network, that make an interface's two ends."""
        return [
            f"link add {self.end(interface)} type veth peer name {interface}"
            f" address {self.hardware(interface)} netns {self.pid}"
        ]

    def inside(self, path: str) -> Path:
        """Where the absolute path of a file inside is seen from outside."""
        return Path(f"/proc/{self.pid}/root{path}")

    def popen(self, argv: Sequence[str], **options) -> subprocess.Popen[str]:
        """Start a command inside; it ends with the machine at the latest."""
        defaults = {"stdin": subprocess.DEVNULL, "text": True}
        return subprocess.Popen(self.command(argv), **{**defaults, **options})

    def put(self, local: Path, remote: str, mode: int = 0o644) -> None:
        """Copy a file of this machine to the path `remote` inside, its folder included."""
        self.write(remote, local.read_bytes(), mode)

    def write(self, remote: str, content: str | bytes, mode: int = 0o644) -> None:
        """Make a file with this content at the path `remote` inside, its folder included."""
        script = 'mkdir -p "$(dirname "$1")" && cat >"$1" && chmod "$2" "$1"'
        subprocess.run(
            self.command(["sh", "-euc", script, "sh", remote, f"{mode:o}"]),
            input=content.encode() if isinstance(content, str) else content,
            check=True,
        )

    def wait_for(self, probe: Callable[[], T], what: str, timeout: float = 15) -> T:
        """The first true value of `probe`; TimeoutError with `what` and this machine's name."""
        return until(probe, timeout, f"{self.name}: {what}")

    def wait_for_output(self, argv: Sequence[str], text: str, timeout: float = 15) -> str:
        """Repeat a command until it succeeds and `text` is in its output, which is returned."""

        def probe() -> str:
            result = self.run(argv, check=False)
            return result.stdout if result.returncode == 0 and text in result.stdout else ""

        return self.wait_for(probe, f"{text!r} in the output of {' '.join(argv)}", timeout)

    def _number(self, interface: str) -> int:
        return zlib.crc32(f"{self.name} {interface}".encode())
