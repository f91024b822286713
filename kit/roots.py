"""Folders with a Debian suite and some packages, made once and kept; and what runs inside them.

Everything is built from and tested in such roots: the machine's own /etc, packages and services
are never touched. A root in the cache is never written to again; each use sees it through a
throwaway overlay, in namespaces that end with the process that asked for them.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kit import apt
from kit.errors import Problem
from kit.paths import CACHE

HERE = Path(__file__).resolve().parent
FOLDER = CACHE / "roots"
DEBS = CACHE / "debs"
ROOM = CACHE / "room"
"""The empty folder where a room's mounts go, in the room's own mount namespace."""

TIED = ("setpriv", "--pdeathsig", "KILL")
"""Ends the command when the thread that started it ends, however it ends."""

PRIVATE = (
    *("unshare", "--mount", "--propagation", "unchanged", "--pid", "--fork", "--kill-child=KILL"),
    *("sh", str(HERE / "private.sh")),
)
"""Mounts and processes of the command's own, which are gone when the command is gone."""

RECIPE = 1
"""To be raised when a root is made differently from the same packages."""

ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
}
NOT_UNPACKED = ("/usr/share/man/*", "/usr/share/locale/*", "/usr/share/doc/*", "/usr/share/info/*")

DOWNLOAD = """
apt-get -q update
apt-get -q -y --download-only install "$@"
cd /var/cache/apt/archives
rm -rf partial lock
"""


class RootFailed(Problem):
    """A root could not be made; the message has the end of what mmdebstrap said."""


@dataclass(frozen=True)
class Root:
    """What is in a root.

    suite: Debian's codename, as in "trixie".
    packages: the packages to install beside the essential ones and apt; one of another architecture
        is named with it, as in "kea-dev:arm64".
    backports: packages, or patterns like "kea-*", that come from <suite>-backports.
    """

    suite: str
    packages: tuple[str, ...] = ()
    backports: tuple[str, ...] = ()

    @property
    def architectures(self) -> list[str]:
        """The machine's own architecture, then those that packages are named with."""
        named = {package.partition("=")[0].partition(":")[2] for package in self.packages}
        own = apt.architecture()
        return [own, *sorted(named - {"", own})]

    @property
    def key(self) -> str:
        """A name for exactly this content."""
        parts = repr((RECIPE, sorted(set(self.packages)), sorted(set(self.backports))))
        return f"{self.suite}-{hashlib.sha256(parts.encode()).hexdigest()[:12]}"


def ensure(root: Root) -> Path:
    """The folder of this root; makes it when it isn't there yet. Needs uid 0."""
    folder = FOLDER / root.key
    if not folder.is_dir():
        with lock(folder):
            if not folder.is_dir():
                _make(root, folder)
    return folder


def prepare(wanted: Iterable[Root]) -> None:
    """Make those roots that aren't there yet, one on each processor at a time."""
    with ThreadPoolExecutor(os.cpu_count()) as workers:
        for made in [workers.submit(ensure, root) for root in set(wanted)]:
            made.result()


def run(
    folder: Path,
    argv: Sequence[str],
    *,
    binds: Mapping[Path, str] | None = None,
    cwd: str = "/",
    env: Mapping[str, str] | None = None,
    network: bool = False,
    check: bool = True,
    **options,
) -> subprocess.CompletedProcess[str]:
    """Run a command inside a root, whose changes are thrown away afterwards.

    folder: what `ensure` returned.
    binds: folders or files of this machine, and where they show inside; only what is written
        there stays.
    env: added to a small fixed environment.
    network: whether the command shares this machine's network; if not, it has none.
    options: as for subprocess.run (capture_output, input, timeout, ...).
    """
    shown = {**(binds or {}), **(_resolver() if network else {})}
    return subprocess.run(
        [
            *(*TIED, *(() if network else ("unshare", "--net")), *PRIVATE),
            *room(folder, shown),
            *environment(env, cwd),
            *argv,
        ],
        **{"stdin": subprocess.DEVNULL, "text": True, **options},
        check=check,
    )


def room(folder: Path, binds: Mapping[Path, str] | None = None, changes: Path = ROOM) -> list[str]:
    """The command that turns its namespaces into a throwaway copy of `folder`, without its end:
    what is to be run there follows.

    changes: a folder on which a tmpfs is mounted, where what is written outlives the room; any
        other is only a mount point.
    """
    ROOM.mkdir(parents=True, exist_ok=True)
    shown = [part for source, target in (binds or {}).items() for part in (str(source), target)]
    return ["sh", str(HERE / "room.sh"), str(folder), str(changes), *shown, "--"]


def debs(root: Root, packages: Sequence[str]) -> Path:
    """A folder with the .debs that installing `packages` into this root takes, dependencies
    included, as the suite has them at the first call.
    """
    key = hashlib.sha256(repr((root.key, sorted(set(packages)))).encode()).hexdigest()[:12]
    folder = DEBS / f"{root.suite}-{key}"
    if folder.is_dir():
        return folder
    inside = ensure(root)
    with lock(folder):
        if not folder.is_dir():
            partial = _fresh(folder.with_suffix(".partial"))
            _logged(
                lambda log: run(
                    inside,
                    ["sh", "-euc", DOWNLOAD, "sh", *packages],
                    binds={partial: "/var/cache/apt/archives"},
                    network=True,
                    check=False,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                ),
                partial.with_suffix(".log"),
                f"downloading {', '.join(packages)} for {root.suite}",
            )
            partial.rename(folder)
    return folder


def _make(root: Root, folder: Path) -> None:
    source = apt.mirror()
    work = _fresh(folder.with_suffix(".partial"))
    (work / "tmp").mkdir()
    (work / "apt.conf").write_text(apt.options())
    (work / "preferences").write_text(_pins(root))
    suites = [root.suite, *([f"{root.suite}-backports"] if root.backports else [])]
    command = [
        *(*TIED, *PRIVATE),
        *("mmdebstrap", "--mode=root", "--variant=apt", "--format=directory"),
        f"--architectures={','.join(root.architectures)}",
        f"--aptopt={work / 'apt.conf'}",
        *(f"--dpkgopt=path-exclude={pattern}" for pattern in NOT_UNPACKED),
        "--dpkgopt=path-include=/usr/share/doc/*/copyright",
        "--dpkgopt=force-unsafe-io",
        *([f"--keyring={source.keyring}"] if source.keyring else []),
        f'--setup-hook=cp "{work / "preferences"}" "$1/etc/apt/preferences.d/backports"',
        f"--include={','.join(sorted(set(root.packages)))}",
        root.suite,
        str(work / "root"),
        *(f"deb {source.uri} {suite} main" for suite in suites),
    ]
    _logged(
        lambda log: subprocess.run(
            command,
            env={**os.environ, "TMPDIR": str(work / "tmp")},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        ),
        folder.with_suffix(".log"),
        f"making a {root.suite} root with {', '.join(root.packages)}",
    )
    (work / "root").rename(folder)
    shutil.rmtree(work)


def _pins(root: Root) -> str:
    return "\n".join(
        f"Package: {pattern}\nPin: release n={root.suite}-backports\nPin-Priority: 990\n"
        for pattern in root.backports
    )


def _logged(call, log: Path, what: str) -> None:
    """Run `call` with an open log file; raise RootFailed with the log's end when it fails."""
    with log.open("w") as file:
        result = call(file)
    if result.returncode:
        end = "\n".join(log.read_text().splitlines()[-20:])
        raise RootFailed(f"{what} failed with status {result.returncode}; {log} ends with\n{end}")
    log.unlink()


def environment(env: Mapping[str, str] | None = None, cwd: str = "/") -> list[str]:
    """The command that runs what follows with a small fixed environment and `env`, in `cwd`."""
    variables = [f"{name}={value}" for name, value in {**ENVIRONMENT, **(env or {})}.items()]
    return ["env", "-i", f"--chdir={cwd}", *variables]


def _resolver() -> dict[Path, str]:
    """The file that says how this machine resolves names, and where it shows in a root."""
    file = Path("/etc/resolv.conf")
    return {file.resolve(): str(file)} if file.exists() else {}


@contextmanager
def lock(folder: Path) -> Iterator[None]:
    """Only one process at a time makes this folder; the lock ends with the process."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _fresh(folder: Path) -> Path:
    """An empty folder, also where an earlier attempt ended in its middle."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    return folder
