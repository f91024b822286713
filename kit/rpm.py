"""What rpm's own tools say of compiled files; in a root of Debian's, which has them as well."""

from __future__ import annotations

import subprocess
from pathlib import Path

from kit import roots

TOOLS = roots.Root("trixie", ("rpm", "rpmlint"))

REQUIRES = """
find /stage -type f \\( -name '*.so' -o -path '*/libexec/*' \\) |
    /usr/lib/rpm/elfdeps --requires | sort -u
"""
"""Which libraries, by name and symbol version, as rpmbuild would ask it of each compiled file."""


def requires(stage: Path) -> list[str]:
    """What the compiled files in `stage` need of other packages, in the words of a Requires tag."""
    done = roots.run(
        roots.ensure(TOOLS),
        ["sh", "-euc", REQUIRES],
        binds={stage: "/stage"},
        stdout=subprocess.PIPE,
    )
    return done.stdout.splitlines()
