"""The list of targets, our version, and what a Debian version says of Kea's release."""

import re
from pathlib import Path

import pytest
import yaml

from kit import manifest, overview, targets
from kit.containers import ContainerError

COLUMNS = {
    "distribution": "debian",
    "suite": "trixie",
    "track": "distro",
    "format": "deb",
    "arch": "amd64",
    "hooks_dir": "/usr/lib/x86_64-linux-gnu/kea/hooks",
    "kea_package": "kea-common",
    "builder": "root",
    "build_packages": ["g++", "kea-dev"],
    "evidence": "declared",
}


def listed(folder: Path, **changes: object) -> Path:
    """Make a list with one target of these columns; one changed to None is left out."""
    entry = {name: value for name, value in {**COLUMNS, **changes}.items() if value is not None}
    file = folder / "targets.yml"
    file.write_text(yaml.safe_dump({"targets": {"one": entry}}))
    return file


def test_the_list_is_well_formed_and_complete() -> None:
    names = ["bookworm", "trixie", "trixie-backports", "forky"]
    here = [*names, *(f"{name}-arm64" for name in names)]
    elsewhere = ["noble-isc", "fedora-43", "el9-isc", "el10-isc"]
    assert list(targets.load()) == [*here, *elsewhere]
    assert [target.name for target in targets.chosen("", every=True)] == here


def test_what_is_built_elsewhere_is_only_declared() -> None:
    for target in targets.load().values():
        assert target.here or (target.evidence == "declared" and not target.native)


def test_what_runs_containers_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ContainerError, match="install podman or docker"):
        targets.named("el9-isc").kea()


def test_each_place_in_the_repository_has_one_target() -> None:
    places = [(t.suite, t.track, t.arch) for t in targets.load().values()]
    assert len(places) == len(set(places))


def test_every_column_is_defined_in_the_lists_header() -> None:
    text = targets.LIST.read_text()
    for column in COLUMNS:
        assert re.search(rf"^# {column}  ", text, re.MULTILINE), column


def test_no_release_of_kea_is_written_in_the_list() -> None:
    assert not re.search(r"\d+\.\d+\.\d+", targets.LIST.read_text())


def test_kea_comes_from_where_the_track_says(tmp_path: Path) -> None:
    def archive(track: str) -> str:
        return targets.load(listed(tmp_path, track=track))["one"].archive

    assert (archive("distro"), archive("backports")) == ("trixie", "trixie-backports")


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"suite": None}, "one: missing or unknown column suite; the columns are"),
        ({"sweet": "trixie"}, "one: missing or unknown column sweet; the columns are"),
        ({"track": "isc"}, "one: track is isc; allowed: distro, backports"),
        ({"evidence": "seen"}, "one: evidence is seen; allowed: served, installed"),
    ],
)
def test_a_wrong_entry_is_refused_by_name(
    tmp_path: Path, changes: dict[str, object], complaint: str
) -> None:
    with pytest.raises(targets.TargetError, match=complaint):
        targets.load(listed(tmp_path, **changes))


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(targets.TargetError, match="called sid; the targets are bookworm, trixie"):
        targets.named("sid")


@pytest.mark.parametrize(
    ("version", "release"),
    [("2.2.0-6", "2.2.0"), ("2.6.3-1+deb13u1", "2.6.3"), ("3.0.3-1~bpo13+1", "3.0.3")],
)
def test_a_debian_version_says_keas_release(version: str, release: str) -> None:
    assert targets.upstream(version) == release


@pytest.mark.parametrize("version", ["3.1.0~git20260101-1", "3.1-1", ""])
def test_what_is_no_released_kea_is_refused(version: str) -> None:
    with pytest.raises(targets.TargetError):
        targets.upstream(version)


def test_our_version_is_the_changelogs_first_heading() -> None:
    first = re.search(r"^## \[(.*?)\]", targets.CHANGELOG.read_text(), re.MULTILINE)
    assert first
    assert targets.version() == first[1]


@pytest.mark.parametrize(
    ("built", "now", "line"),
    [
        ("2.6.3", "2.6.3", ""),
        ("2.6.3", "2.6.4", "one: trixie has Kea 2.6.4 now, our package is for 2.6.3"),
        ("", "2.6.4", ""),
    ],
    ids=["as built", "moved on", "never built"],
)
def test_a_suite_that_has_moved_on_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, built: str, now: str, line: str
) -> None:
    monkeypatch.setattr(manifest, "FOLDER", tmp_path)
    target = targets.load(listed(tmp_path))["one"]
    if built:
        file = manifest.golden(target, "kea-hook-runscript")
        file.parent.mkdir()
        file.write_text(f"kea: {built}\n")
    assert overview.drift(target, now) == line
