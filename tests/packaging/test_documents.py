"""What a package has to be read: manual pages and changelogs."""

import gzip
from pathlib import Path

import pytest
from debian.changelog import Changelog
from debian.debfile import DebFile

from kit import contract, package, targets
from kit.targets import Target


def read(deb: Path, file: str) -> str:
    """The text of a packed file in a package."""
    with DebFile(deb) as opened:
        return gzip.decompress(opened.data.get_content(file)).decode()


def test_the_hooks_page_has_every_parameter_hook_point_and_variable(deb: Path) -> None:
    page = read(deb, "./usr/share/man/man7/kea-hook-runscript.7.gz")
    told = contract.load()
    variables = [v.name for group in told.groups.values() for v in group.variables]
    for name in ("queue-limit", "scripts", *told.hook_points, *variables):
        assert rf"\fB{name}\fP" in page, name


def test_the_route_programs_page_says_what_its_help_says(deb: Path) -> None:
    page = read(deb, "./usr/share/man/man8/kea-runscript-route.8.gz")
    assert "kea-runscript-route replay-end FAMILY LEASES\n" in page
    assert "allow PREFIX [dev IFACE] [table N] [min-length N] [max-length N]\n" in page


def test_the_commands_page_has_both_commands(target: Target) -> None:
    deb = package.package(target, package.PYTHON)
    page = read(deb, "./usr/share/man/man1/kea-runscript.1.gz")
    assert r"\fB\-\-family\fR" in page
    assert r"\fB\-\-stream\fR" in page


@pytest.mark.parametrize("name", package.STAGES)
def test_the_changelog_begins_with_the_packages_version(target: Target, name: str) -> None:
    deb = package.package(target, name)
    changelog = Changelog(read(deb, f"./usr/share/doc/{name}/changelog.Debian.gz"))
    assert str(changelog.full_version) == package.full_version(target, name)
    assert changelog.distributions == target.suite
    assert read(deb, f"./usr/share/doc/{name}/changelog.gz") == targets.CHANGELOG.read_text()
