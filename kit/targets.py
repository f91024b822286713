"""What is built and for what: `packaging/targets.yml`, our version, each suite's Kea."""

from __future__ import annotations

import dataclasses
import platform
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from kit import apt, containers, suites
from kit.errors import Problem
from kit.paths import ROOT
from kit.roots import Root

LIST = ROOT / "packaging" / "targets.yml"
CHANGELOG = ROOT / "CHANGELOG.md"
ALLOWED = {
    "track": ("distro", "backports", "isc-3.0"),
    "format": ("deb", "rpm"),
    "evidence": ("served", "installed", "built", "declared"),
}


class TargetError(Problem):
    """Something about a target is wrong; the text names it and the remedy."""


@dataclasses.dataclass(frozen=True)
class Target:
    """One entry of the list; the list's header defines each field."""

    name: str
    distribution: str
    suite: str
    track: str
    format: str
    arch: str
    hooks_dir: str
    kea_package: str
    builder: str
    build_packages: tuple[str, ...]
    evidence: str

    @property
    def here(self) -> bool:
        """Whether it is built in a root on this machine; otherwise in a container."""
        return self.builder == "root"

    @property
    def native(self) -> bool:
        """Whether it is built here for this machine's own architecture; what else is built here is
        cross-built.
        """
        return self.here and self.arch == apt.architecture()

    @property
    def archive(self) -> str:
        """The suite of Debian's archive that Kea comes from."""
        return f"{self.suite}-backports" if self.track == "backports" else self.suite

    def kea(self, refresh: bool = False) -> str:
        """The version of Kea's packages in the suite now (refresh: ask the mirror at once); of what
        is built in a container, in its image.
        """
        if self.here:
            return suites.newest(self.archive, self.arch, self.kea_package, refresh)
        headers = next(package for package in self.build_packages if "kea-dev" in package)
        ask = {
            "deb": ("dpkg-query", "-W", "-f", "${Version}"),
            "rpm": ("rpm", "-q", "--qf=%{VERSION}"),
        }
        return containers.run(self.image(), [*ask[self.format], headers]).stdout

    def root(self, *packages: str) -> Root:
        """A root of the suite with these packages, those named kea-... in the suite's version and
        for the target's architecture.

        The version is part of what the root is known by, so that one made before the suite got
        a new Kea is not mistaken for one with it.
        """
        arch = "" if self.native else f":{self.arch}"
        kea = f"{arch}={self.kea()}"
        return Root(
            suite=self.suite,
            packages=tuple(p + kea if p.startswith("kea-") else p for p in packages),
            backports=(f"kea-*{arch}",) if self.track == "backports" else (),
        )

    def build_root(self) -> Root:
        """The root in which this target is compiled and tested, if it is one."""
        return self.root(*self.build_packages)

    def image(self) -> str:
        """The image in which it is compiled otherwise; made when it is not there yet."""
        return containers.ensure(self.builder, self.format, self.build_packages)


def load(path: Path = LIST) -> dict[str, Target]:
    """All targets by name, in the order of the list.

    Raises TargetError for a missing or unknown column or value.
    """
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))["targets"]
    return {name: _target(name, entry) for name, entry in entries.items()}


def _target(name: str, entry: Mapping[str, Any]) -> Target:
    columns = {field.name for field in dataclasses.fields(Target)} - {"name"}
    if wrong := columns ^ set(entry):
        raise TargetError(
            f"target {name}: missing or unknown column {', '.join(sorted(wrong))};"
            f" the columns are {', '.join(sorted(columns))}"
        )
    for column, allowed in ALLOWED.items():
        if entry[column] not in allowed:
            raise TargetError(
                f"target {name}: {column} is {entry[column]}; allowed: {', '.join(allowed)}"
            )
    return Target(**{**entry, "name": name, "build_packages": tuple(entry["build_packages"])})


def named(name: str) -> Target:
    """The target of that name; raises TargetError with the names that there are."""
    targets = load()
    if name not in targets:
        raise TargetError(f"no target is called {name}; the targets are {', '.join(targets)}")
    return targets[name]


def for_this_machine() -> Target:
    """The target of this machine's own distribution, with the Kea of that distribution."""
    release = platform.freedesktop_os_release()
    here = (release.get("ID"), release.get("VERSION_CODENAME"), apt.architecture())
    for target in load().values():
        known = (target.distribution, target.suite, target.arch)
        if target.track == "distro" and known == here:
            return target
    name = release.get("PRETTY_NAME", release.get("ID"))
    raise TargetError(f"no target for {name} on {here[2]}; the targets are {', '.join(load())}")


def version() -> str:
    """Our version: the first heading of the changelog."""
    heading = re.search(
        r"^## \[(\d+\.\d+\.\d+)\]", CHANGELOG.read_text(encoding="utf-8"), re.MULTILINE
    )
    if not heading:
        raise TargetError(f"{CHANGELOG}: no heading of the form `## [X.Y.Z] - DATE`")
    return heading[1]


def upstream(debian_version: str) -> str:
    """Kea's own release, X.Y.Z, in a version of a Debian package."""
    release = re.fullmatch(r"(\d+\.\d+\.\d+)(-[^-]+)?", debian_version)
    if not release:
        raise TargetError(f"{debian_version} is no version of a released Kea (X.Y.Z-REVISION)")
    return release[1]


def kea_release(target: Target, refresh: bool = False) -> str:
    """Kea's release, X.Y.Z, that the target's suite has now (refresh: ask the mirror at once)."""
    return upstream(target.kea(refresh))


def chosen(target: str, every: bool) -> list[Target]:
    """The targets that a task's --target and --all name, all being those that are built here; this
    machine's own if neither does.
    """
    if every:
        return [target for target in load().values() if target.here]
    return [named(target) if target else for_this_machine()]
