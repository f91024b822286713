"""Programs that this machine itself needs, and the Debian packages that have them.

Everything else is in roots. What is missing is listed, and then installed where that is allowed;
otherwise one sentence says what to do.
"""

import os
import shutil
import subprocess

from kit.errors import Problem

PROGRAMS = {
    "mmdebstrap": "mmdebstrap",  # makes the roots
    "unshare": "util-linux",  # namespaces for whatever runs in a root
    "mount": "mount",
    "ip": "iproute2",  # the lab's networks
    "ssh": "openssh-client",  # Ansible's way to the lab's hosts
    "git": "git",  # which files are to be checked
    "rsync": "rsync",  # carries the repository elsewhere
    "gio": "libglib2.0-bin",  # comes with the library that createrepo_c's wheel lacks
}


def are_root() -> bool:
    """Whether this process may make namespaces and mounts, which most of our work takes."""
    return os.geteuid() == 0


def ensure() -> None:
    """Install what this machine lacks for roots and the lab; Problem where that can't be done."""
    if not are_root():
        raise Problem("this makes namespaces and mounts, which takes root: sudo ./inv ...")
    missing = [program for program in PROGRAMS if not shutil.which(program)]
    if not missing:
        return
    if not shutil.which("apt-get"):
        raise Problem(
            f"{', '.join(missing)} missing: roots and the lab work on Debian and its derivatives"
        )
    packages = sorted({PROGRAMS[program] for program in missing})
    install = ["apt-get", "install", "--no-install-recommends", "--yes", *packages]
    if os.environ.get("INV_NO_INSTALL"):
        raise Problem(f"{', '.join(packages)} missing: {' '.join(install)}")
    print(f"Installing on this machine: {', '.join(packages)}", flush=True)
    if any(
        subprocess.run(["apt-cache", "show", p], capture_output=True).returncode for p in packages
    ):
        _apt(["apt-get", "--quiet", "update"])
    _apt(install)


def _apt(argv: list[str]) -> None:
    result = subprocess.run(
        argv,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if result.returncode:
        raise Problem(f"{' '.join(argv)} failed:\n{result.stdout[-2000:]}")
