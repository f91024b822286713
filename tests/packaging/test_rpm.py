"""Our rpm in the hands of the real dnf, beside Debian's own Kea repacked as one."""

import re
import shlex
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pysequoia import CipherSuite, Profile, Tsk
from rpm_rs import Package

from kit import build, package, repository, roots, rpm, signing
from kit.lab import Host, Lab
from kit.lab.kea import SCRIPTS, Kea
from kit.paths import ROOT
from kit.repository import dnf
from kit.repository.publish import carry
from kit.signing import Key
from tests.packaging import selftest

# As the repository's own .repo file says, but for the address.
ADD_REPOSITORY = """
cd /repository
install -D -m 644 kea-runscript.asc /etc/pki/rpm-gpg/kea-runscript.asc
install -D -m 644 selftest-distro.repo /etc/yum.repos.d/kea-runscript.repo
sed -i 's#https://repository.example#file:///repository#' /etc/yum.repos.d/kea-runscript.repo
"""
INSTALL = "dnf -y install kea-hook-runscript\n"
LINT = """
rpmkeys --import /repository/kea-runscript.asc
rpmlint --config /rpmlint.toml "/repository/$1"
"""
AHEAD = "99.0.0"
SUBNET = {"id": 1, "subnet": "198.51.100.0/24", "pools": [{"pool": "198.51.100.10-198.51.100.99"}]}


@pytest.fixture(scope="module", params=[selftest.DEBIAN.name], autouse=True)
def debian(as_root: None, request: pytest.FixtureRequest) -> str:
    """Whose Kea it is. As its name is in those of the tests, they all run in one process: our rpms
    for two releases of Kea are made in one folder.
    """
    return request.param


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Kea, and what stands for its libraries."""
    folder = tmp_path_factory.mktemp("rpms")
    return [selftest.kea(folder), selftest.libraries(folder)]


@pytest.fixture(scope="module")
def ours() -> Path:
    """The hook's package."""
    return selftest.ours()


@pytest.fixture
def published(packages: list[Path], ours: Path, tmp_path: Path) -> Path:
    """A repository with all that."""
    return publish([*packages, ours], tmp_path)


def publish(rpms: list[Path], folder: Path) -> Path:
    return repository.make({selftest.PLACE: rpms}, folder / "repository", signing.key())


def in_room(published: Path, script: str) -> subprocess.CompletedProcess[str]:
    """Run a shell script in a root with dnf, which knows our repository; nothing of it stays."""
    return roots.run(
        roots.ensure(selftest.root()),
        ["sh", "-euc", ADD_REPOSITORY + script],
        binds={published: "/repository"},
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def one(folder: Path, pattern: str) -> Path:
    (file,) = folder.rglob(pattern)
    return file


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab() as lab:
        yield lab


@pytest.fixture
def host(lab: Lab, published: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    """A booted host with dnf, to which our repository was carried by ssh."""
    host = lab.host(roots.ensure(selftest.root()), "server")
    known = lab.folder / "keys"
    ssh = ["ssh", "-F", "/dev/null", "-i", f"{known / 'login'}"]
    ssh += ["-o", f"UserKnownHostsFile={known / 'known_hosts'}"]
    monkeypatch.setenv("RSYNC_RSH", shlex.join(lab.command(ssh)))
    carry(published, f"root@{host.address}:/repository")
    return host


def test_the_kea_that_comes_with_it_loads_it_and_serves_a_client(lab: Lab, host: Host) -> None:
    """With dnf come both, systemd starts Kea, and the script runs before the client is answered."""
    host.run(["sh", "-euc", ADD_REPOSITORY + INSTALL], timeout=120)
    example = f"/usr/share/doc/{package.HOOK}/examples/debug/debug"
    host.run(["install", "-D", "-m", "755", example, f"{SCRIPTS}/debug"])
    access = lab.access(host, "eth1", ["198.51.100.1/24"])
    kea = Kea(host, 4, selftest.SELFTEST.hooks_dir, subnet4=[SUBNET])
    parameters = {
        "script": f"{SCRIPTS}/debug",
        "hook-points": ["leases4_committed"],
        "on-failure": "drop",
    }
    kea.start(parameters)
    lease = access.client("client").dhcp4()
    assert f"KEA_LEASE4_ADDRESS={lease.address}\n" in kea.log()


def test_it_goes_without_a_trace(published: Path) -> None:
    done = in_room(
        published,
        f"""
        {INSTALL}
        find /usr -name '*runscript*'
        dnf -q -y remove {package.HOOK}
        echo left:
        find /usr -name '*runscript*'
        """,
    )
    assert done.returncode == 0, done.stdout
    installed, left = done.stdout.split("left:\n")
    assert f"{selftest.SELFTEST.hooks_dir}/kea-hook-runscript.so\n" in installed
    assert left == ""


def without_signature(folder: Path) -> None:
    one(folder, "repomd.xml.asc").unlink()


def change_index(folder: Path) -> None:
    file = one(folder, "repomd.xml")
    file.write_text(file.read_text().replace("<revision>", "<revision>1"))


def change_package(folder: Path) -> None:
    file = one(folder, "kea-hook-runscript-*.rpm")
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)


def sign_index_with_another_key(folder: Path) -> None:
    index = one(folder, "repomd.xml")
    index.with_name("repomd.xml.asc").write_bytes(another_key().signature(index.read_bytes()))


def sign_package_with_another_key(folder: Path) -> None:
    """The lists are ours, and so is their signature; the package in them is not."""
    replace_package(folder, another_key().sign)


def leave_package_unsigned(folder: Path) -> None:
    replace_package(folder, lambda package: package.clear_signatures())


def replace_package(folder: Path, change: Callable[[Package], None]) -> None:
    file = one(folder, "kea-hook-runscript-*.rpm")
    package = Package.open(file)
    change(package)
    package.write_file(file)
    dnf.index(folder, signing.key())


def another_key() -> Key:
    made = Tsk.generate("another", profile=Profile.RFC4880, cipher_suite=CipherSuite.RSA2k)
    return Key(made)


@pytest.mark.parametrize(
    ("tamper", "complaint"),
    [
        (without_signature, "GPG signature is not available"),
        (change_index, "repomd.xml GPG signature verification error"),
        (sign_index_with_another_key, "repomd.xml GPG signature verification error"),
        (change_package, "incorrect checksum"),
        (sign_package_with_another_key, "Public key for .* is not installed"),
        (leave_package_unsigned, "Package .* is not signed"),
    ],
)
def test_what_is_not_signed_by_our_key_is_refused(
    published: Path, tamper: Callable[[Path], None], complaint: str
) -> None:
    tamper(published)
    refused = in_room(published, INSTALL)
    assert refused.returncode != 0
    assert re.search(complaint, refused.stdout), refused.stdout


def test_a_hook_for_another_kea_is_refused(packages: list[Path], tmp_path: Path) -> None:
    refused = in_room(publish([*packages, selftest.ours(kea=AHEAD)], tmp_path), INSTALL)
    assert refused.returncode != 0
    assert f"nothing provides {selftest.KEA} >= {AHEAD} needed by {package.HOOK}" in refused.stdout


def test_two_packagings_give_the_same_bytes(ours: Path) -> None:
    first = ours.read_bytes()
    assert selftest.ours().read_bytes() == first


def test_debug_symbols_come_with_what_they_are_of(
    packages: list[Path], ours: Path, tmp_path: Path
) -> None:
    published = publish([*packages, ours, selftest.symbols()], tmp_path)
    installed = in_room(
        published,
        f"""
        dnf -y install {package.HOOK}-debuginfo
        rpm --query {package.HOOK} --queryformat 'version: %{{version}}-%{{release}}\n'
        rpm --query {package.HOOK}-debuginfo --requires
        rpm --query {package.HOOK}-debuginfo --list
        """,
    ).stdout
    version = re.search("version: (.*)", installed)[1]
    assert f"{package.HOOK} = {version}\n" in installed
    found = re.findall(r"/usr/lib/debug/\.build-id/(.*)\.debug\n", installed)
    symbols = build.build(selftest.DEBIAN).with_name(build.symbols(package.STAGES[package.HOOK]))
    assert sorted(found) == sorted(f"{f.parent.name}/{f.stem}" for f in symbols.rglob("*.debug"))


@pytest.mark.parametrize("make", [selftest.ours, selftest.symbols])
@pytest.mark.parametrize("name", package.STAGES)
def test_rpmlint_says_nothing(name: str, make: Callable[[str], Path], tmp_path: Path) -> None:
    """packaging/rpmlint.toml has what it is not asked, and why."""
    published = publish([make(name)], tmp_path)
    done = roots.run(
        roots.ensure(rpm.TOOLS),
        ["sh", "-euc", LINT, "sh", str(one(published, "*.rpm").relative_to(published))],
        binds={published: "/repository", ROOT / "packaging" / "rpmlint.toml": "/rpmlint.toml"},
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert done.returncode == 0, done.stdout
    assert "1 packages and 0 specfiles checked; 0 errors, 0 warnings" in done.stdout
