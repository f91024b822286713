"""The folders that everything shares."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The checkout."""

BUILD = ROOT / "build"
"""What is built from the checkout, one folder for each target; git ignores it."""

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "kea-hook-runscript"
"""What outlives a checkout: roots and downloads, each under a key made of what went into it."""
