"""What our rpms are tried with where there is no distribution of rpms: Debian's own Kea.

Its files, and those of the libraries that it takes, are repacked as an rpm, and our hook for that
Kea is packed as one. All have names that nobody takes for a distribution's, and are published
nowhere.
"""

import dataclasses
import subprocess
from pathlib import Path

import yaml

from kit import build, package, roots, rpm, targets
from kit.lab.host import PACKAGES
from kit.roots import Root

DEBIAN = targets.named("trixie")
KEA = "debian-kea-selftest"
LIBRARIES = "debian-libraries-selftest"
SELFTEST = dataclasses.replace(
    DEBIAN,
    name="rpm-selftest",
    suite="selftest",  # where others have el9
    format="rpm",
    arch="x86_64",
    kea_package=KEA,
)
PLACE = (SELFTEST.suite, SELFTEST.track)
"""Where they are in a repository: suite and track."""

RPM = {"buildhost": "localhost", "compression": "zstd"}

PROVIDES = """
cd /usr/lib/x86_64-linux-gnu
for library in libc.so.6 libm.so.6 libgcc_s.so.1 libstdc++.so.6 ld-linux-x86-64.so.2; do
    readlink -f $library
done | /usr/lib/rpm/elfdeps --provides
"""

# What Debian's own maintainer scripts would do: the units want the user.
POSTINSTALL = """#!/bin/sh
echo 'u _kea - "Kea" /var/lib/kea' | systemd-sysusers -
install -d -o _kea -g _kea /var/lib/kea /var/log/kea
"""


def root() -> Root:
    """A root that can be booted, with dnf, and without Kea."""
    return DEBIAN.root(*PACKAGES, "dnf", "gnupg", "rpm", "rsync")


def kea(folder: Path) -> Path:
    """Debian's Kea, as an rpm in `folder`."""
    pinned = f"kea-dhcp4-server={DEBIAN.kea()}"
    files, scripts = folder / "files", folder / "postinstall"
    for deb in roots.debs(root(), [pinned]).glob("*.deb"):
        subprocess.run(["dpkg-deb", "--extract", deb, files], check=True)
    scripts.write_text(POSTINSTALL)
    return pack(
        folder / f"{KEA}.rpm",
        name=KEA,
        version=targets.kea_release(DEBIAN),
        description="Debian's Kea, repacked to try an rpm with; not for use",
        depends=[LIBRARIES],
        scripts={"postinstall": str(scripts)},
        contents=[{"src": str(files), "dst": "/", "type": "tree"}],
    )


def libraries(folder: Path) -> Path:
    """An rpm in `folder` that tells rpm what Debian's libraries, which are there, provide."""
    said = roots.run(roots.ensure(root()), ["sh", "-euc", PROVIDES], stdout=subprocess.PIPE).stdout
    return pack(
        folder / f"{LIBRARIES}.rpm",
        name=LIBRARIES,
        version="1",
        description="Stands for Debian's libraries where rpm looks for them; not for use",
        provides=[*said.split(), "rtld(GNU_HASH)"],
    )


def ours(name: str = package.HOOK, kea: str = "") -> Path:
    """Our package for that Kea, as an rpm; `kea`: as if it were for another release."""
    stage = build.build(DEBIAN).with_name(package.STAGES[name])
    release = kea or targets.kea_release(DEBIAN)
    return package.assemble(name, SELFTEST, release, stage, rpm.requires(stage))


def symbols(name: str = package.HOOK) -> Path:
    """The debug symbols of our package."""
    stage = build.build(DEBIAN).with_name(build.symbols(package.STAGES[name]))
    return package.assemble_symbols(name, SELFTEST, targets.kea_release(DEBIAN), stage)


def pack(made: Path, **description: object) -> Path:
    """Make an rpm of a description for nFPM that leaves out what all of them have."""
    common = {
        "arch": "amd64",
        "release": "1.selftest",
        "version_schema": "none",
        "maintainer": package.MAINTAINER,
        "rpm": RPM,
    }
    return package.pack(yaml.safe_dump({**common, **description}), made)
