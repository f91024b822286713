"""What stands beside the packages: what each is made of, and checksums."""

import json
import subprocess
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from kit import manifest, package, sbom
from kit.targets import Target


@pytest.fixture(scope="module")
def folder(target: Target, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages, and beside them what is said of them."""
    folder = tmp_path_factory.mktemp("packages")
    debs = [folder / deb.name for deb in package.packages(target)]
    for deb in debs:
        deb.write_bytes((package.BUILD / target.name / deb.name).read_bytes())
    sbom.write(target, debs)
    return folder


def test_the_sums_are_those_of_all_that_is_there(folder: Path) -> None:
    checked = subprocess.run(
        ["sha256sum", "--check", sbom.SUMS], cwd=folder, capture_output=True, text=True, check=True
    )
    named = {line.partition(":")[0] for line in checked.stdout.splitlines()}
    assert named == {path.name for path in folder.iterdir()} - {sbom.SUMS}


def test_it_is_valid_and_says_what_is_in_the_package_and_what_compiled_it(
    folder: Path, target: Target
) -> None:
    for deb in folder.glob("*.deb"):
        text = deb.with_suffix(".cdx.json").read_text()
        assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
        told = json.loads(text)
        about = told["metadata"]["component"]
        assert {part["name"] for part in about["components"]} == set(manifest.describe(deb)) - {
            "kea"
        }
        used = {part["name"]: part["version"] for part in told["components"]}
        assert used["kea-dev"] == target.kea()
        (needs,) = [d for d in told["dependencies"] if d["ref"] == about["purl"]]
        assert len(needs["dependsOn"]) == len(used)


def test_it_is_the_same_again(folder: Path, target: Target) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    sbom.write(target, sorted(folder.glob("*.deb")))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
