"""The hook, compiled by each suite's compiler against each suite's Kea."""

from pathlib import Path

import pytest

from kit import build, targets
from kit.targets import Target


# Every day they are run on build.CPP_TARGET, before all else.
@pytest.mark.thorough
def test_its_own_tests_pass(target: Target) -> None:
    assert "100% tests passed" in build.check(target)


def test_nothing_is_compiled_again_without_a_change(target: Target) -> None:
    stage = build.build(target)
    before = stage.stat().st_mtime_ns
    assert build.build(target).stat().st_mtime_ns == before


def test_no_path_of_the_building_machine_is_in_it(target: Target) -> None:
    stage = build.build(target)
    for file in filter(lambda path: path.is_file(), stage.rglob("*")):
        content = file.read_bytes()
        for place in (str(targets.ROOT), build.CHECKOUT_THERE, build.BUILD_THERE):
            assert f"{place}/".encode() not in content, f"{place} is in {file}"


def test_headers_of_another_release_are_refused_with_both_numbers(
    target: Target, tmp_path: Path
) -> None:
    source = f"{build.CHECKOUT_THERE}/hook"
    configure = ["cmake", "-S", source, "-B", "cmake", "-DKEA_RELEASE=9.9.9"]
    major, minor, patch = map(int, targets.kea_release(target).split("."))
    with pytest.raises(build.BuildError, match="9\\.9\\.9") as refused:
        build.within(target.build_root(), tmp_path, configure)
    said = " ".join(str(refused.value).split())  # CMake breaks lines where it likes
    assert "KEA_HOOKS_VERSION would be 90909" in said
    assert f"it is {major * 10000 + minor * 100 + patch}." in said
