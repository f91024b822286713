"""What the pages tell the reader to try, tried."""

import re
from collections.abc import Callable

from kit import build, targets
from kit.paths import ROOT
from kit.targets import Target

PROGRAMS = "/usr/libexec/kea-hook-runscript"


def block(page: str, language: str) -> str:
    """The only block of a page that is marked as this language."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)
    return found


def test_the_runner_answers_as_the_protocols_page_shows(target: Target) -> None:
    build.build(target)
    prepare = f"mkdir -p /usr/libexec; ln -s {build.BUILD_THERE}/stage{PROGRAMS} {PROGRAMS}\n"
    said = build.inside(target, ["sh", "-euc", prepare + block("docs/protocol.md", "sh")])
    assert said == block("docs/protocol.md", "text")


def test_kea_takes_the_readmes_configuration(target: Target, machine: Callable) -> None:
    # Kea 2.2 can't look at a hook's parameters without starting.
    check = "-t" if targets.kea_release(target).startswith("2.2.") else "-T"
    configuration = block("README.md", "json").replace("eth1", "lo")
    machine(f"""
        apt-get -q update && apt-get -q -y install kea-hook-runscript
        mkdir -p /etc/kea-runscript/scripts
        install -m 755 /dev/null /etc/kea-runscript/scripts/debug
        cat >/etc/kea/kea-dhcp4.conf <<'END'\n{configuration}\nEND
        kea-dhcp4 {check} /etc/kea/kea-dhcp4.conf
    """)
