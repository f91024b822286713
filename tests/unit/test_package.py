"""The description of a package that nFPM is given."""

from pathlib import Path

import pytest
import yaml

from kit import package, targets
from kit.paths import ROOT
from kit.targets import Target

DOCUMENTATION = "/usr/share/doc/kea-hook-runscript"
LICENCES = "/usr/share/licenses/kea-hook-runscript"
LIBRARIES = {"deb": "libc6 (>= 2.38)", "rpm": "libc.so.6(GLIBC_2.38)(64bit)"}


@pytest.fixture(params=targets.load())
def target(request: pytest.FixtureRequest) -> Target:
    return targets.named(request.param)


@pytest.fixture
def described(target: Target) -> dict:
    libraries = [LIBRARIES[target.format]]
    return yaml.safe_load(package.render(package.HOOK, target, "2.6.9", Path("/stage"), libraries))


def test_the_version_says_ours_keas_and_the_suite(target: Target, described: dict) -> None:
    release = {"deb": f"1+kea2.6.9~{target.suite}", "rpm": f"1.kea2.6.9.{target.suite}"}
    assert described["version"] == targets.version()
    assert described["release"] == release[target.format]


def test_it_depends_on_one_release_of_kea_in_any_revision(target: Target, described: dict) -> None:
    limits = {"deb": ("(>= 2.6.9)", "(<< 2.6.10~)"), "rpm": (">= 2.6.9", "< 2.6.10~")}
    kea = [f"{target.kea_package} {limit}" for limit in limits[target.format]]
    assert described["depends"] == [*kea, LIBRARIES[target.format]]


def test_only_a_deb_can_stop_what_would_remove_it(target: Target, described: dict) -> None:
    assert ("scripts" in described) == (target.format == "deb")


def test_the_library_is_where_kea_looks_for_it(target: Target, described: dict) -> None:
    places = {content["dst"]: content.get("src") for content in described["contents"]}
    library = f"{target.hooks_dir}/kea-hook-runscript.so"
    assert places[library] == f"/stage{library}"


def test_all_examples_are_in_it_and_scripts_stay_executable(described: dict) -> None:
    modes = {content["dst"]: content["file_info"]["mode"] for content in described["contents"]}
    for file in filter(Path.is_file, (ROOT / "examples").rglob("*")):
        place = f"{DOCUMENTATION}/examples/{file.relative_to(ROOT / 'examples')}"
        assert modes[place] == (0o755 if file.stat().st_mode & 0o100 else 0o644)


def test_the_licence_and_the_changes_are_in_it(target: Target, described: dict) -> None:
    licence = {"deb": f"{DOCUMENTATION}/copyright", "rpm": f"{LICENCES}/LICENSE"}
    places = {content["dst"] for content in described["contents"]}
    assert {licence[target.format], f"{DOCUMENTATION}/changelog.gz"} <= places


def test_what_nfpm_does_not_know_is_refused(tmp_path: Path) -> None:
    description = "{name: x, arch: amd64, version: 1.0.0, dependencies: [y]}"
    with pytest.raises(package.PackageError, match=r"x\.deb: .*'dependencies' was unexpected"):
        package.pack(description, tmp_path / "x.deb")
