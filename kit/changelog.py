"""CHANGELOG.md as packages have it: whole, and as the list of versions that Debian wants."""

from __future__ import annotations

import gzip
import re
from datetime import UTC, datetime

import yaml

from kit.build import epoch
from kit.targets import CHANGELOG, Target

HEADING = re.compile(r"^## \[(\d+\.\d+\.\d+)\] - (\S+)$", re.MULTILINE)


def files(target: Target, version: str, maintainer: str) -> dict[str, bytes]:
    """What is in changelog.gz, for people, and changelog.yaml, of which nFPM makes Debian's.

    version: the package's; earlier releases have ours alone, since they had another Kea's.
    """
    text = CHANGELOG.read_text(encoding="utf-8")
    entries = [
        {
            "semver": version if number == 0 else ours,
            "date": _date(day).isoformat(),
            "packager": maintainer,
            "deb": {"urgency": "medium", "distributions": [target.suite]},
            "changes": [{"note": f"Version {ours}; changelog.gz has what is new."}],
        }
        for number, (ours, day) in enumerate(HEADING.findall(text))
    ]
    return {
        "changelog.gz": gzip.compress(text.encode(), mtime=0),
        "changelog.yaml": yaml.safe_dump(entries).encode(),
    }


def _date(day: str) -> datetime:
    """The day of a release; what is unreleased is from when it was last changed."""
    return (
        datetime.fromtimestamp(epoch(), UTC)
        if day == "unreleased"
        else datetime.fromisoformat(day).replace(tzinfo=UTC)
    )
