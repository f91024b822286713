"""The description of a package that nFPM is given."""

from pathlib import Path

import pytest
import yaml

from kit import package, targets
from kit.paths import ROOT

DOCUMENTATION = "/usr/share/doc/kea-hook-runscript"


@pytest.fixture(params=targets.load())
def described(request: pytest.FixtureRequest) -> dict:
    target = targets.named(request.param)
    text = package.render(package.HOOK, target, "2.6.9", Path("/stage"), ["libc6 (>= 2.38)"])
    return {**yaml.safe_load(text), "target": target}


def test_the_version_says_ours_keas_and_the_suite(described: dict) -> None:
    assert described["version"] == targets.version()
    assert described["release"] == f"1+kea2.6.9~{described['target'].suite}"


def test_it_depends_on_one_release_of_kea_in_any_revision(described: dict) -> None:
    assert described["depends"] == [
        "kea-common (>= 2.6.9)",
        "kea-common (<< 2.6.10~)",
        "libc6 (>= 2.38)",
    ]


def test_the_library_is_where_kea_looks_for_it(described: dict) -> None:
    places = {content["dst"]: content["src"] for content in described["contents"]}
    library = f"{described['target'].hooks_dir}/kea-hook-runscript.so"
    assert places[library] == f"/stage{library}"


def test_all_examples_are_in_it_and_scripts_stay_executable(described: dict) -> None:
    modes = {content["dst"]: content["file_info"]["mode"] for content in described["contents"]}
    for file in filter(Path.is_file, (ROOT / "examples").rglob("*")):
        place = f"{DOCUMENTATION}/examples/{file.relative_to(ROOT / 'examples')}"
        assert modes[place] == (0o755 if file.stat().st_mode & 0o100 else 0o644)


def test_the_licence_and_the_changes_are_in_it(described: dict) -> None:
    places = {content["dst"] for content in described["contents"]}
    assert {f"{DOCUMENTATION}/copyright", f"{DOCUMENTATION}/changelog.gz"} <= places


def test_what_nfpm_does_not_know_is_refused(tmp_path: Path) -> None:
    description = "{name: x, arch: amd64, version: 1.0.0, dependencies: [y]}"
    with pytest.raises(package.PackageError, match=r"x\.deb: .*'dependencies' was unexpected"):
        package.pack(description, tmp_path / "x.deb")
