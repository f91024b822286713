"""The hook, compiled by each suite's compiler against each suite's Kea."""

from kit import build, targets
from kit.targets import Target


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
        for place in (str(targets.ROOT), build.CHECKOUT_THERE + "/", build.BUILD_THERE + "/"):
            assert place.encode() not in content, f"{place} is in {file}"
