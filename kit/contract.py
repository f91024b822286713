"""The contract with scripts, hook/contract.yml, and what is rendered from it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import jinja2
import yaml
from invoke import Context, task

from kit.errors import Problem
from kit.paths import ROOT

SOURCE = ROOT / "hook" / "contract.yml"

RENDERED = {
    "contract.h.j2": ROOT / "hook" / "core" / "contract.h",
    "contract.cpp.j2": ROOT / "hook" / "core" / "contract.cpp",
    "examples.py.j2": ROOT / "hook" / "python" / "kea_runscript" / "examples.py",
    "variables.md.j2": ROOT / "docs" / "variables.md",
    "hook_points.md.j2": ROOT / "docs" / "parameters.md",
}
"""Each template, and the file that it is rendered into: whole, or between MARKS if it has them."""

MARKS = ("<!-- rendered by ./inv contract -->\n", "<!-- end of what is rendered -->\n")


@dataclass(frozen=True)
class Type:
    """What a value looks like."""

    name: str
    pattern: str
    """A regular expression that fits a whole value that is not empty."""
    meaning: str


@dataclass(frozen=True)
class Variable:
    """One variable; the head of hook/contract.yml says what each field means."""

    name: str
    type: Type
    example: str
    meaning: str
    values: tuple[str, ...] = ()
    empty: str = ""
    only: str = ""
    added: bool = False

    @property
    def numbered(self) -> bool:
        """Whether it comes for each of several things, with a number in its name."""
        return "<n>" in self.name

    @property
    def enumerator(self) -> str:
        """Its name in C++."""
        return self.name.replace("<n>", "_N")

    def fits(self, value: str) -> bool:
        """Whether this can be its value."""
        if not value:
            return bool(self.empty)
        if self.values:
            return value in self.values
        return re.fullmatch(self.type.pattern, value) is not None


@dataclass(frozen=True)
class Group:
    """Variables that come together."""

    name: str
    title: str
    variables: tuple[Variable, ...]


@dataclass(frozen=True)
class Option:
    """A variable for a DHCP option that the parameter `options` lists."""

    name: str
    type: Type
    group: str
    meaning: str


@dataclass(frozen=True)
class HookPoint:
    """One hook point; the head of hook/contract.yml says what each field means."""

    name: str
    family: str
    waits: str
    groups: tuple[Group, ...]
    origin: str = "kea"
    default: bool = False
    isc: bool = False
    skip: str = ""
    drop: str = ""
    since: str = ""

    def has(self, kind: str) -> bool:
        """Whether it has the group of its family that is called so, such as "lease"."""
        return any(group.name == f"{kind}{self.family[1:]}" for group in self.groups)

    @property
    def variables(self) -> tuple[Variable, ...]:
        """All that a script gets there."""
        return tuple(variable for group in self.groups for variable in group.variables)


@dataclass(frozen=True)
class Contract:
    """All of it, in the order of the file."""

    types: Mapping[str, Type]
    groups: Mapping[str, Group]
    options: tuple[Option, ...]
    hook_points: Mapping[str, HookPoint]


def load() -> Contract:
    """Read hook/contract.yml."""
    data: dict[str, Any] = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))
    types = {name: Type(name, **fields) for name, fields in data["types"].items()}

    def typed(fields: dict[str, Any]) -> dict[str, Any]:
        return {**fields, "type": types[fields["type"]]}

    def variable(fields: dict[str, Any]) -> Variable:
        made = {**typed(fields), "example": str(fields["example"])}
        return Variable(**{**made, "values": tuple(fields.get("values", ()))})

    groups = {
        name: Group(name, fields["title"], tuple(map(variable, fields["variables"])))
        for name, fields in data["groups"].items()
    }
    points = [
        HookPoint(**{**fields, "groups": tuple(groups[name] for name in fields["groups"])})
        for fields in data["hook_points"]
    ]
    return Contract(
        types,
        groups,
        tuple(Option(**typed(fields)) for fields in data["options"]),
        {point.name: point for point in points},
    )


def render() -> dict[Path, str]:
    """What the files of RENDERED must be."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(ROOT / "templates"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    contract = load()
    rendered = {}
    for template, file in RENDERED.items():
        text = environment.get_template(template).render(contract=contract)
        finish = _formatted if file.suffix in (".h", ".cpp") else partial(_inserted, file)
        rendered[file] = finish(text)
    return rendered


@task(name="contract")
def contract_task(_: Context) -> None:
    """Render hook/contract.yml into the hook's sources and the docs."""
    for file, text in render().items():
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")
            print(file.relative_to(ROOT))


def _formatted(text: str) -> str:
    done = subprocess.run(
        [Path(sys.executable).with_name("clang-format"), "--assume-filename=contract.cpp"],
        cwd=ROOT,
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Problem(f"clang-format: {done.stderr.strip()}")
    return done.stdout


def _inserted(file: Path, text: str) -> str:
    """The page with `text` between its marks; without marks, `text` is the whole page."""
    begin, end = MARKS
    page = file.read_text(encoding="utf-8") if file.exists() else ""
    if begin not in page:
        return text
    before, _, rest = page.partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise Problem(f"{file}: the line {end.strip()} is missing")
    return before + begin + text + end + after
