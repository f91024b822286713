"""Compiles the hook for a target, in the root of that target's suite or in a container."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from invoke import Context, task
from rich.console import Console

from kit import containers, needs, roots, targets
from kit.errors import Problem
from kit.paths import BUILD, ROOT
from kit.targets import Target

CPP_TARGET = "trixie"
"""The target for which the C++ tests are built and run; pytest covers all targets."""

SOURCES = ("hook", "packaging", "templates", "examples", "docs", "CHANGELOG.md", "LICENSE")
"""What can change the bytes of a package; the last commit to any of it is the package's date."""

# Inside a root the checkout and the build folder have always the same names, so that no path of
# the machine that builds can get into a file.
CHECKOUT_THERE = "/checkout"
BUILD_THERE = "/build"

CONFIGURE = f"""
if command -v dpkg-buildflags >/dev/null; then
    compile="$(dpkg-buildflags --get CXXFLAGS) $(dpkg-buildflags --get CPPFLAGS)"
    link=$(dpkg-buildflags --get LDFLAGS)
    if [ "$DEB_HOST_ARCH" != "$(dpkg --print-architecture)" ]; then
        gnu=$(dpkg-architecture --host-arch "$DEB_HOST_ARCH" --query DEB_HOST_GNU_TYPE)
        export _PYTHON_SYSCONFIGDATA_NAME="_sysconfigdata__$gnu"
        set -- "$@" -D CMAKE_SYSTEM_NAME=Linux -D CMAKE_CXX_COMPILER="$gnu-g++"
    fi
else
    compile=$(rpm --eval '%{{build_cxxflags}}')
    link=$(rpm --eval '%{{build_ldflags}}')
    set -- "$@" -D PYTHON_FOLDER="$(rpm --eval '%{{python3_sitearch}}')"
fi
export CXXFLAGS="$compile -ffile-prefix-map={CHECKOUT_THERE}/=" LDFLAGS="$link"
exec cmake "$@"
"""
"""CMake with the compiler flags of the distribution: optimised, hardened, no build path.

For another architecture than the root's with its cross compiler; Python, which is the root's, then
answers CMake with what the other architecture's would.
"""

SPLIT = """
gnu=
if command -v dpkg-architecture >/dev/null; then
    gnu=$(dpkg-architecture --host-arch "$DEB_HOST_ARCH" --query DEB_HOST_GNU_TYPE)-
fi
find "$1" -type f \\( -name '*.so' -o -path '*/libexec/*' \\) | while read -r file; do
    id=$(readelf --notes "$file" | sed -n 's/^ *Build ID: //p')
    symbols=$2/usr/lib/debug/.build-id/${id%"${id#??}"}/${id#??}.debug
    mkdir -p "${symbols%/*}"
    "${gnu}objcopy" --only-keep-debug --compress-debug-sections "$file" "$symbols"
    chmod 644 "$symbols"
    "${gnu}strip" --strip-unneeded --remove-section=.comment --remove-section=.note "$file"
    "${gnu}objcopy" --add-gnu-debuglink="$symbols" "$file"
done
"""
"""Moves debug symbols where debuggers look for them, by the build id of the file."""

FLAGS = {"DEB_BUILD_MAINT_OPTIONS": "hardening=+all"}
"""What is asked of dpkg-buildflags beyond its defaults."""


STAGES = {"stage": "Unspecified", "python": "python"}
"""The folders with what will be installed: the hook's package, the Python package; each with the
name that CMake knows its files by.
"""


class BuildError(Problem):
    """The hook does not compile, or its tests fail; the text has the tool's own words."""


def build(target: Target) -> Path:
    """Compiles for `target` unless nothing has changed since the last time.

    Returns the stage, build/<target>/stage, which holds the files as they will be installed;
    beside it, build/<target>/python holds those of the Python package, and build/<target>/*-symbols
    the debug symbols of each.
    Raises BuildError, also where Kea's headers are not of the release that the suite has now.
    """
    stage = BUILD / target.name / "stage"
    made_from = stage.with_name("made-from")
    digest = _digest(ROOT / "hook", Path(__file__))
    now = f"{_place(target)} {targets.version()} {digest}\n"
    with roots.lock(BUILD / target.name):
        if not made_from.exists() or made_from.read_text(encoding="utf-8") != now:
            made_from.unlink(missing_ok=True)
            _compile(target, testing=False)
            for folder, component in STAGES.items():
                for old in (folder, symbols(folder)):
                    shutil.rmtree(stage.with_name(old), ignore_errors=True)
                install = ["cmake", "--install", f"{BUILD_THERE}/cmake", "--component", component]
                inside(target, install, {"DESTDIR": f"{BUILD_THERE}/{folder}"})
                there = (f"{BUILD_THERE}/{folder}", f"{BUILD_THERE}/{symbols(folder)}")
                inside(target, ["sh", "-euc", SPLIT, "sh", *there])
            made_from.write_text(now, encoding="utf-8")
    return stage


def symbols(folder: str) -> str:
    """The name of the folder that holds the debug symbols of what is in another of STAGES."""
    return f"{folder}-symbols"


def check(target: Target) -> str:
    """Runs the C++ tests in the target's root; returns what ctest says.

    Raises BuildError when one fails or there is none.
    """
    with roots.lock(BUILD / target.name):
        _compile(target, testing=True)
    return inside(target, ctest(f"{BUILD_THERE}/cmake"))


def ctest(folder: str) -> list[str]:
    """The command that runs the C++ tests built in `folder`, one on each processor at a time."""
    options = ("--output-on-failure", "--no-tests=error", "--parallel", str(os.cpu_count()))
    return ["ctest", "--test-dir", folder, *options]


def inside(target: Target, command: list[str], env: Mapping[str, str] | None = None) -> str:
    """Runs a command where the target is built, beside the checkout and the build folder.

    Returns what it printed; raises BuildError with it when it ends with anything but 0.
    """
    settings = {**FLAGS, "DEB_HOST_ARCH": target.arch, "SOURCE_DATE_EPOCH": str(epoch())}
    settings.update(env or {})
    folder = BUILD / target.name
    if target.here:
        return within(target.build_root(), folder, command, settings)
    folder.mkdir(parents=True, exist_ok=True)
    binds = {ROOT: CHECKOUT_THERE, folder: BUILD_THERE}
    return _said(
        folder.name,
        containers.run(
            target.image(), command, binds=binds, cwd=BUILD_THERE, env=settings, check=False
        ),
    )


def within(
    root: roots.Root, folder: Path, command: list[str], env: Mapping[str, str] | None = None
) -> str:
    """The same in any root, with any build folder."""
    folder.mkdir(parents=True, exist_ok=True)
    return _said(
        folder.name,
        roots.run(
            roots.ensure(root),
            command,
            binds={ROOT: CHECKOUT_THERE, folder: BUILD_THERE},
            cwd=BUILD_THERE,
            env=env,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ),
    )


def _said(name: str, done: subprocess.CompletedProcess[str]) -> str:
    """What a command of this target's printed."""
    if done.returncode:
        raise BuildError(f"{name}: it ended with {done.returncode}: {done.args}\n{done.stdout}")
    return done.stdout


def _place(target: Target) -> str:
    """A name for exactly the root or image that the target is compiled in."""
    return target.build_root().key if target.here else target.image()


def epoch() -> int:
    """The date of what is built, in seconds: SOURCE_DATE_EPOCH, else the last commit's to it."""
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(given)
    log = subprocess.run(
        ["git", "-C", str(ROOT), "log", "-1", "--format=%ct", "--", *SOURCES],
        capture_output=True,
        text=True,
        check=False,
    )
    if log.returncode or not log.stdout.strip():
        raise BuildError(
            f"git knows no commit in {ROOT} that would date the build: {log.stderr.strip()}\n"
            "Outside a git checkout, set SOURCE_DATE_EPOCH to the release's date in seconds"
        )
    return int(log.stdout)


def _compile(target: Target, testing: bool) -> None:
    folder = BUILD / target.name / "cmake"
    made_in = folder / "made-in"
    place = f"{_place(target)} {FLAGS}"
    # Objects of another root are no good, and Ninja cannot tell: its headers may well be older.
    # Flags are asked for once, when CMake first sees the folder.
    if not made_in.exists() or made_in.read_text(encoding="utf-8") != place:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        made_in.write_text(place, encoding="utf-8")
    options = {
        "CMAKE_BUILD_TYPE": "None",  # the flags are the distribution's alone
        "CMAKE_INSTALL_PREFIX": "/usr",
        "KEA": "ON",
        "KEA_HOOKS_DIR": target.hooks_dir,
        "PYTHON": "ON",
        "KEA_RELEASE": targets.kea_release(target),
        "TESTING": "ON" if testing else "OFF",
    }
    configure = ["sh", "-euc", CONFIGURE, "cmake", "-G", "Ninja"]
    configure += ["-S", f"{CHECKOUT_THERE}/hook", "-B", f"{BUILD_THERE}/cmake"]
    inside(target, configure + [f"-D{name}={value}" for name, value in options.items()])
    inside(target, ["cmake", "--build", f"{BUILD_THERE}/cmake"])


def _digest(*paths: Path) -> str:
    """A digest of the names and contents of all files under `paths`."""
    files = sorted(f for path in paths for f in (path.rglob("*") if path.is_dir() else [path]))
    digest = hashlib.sha256()
    for file in filter(Path.is_file, files):
        content = file.read_bytes()
        digest.update(f"{file.relative_to(ROOT)} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


@task(
    name="build",
    help={
        "target": "a name from packaging/targets.yml; without it, this machine's distribution",
        "all": "every target that is built here, one after another",
    },
)
def build_task(_: Context, target: str = "", all: bool = False) -> None:
    """Compile the hook, its runner and the route helper for one target or all."""
    needs.ensure()
    console = Console()
    for chosen in targets.chosen(target, all):
        with console.status(f"compiling for {chosen.name}"):
            stage = build(chosen)
        console.print(f"{chosen.name}: {stage}", soft_wrap=True)
