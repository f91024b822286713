"""The linters. Each tool's own configuration file says what it looks for, and why."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from invoke import Context, task
from rich.console import Console

from kit import build, needs, targets
from kit.errors import Problem
from kit.paths import CACHE, ROOT

TIDY_TARGET = "trixie"
"""The target whose compiler flags and Kea headers clang-tidy sees."""

TIDY_EACH = f"""
tidy=$1; shift
printf '%s\\n' "$@" | xargs -P "$(nproc)" -n 1 \\
    "$tidy" --quiet --config-file={build.CHECKOUT_THERE}/.clang-tidy -p {build.BUILD_THERE}/cmake
"""


class LintError(Problem):
    """A linter has found something; its own words are the text."""


def files(*patterns: str) -> list[Path]:
    """The files of the checkout that git knows or would add, from ROOT, that match a pattern."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    named = sorted({Path(name) for name in listed.stdout.split("\0") if name})
    return [path for path in named if (ROOT / path).is_file()]


def shell_scripts() -> list[Path]:
    """The files that a POSIX shell or bash runs: by their first line, or by their name."""
    return [path for path in files() if path.suffix == ".sh" or _runs_in_shell(path)]


def python(fix: bool = False) -> None:
    """Ruff: errors, habits, order of imports, docstrings; and its format."""
    _tool("ruff", "check", "--quiet", *(["--fix"] if fix else []))
    _tool("ruff", "format", "--quiet", *([] if fix else ["--check", "--diff"]))


def cpp_format(fix: bool = False) -> None:
    """clang-format, with the rules in .clang-format."""
    _on(files("*.cpp", "*.h"), "clang-format", *(["-i"] if fix else ["--dry-run", "--Werror"]))


def cpp() -> None:
    """clang-tidy, with the checks in .clang-tidy, in a build root: it needs Kea's headers.

    It reads what the compiler does, several of our files at once, and finds them in it as headers.
    """
    target = targets.named(TIDY_TARGET)
    folder = build.build(target).with_name("cmake")
    program = Path(sys.prefix).relative_to(ROOT) / _tidy_in_venv()
    compiled = json.loads((folder / "compile_commands.json").read_text(encoding="utf-8"))
    sources = [one["file"] for one in compiled if "/tests/" not in one["file"]]
    build.inside(
        target, ["sh", "-euc", TIDY_EACH, "sh", f"{build.CHECKOUT_THERE}/{program}", *sources]
    )


def shell() -> None:
    """ShellCheck over all scripts."""
    _on(shell_scripts(), "shellcheck")


def yaml() -> None:
    """The YAML itself."""
    _on(files("*.yml", "*.yaml"), "yamllint", "--strict")


def ansible() -> None:
    """ansible-lint, which here never asks Galaxy for anything."""
    _tool("ansible-lint", "--offline", "-q")


CHECKS: tuple[Callable[[], None], ...] = (python, cpp_format, shell, yaml, ansible)
"""Those that need no root of a Debian suite, and so no root's rights."""


@task(
    name="lint",
    help={"fix": "first mend and format what ruff and clang-format can"},
)
def lint_task(_: Context, fix: bool = False) -> None:
    """Check Python, C++, shell, YAML and Ansible with their linters."""
    if needs.are_root():
        needs.ensure()
    if fix:
        python(fix=True)
        cpp_format(fix=True)
    found = [problem for check in CHECKS if (problem := _run(check))]
    if needs.are_root() and (problem := _run(cpp)):
        found.append(problem)
    if found:
        raise LintError("\n\n".join(found), code=1)


def _run(check: Callable[[], None]) -> str:
    """What a check has found, "" for nothing."""
    console = Console(stderr=True)
    name = check.__name__.replace("_", " ")
    try:
        with console.status(f"lint: {name}"):
            check()
    except (LintError, build.BuildError) as problem:
        console.print(f"[red]✗[/] {name}")
        return str(problem)
    console.print(f"[green]✓[/] {name}")
    return ""


def _on(paths: Iterable[Path], name: str, *arguments: str) -> None:
    """Run a tool on files, if there are any."""
    if named := [str(path) for path in paths]:
        _tool(name, *arguments, *named)


def _tool(name: str, *arguments: str) -> None:
    """Run a program of .venv in the checkout; raises LintError with what it says."""
    done = subprocess.run(
        [Path(sys.executable).with_name(name), *arguments],
        cwd=ROOT,
        env={**os.environ, **_elsewhere()},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise LintError(f"{name}:\n{done.stdout.strip()}", code=1)


def _elsewhere() -> dict[str, str]:
    """Where tools leave what they keep: in our cache."""
    return {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "ANSIBLE_HOME": str(CACHE / "ansible"),
        "RUFF_CACHE_DIR": str(CACHE / "ruff"),
    }


def _tidy_in_venv() -> Path:
    """clang-tidy's own program, a static one, in the folder of .venv."""
    found = next(Path(sys.prefix).glob("lib/python*/site-packages/clang_tidy/data/bin/clang-tidy"))
    return found.relative_to(sys.prefix)


def _runs_in_shell(path: Path) -> bool:
    with (ROOT / path).open("rb") as file:
        first = file.readline(80)
    return first.startswith(b"#!") and first.rstrip().endswith((b"/sh", b"/bash", b" sh", b" bash"))
