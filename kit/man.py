"""The manual pages, each made of the one place that has its text."""

from __future__ import annotations

import functools
import re
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import jinja2

from kit import contract, roots, targets
from kit.build import CHECKOUT_THERE, epoch
from kit.paths import ROOT

TEMPLATES = ROOT / "templates" / "man"
TOOLS = roots.Root("trixie", ("go-md2man", "python3-argparse-manpage"))
"""One root for all targets: the pages are the same for each."""

COMMAND = f"""
cd /man
argparse-manpage --pyfile {CHECKOUT_THERE}/hook/python/kea_runscript/arguments.py \\
    --function parser --project-name kea-runscript --version "$1" --manual-title "User Commands" \\
    --description "try out what kea-hook-runscript runs, without a server" \\
    --format single-commands-section --output kea-runscript.1
for page in *.md; do go-md2man -in "$page" -out "${{page%.md}}"; done
rm ./*.md
gzip -9n ./*
"""


@functools.cache
def pages() -> dict[str, bytes]:
    """All pages, packed, each as NAME.SECTION.gz."""
    with tempfile.TemporaryDirectory(prefix="kea-man-") as folder:
        _write(Path(folder))
        return {file.name: file.read_bytes() for file in Path(folder).iterdir()}


def _write(folder: Path) -> None:
    values = {
        "version": targets.version(),
        "date": datetime.fromtimestamp(epoch(), UTC).date(),
        "contract": contract.load(),
        "parameters": _parameters(),
        "route": _route(),
    }
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for template in TEMPLATES.glob("*.md.j2"):
        text = environment.get_template(template.name).render(values)
        (folder / template.stem).write_text(_without_links(text), encoding="utf-8")
    roots.run(
        roots.ensure(TOOLS),
        ["sh", "-euc", COMMAND, "sh", targets.version()],
        binds={ROOT: CHECKOUT_THERE, folder: "/man"},
        env={"SOURCE_DATE_EPOCH": str(epoch()), "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.DEVNULL,
    )


def _parameters() -> list[list[str]]:
    """The rows of the table in docs/parameters.md: name, default, what is allowed, meaning."""
    text = (ROOT / "docs" / "parameters.md").read_text(encoding="utf-8")
    table = re.search(r"^\| parameter .*\n\|.*\n((?:\|.*\n)+)", text, re.MULTILINE)[1]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in table.splitlines()]


def _route() -> tuple[str, str]:
    """What `kea-runscript-route --help` says: the ways to call it, and all else."""
    source = (ROOT / "hook" / "route" / "command_line.cpp").read_text(encoding="utf-8")
    usage, _, rest = re.search(r'R"\(Usage: (.*?)\)"', source, re.DOTALL)[1].partition("\n\n")
    return re.sub(r"^ +", "", usage, flags=re.MULTILINE), rest


def _without_links(text: str) -> str:
    """On a manual page, a link is its text alone."""
    return re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text)
