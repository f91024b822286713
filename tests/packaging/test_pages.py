"""What the pages and examples tell the reader to try, tried."""

import json
import re
from collections.abc import Callable

import pytest

from kit import build, targets
from kit.paths import ROOT
from kit.targets import Target

PROGRAMS = "/usr/libexec/kea-hook-runscript"
EXAMPLES = [
    str(path.relative_to(ROOT))
    for path in ROOT.glob("examples/*/kea-dhcp?.conf")
    if "<?include" not in path.read_text()  # tests/role has what it includes
]


def block(page: str, language: str) -> str:
    """The only block of a page that is marked as this language."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)
    return found


def checks(target: Target, configuration: str) -> str:
    """Shell that has Kea check a configuration for either family, with a script where it names one.

    What it says of interfaces is of no interest: eth1 becomes one that is there.
    """
    (root,) = json.loads(configuration)
    option = "-T"
    if targets.kea_release(target).startswith("2.2."):
        # It can't look at a hook's parameters without starting, and some it does not have.
        option = "-t"
        configuration = re.sub(r',\s+"lease._changed"', "", configuration)
    scripts = re.findall(r'"script": "(/etc/kea-runscript/\S+)"', configuration)
    return f"""
        apt-get -q update && apt-get -q -y install kea-hook-runscript
        for script in {" ".join(scripts)}; do install -D -m 755 /dev/null $script; done
        install -d -m 750 /run/kea
        cat >/etc/kea/checked.conf <<'END'\n{configuration.replace("eth1", "lo")}\nEND
        kea-{root.lower()} {option} /etc/kea/checked.conf
    """


def test_the_runner_answers_as_the_protocols_page_shows(target: Target) -> None:
    build.build(target)
    prepare = f"mkdir -p /usr/libexec; ln -s {build.BUILD_THERE}/stage{PROGRAMS} {PROGRAMS}\n"
    said = build.inside(target, ["sh", "-euc", prepare + block("docs/protocol.md", "sh")])
    assert said == block("docs/protocol.md", "text")


def test_kea_takes_the_readmes_configuration(target: Target, machine: Callable) -> None:
    machine(checks(target, block("README.md", "json")))


@pytest.mark.parametrize("example", EXAMPLES)
def test_kea_takes_the_examples_configuration(
    target: Target, machine: Callable, example: str
) -> None:
    machine(checks(target, (ROOT / example).read_text()))
