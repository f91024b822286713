"""A virtual machine: a host with a kernel of its own, and so with what others lack, AppArmor say.

Its processor is emulated, by qemu, which is in a root of its own: nothing is asked of this machine
but patience.
"""

from __future__ import annotations

import hashlib
import shlex
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from kit import roots
from kit.lab import capture, ssh
from kit.lab.host import PACKAGES as HOST_PACKAGES
from kit.lab.host import Host
from kit.paths import CACHE

if TYPE_CHECKING:
    from kit.lab.lab import Lab

HERE = Path(__file__).resolve().parent
IMAGES = CACHE / "images"
PACKAGES = (
    *(package for package in HOST_PACKAGES if package != "sudo"),
    *("linux-image-cloud-amd64", "kmod", "apparmor"),
    *("busybox-static", "e2fsprogs", "xz-utils"),  # for the image itself
    "tcpdump",
)
"""What a root needs to be booted as a virtual machine and to be managed with Ansible."""
QEMU = roots.Root("trixie", ("qemu-system-x86", "cpio"))
INTERFACES = ("eth0", "eth1")
"""Those of every virtual machine: the lab's management network, and one to be attached."""
BOOT = 300
"""Seconds that booting may take, on a busy machine."""
KERNEL = "console=ttyS0 rw quiet apparmor=1 security=apparmor mitigations=off tsc=unstable"
MACHINE = (
    *("-machine", "q35", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", "1024"),
    *("-nodefaults", "-no-user-config", "-display", "none", "-serial", "stdio", "-no-reboot"),
    *("-kernel", "/image/kernel", "-initrd", "/tmp/initrd"),
    *("-drive", "file=/image/disk,format=raw,if=virtio,snapshot=on,cache=unsafe"),
    *("-device", "virtio-rng-pci"),
)


class Vm(Host):
    """A host that is a virtual machine, reached by ssh: it has no process that could be joined."""

    def __init__(self, lab: Lab, name: str, root: roots.Root, address: str):
        super().__init__(name, roots.ensure(root), address, lab.folder / name)
        self._lab = lab
        self._image = image(root)

    def qemu(self) -> list[str]:
        """The command line that boots it, for the lab's control network."""
        devices = []
        for at in INTERFACES:
            tap = f"tap,id={at},ifname={self.end(at)},script=no,downscript=no"
            card = f"virtio-net-pci,netdev={at},mac={self.hardware(at)},romfile="
            devices += ["-netdev", tap, "-device", card]
        keys = self._lab.folder / "keys"
        binds = {
            self._image: "/image",
            HERE / "vm.sh": "/vm.sh",
            HERE / "init.sh": "/lab/init.sh",
            **{keys / name: f"/lab/{name}" for name in ("login.pub", "host", "host.pub")},
        }
        append = f"{KERNEL} lab_name={self.name} lab_address={self.address}/24"
        room = roots.room(roots.ensure(QEMU), binds)
        start = ["sh", "/vm.sh", *MACHINE, *devices, "-append", append]
        return [*roots.PRIVATE, *room, *roots.environment(), *start]

    def command(self, argv: Sequence[str], env: Mapping[str, str] | None = None) -> list[str]:
        """The command line that runs `argv` inside, for use outside."""
        line = shlex.join([*roots.environment(env), *map(str, argv)])
        ssh_line = ["ssh", *ssh.options(self._lab.folder), f"root@{self.address}", line]
        return self._lab.command(ssh_line)

    def ip(self, *commands: str) -> None:
        """Run commands of the ip program (without the leading `ip`) inside."""
        self.run(["ip", "-batch", "-"], input="\n".join(commands))

    def wires(self, interface: str) -> list[str]:
        """None: qemu has made both ends of all interfaces."""
        return []

    def wait_booted(self, timeout: float = BOOT) -> None:
        """Wait until systemd has started everything that is enabled."""
        super().wait_booted(timeout)

    @contextmanager
    def capture(self, interface: str) -> Iterator[Path]:
        """Record an interface's DHCP packets into the file that is yielded, with the times at which
        they were here: its clock is another one than that of machines in namespaces.
        """
        file = self._folder / f"capture-{time.monotonic_ns()}"
        process = capture.start(self, interface, file)
        try:
            yield file
        finally:
            process.kill()
            process.wait()


def image(root: roots.Root) -> Path:
    """The folder with what qemu boots of a root: kernel, initrd and disk; made once."""
    scripts = [HERE / "image.sh", HERE / "initrd.sh"]
    recipe = hashlib.sha256(b"".join(script.read_bytes() for script in scripts))
    folder = IMAGES / f"{root.key}-{recipe.hexdigest()[:8]}"
    if folder.is_dir():
        return folder
    inside = roots.ensure(root)
    with roots.lock(folder):
        if not folder.is_dir():
            partial = folder.with_suffix(".partial")
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir()
            shown = {script: f"/lab/{script.name}" for script in scripts}
            binds = {inside: "/root-folder", partial: "/out", **shown}
            roots.run(inside, ["sh", "/lab/image.sh"], binds=binds)
            partial.rename(folder)
    return folder
