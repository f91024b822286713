"""The example workers, fed by `kea-runscript fire --stream`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kit.paths import ROOT
from tests.python.conftest import PACKAGES

EXAMPLES = ROOT / "examples" / "workers"
WORKERS = {
    "lease_files.sh": ["sh"],
    "lease_files.awk": ["mawk", "-W", "interactive", "-f"],
    "lease_files.py": [sys.executable],
    "lease_files_sdk.py": [sys.executable],
}
"""Each example, and what runs it: its own first line names Debian's Python, which is not ours."""
HOSTILE = "$(reboot)`reboot`;'\" *\n\x01\\x41\udcff ä"


@pytest.fixture(params=WORKERS)
def worker(request: pytest.FixtureRequest) -> list[str]:
    """The command that runs an example."""
    interpreter, *options = WORKERS[request.param]
    if not (found := shutil.which(interpreter)):
        pytest.skip(f"{interpreter} is not installed here")
    return [found, *options, str(EXAMPLES / request.param)]


def fed(worker: list[str], built: Path, folder: Path, *words: str) -> str:
    """The answers of a worker to one made-up event."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(built / PACKAGES),
        "LEASE_FILES": str(folder),
    }
    tool = [sys.executable, built / "usr/bin/kea-runscript", "fire", "--stream", *words]
    stream = subprocess.run(tool, env=environment, stdout=subprocess.PIPE, check=True).stdout
    done = subprocess.run(worker, env=environment, input=stream, capture_output=True, timeout=20)
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.decode()


def test_a_lease_has_a_file_while_it_lasts(worker: list[str], built: Path, tmp_path: Path) -> None:
    def files() -> dict[str, bytes]:
        return {file.name: file.read_bytes() for file in tmp_path.iterdir()}

    hostname = f"KEA_LEASE4_HOSTNAME={HOSTILE}"
    assert fed(worker, built, tmp_path, hostname, "KEA_LEASE4_CHANGE=renewed") == "done 1 0\n"
    escaped = rb"$(reboot)`reboot`;'" + b'" *' + rb"\x0A\x01\\x41" + b"\xff \xc3\xa4"
    assert files() == {"192.0.2.7": b"02:00:00:00:00:01 " + escaped + b"\n"}

    other = "KEA_LEASE4_ADDRESS=192.0.2.8"
    for ending in (["KEA_LEASE4_CHANGE=deleted"], ["lease4_expire"]):
        assert fed(worker, built, tmp_path, other, "KEA_LEASE4_CHANGE=new") == "done 1 0\n"
        assert [*sorted(files())] == ["192.0.2.7", "192.0.2.8"]
        assert fed(worker, built, tmp_path, other, *ending) == "done 1 0\n"
        assert [*files()] == ["192.0.2.7"]
    assert fed(worker, built, tmp_path, other, "lease4_expire") == "done 1 0\n"
