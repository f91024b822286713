"""The task that makes the repository."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from invoke import Context, task
from rich.console import Console

from kit import needs, signing, targets
from kit.package import everything
from kit.paths import BUILD
from kit.repository import make

FOLDER = BUILD / "repository"


@task(
    help={
        "target": "a name from packaging/targets.yml; without it, this machine's distribution",
        "all": "every target that is built here",
        "folder": "where the repository is; without it, build/repository",
    }
)
def repo(_: Context, target: str = "", all: bool = False, folder: str = "") -> None:
    """Add the packages of one target or all to a signed repository, for apt and dnf.

    The key is the one in the file that KEA_RUNSCRIPT_SIGNING_KEY names (secret, without a
    passphrase), else a demo key of this machine's.
    """
    needs.ensure()
    console = Console()
    place = Path(folder) if folder else FOLDER
    with console.status("packaging and signing"):
        key = signing.key()
        made = defaultdict(list)
        for chosen in targets.chosen(target, all):
            made[chosen.suite, chosen.track] += everything(chosen)
        make(made, place, key)
    console.print(f"{place}, signed by {key.name}", soft_wrap=True)
