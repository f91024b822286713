"""What each package holds: as reviewed, and never more than Kea must see of the library."""

from pathlib import Path

import yaml

from kit import manifest
from kit.targets import Target


def test_it_holds_what_was_reviewed(target: Target, deb: Path) -> None:
    """After a wanted change `./inv manifests` writes them anew."""
    assert manifest.describe(deb) == yaml.safe_load(manifest.golden(target).read_text())


def test_the_library_exports_only_what_kea_looks_up(target: Target, deb: Path) -> None:
    """Kea would register anything else that has the name of a hook point."""
    library = manifest.describe(deb)[f"{target.hooks_dir}/kea-hook-runscript.so"]
    assert library["exports"] == ["load", "multi_threading_compatible", "unload", "version"]


def test_nothing_is_searched_for_along_a_path_of_its_own(deb: Path) -> None:
    assert not [file for file, found in manifest.describe(deb).items() if "searches" in found]
