"""The role's variables are described once, and everything else that lists them agrees."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from kit import targets
from kit.paths import ROOT

ROLE = ROOT / "roles" / "kea_runscript"


def load(path: str) -> dict:
    return yaml.safe_load((ROLE / path).read_text())


OPTIONS = load("meta/argument_specs.yml")["argument_specs"]["main"]["options"]


def default(option: dict) -> str:
    """A variable's default as an inventory would have it."""
    value = option["default"]
    if isinstance(value, str) and value and "{{" not in value:
        return value
    return json.dumps(value) if isinstance(value, str) else json.dumps(value).replace('"', "")


def meaning(option: dict) -> str:
    """A variable's description in Markdown."""
    text = re.sub(r"C\((.*?)\)", r"`\1`", option["description"])
    if "options" in option:
        keys = ", ".join(f"`{key}`" for key in option["options"])
        text += f" Each with {keys}, of which only the prefix is required."
    return text


def test_defaults_are_the_described_ones() -> None:
    assert load("defaults/main.yml") == {
        name: option["default"] for name, option in OPTIONS.items()
    }


def test_every_variable_has_a_description_and_the_prefix() -> None:
    for name, option in OPTIONS.items():
        assert name.startswith("kea_runscript_")
        assert option["description"].endswith("."), name


def test_ansible_doc_shows_each_variable(tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("ansible-doc")
    shown = subprocess.run(
        [program, "--json", "--type=role", f"--roles-path={ROLE.parent}", ROLE.name],
        env={"ANSIBLE_HOME": str(tmp_path), "LC_ALL": "C.UTF-8", "PATH": os.defpath},
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    assert json.loads(shown)[ROLE.name]["entry_points"]["main"]["options"] == OPTIONS


def test_every_variable_is_used() -> None:
    places = [
        *ROLE.glob("tasks/*.yml"),
        *ROLE.glob("vars/*.yml"),
        *(ROOT / "templates").glob("kea-*.j2"),
    ]
    text = "".join(path.read_text() for path in places)
    assert not [name for name in OPTIONS if not re.search(rf"\b{name}\b", text)]


def test_readme_has_the_table_of_variables() -> None:
    table = "".join(
        f"| `{name}` | `{default(o)}` | {meaning(o)} |\n" for name, o in OPTIONS.items()
    )
    assert (ROLE / "README.md").read_text().endswith("| --- | --- | --- |\n" + table)


@pytest.mark.parametrize("path", sorted(ROLE.glob("tasks/*.yml")), ids=lambda path: path.name)
def test_task_files_are_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 60


def test_only_builtin_modules() -> None:
    used = re.findall(
        r"^ +(\w+\.\w+\.\w+):",
        "".join(p.read_text() for p in ROLE.glob("tasks/*.yml")),
        re.MULTILINE,
    )
    assert used
    assert {name.rpartition(".")[0] for name in used} == {"ansible.builtin"}


def test_collection_has_our_version() -> None:
    assert yaml.safe_load((ROOT / "galaxy.yml").read_text())["version"] == targets.version()
