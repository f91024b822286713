"""What each package holds: as reviewed, and never more than Kea must see of the library."""

from pathlib import Path

import pytest
import yaml

from kit import manifest, package
from kit.targets import Target


@pytest.fixture(scope="session", params=package.STAGES)
def described(target: Target, request: pytest.FixtureRequest) -> tuple[str, dict]:
    """The name of each package, and what is in it."""
    return request.param, manifest.describe(package.package(target, request.param))


def test_it_holds_what_was_reviewed(target: Target, described: tuple[str, dict]) -> None:
    """After a wanted change `./inv manifests` writes them anew."""
    name, files = described
    assert files == yaml.safe_load(manifest.golden(target, name).read_text())


def test_the_library_exports_only_what_kea_looks_up(target: Target, deb: Path) -> None:
    """Kea would register anything else that has the name of a hook point."""
    library = manifest.describe(deb)[f"{target.hooks_dir}/kea-hook-runscript.so"]
    assert library["exports"] == ["load", "multi_threading_compatible", "unload", "version"]


def test_nothing_is_searched_for_along_a_path_of_its_own(described: tuple[str, dict]) -> None:
    assert not [file for file, found in described[1].items() if "searches" in found]
