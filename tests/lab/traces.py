"""What a lab could leave behind on this machine.

By `glob`, which bears that files go while it looks, as `Path.glob` does not.
"""

import os
from glob import glob
from pathlib import Path


def surroundings() -> dict[str, list[str]]:
    """Mounts and interfaces of this machine, among which a lab could leave some of its own."""
    mounts = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    return {"mounts": mounts, "links": sorted(os.listdir("/sys/class/net"))}


def control_groups(name: str) -> list[Path]:
    """The control groups of that name, wherever they are mounted."""
    mounts = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    hierarchies = [mount[1] for mount in mounts if mount[2] == "cgroup2"]
    found = [glob(f"{hierarchy}/**/{name}", recursive=True) for hierarchy in hierarchies]
    return [Path(path) for paths in found for path in paths]


def namespaces() -> set[str]:
    """The namespaces in which any process is."""
    found = set()
    for link in glob("/proc/[0-9]*/ns/*"):
        try:
            found.add(os.readlink(link))
        except OSError:  # gone meanwhile
            continue
    return found


def running(text: str) -> list[str]:
    """The command lines of processes that name `text`."""
    found = []
    for file in map(Path, glob("/proc/[0-9]*/cmdline")):
        try:
            command = file.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:  # gone meanwhile
            continue
        if text in command and str(os.getpid()) != file.parent.name:
            found.append(command)
    return found


def descendants(pid: int) -> set[Path]:
    """The folders in /proc of a process and of all that it has started, as of now."""
    found = {Path(f"/proc/{pid}")}
    for task in map(Path, glob(f"/proc/{pid}/task/*/children")):
        try:
            children = task.read_text().split()
        except OSError:  # gone meanwhile
            continue
        for child in children:
            found |= descendants(int(child))
    return found
