"""The role beside a configuration that is not its own, which includes the hook's entry."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.lab import CommandFailed
from kit.lab.daemon import Daemon
from kit.paths import ROOT
from tests.role.hosts import Site

pytestmark = pytest.mark.thorough

PART = "/etc/kea/kea-runscript-dhcp4.json"
EXAMPLE = (ROOT / "examples" / "hooks_only" / "kea-dhcp4.conf").read_text()
INCLUDE = f"""    "hooks-libraries": [ <?include "{PART}"?> ],\n"""
HOOK = {"script": "debug", "hook-points": ["leases4_committed"]}


def configure(site: Site, text: str) -> None:
    """Write Kea's configuration, as its operator does."""
    site.kea.host.write(Daemon(site.kea.host, 4).file, text)


def reload(site: Site) -> None:
    """Have Kea read it."""
    answer = Daemon(site.kea.host, 4).control("config-reload")
    assert answer["result"] == 0, answer


def libraries(site: Site) -> list[str]:
    """The hook libraries that Kea serves with."""
    return [Path(entry["library"]).name for entry in site.kea.serves()["hooks-libraries"]]


@pytest.fixture(scope="module")
def operated(site: Site) -> Site:
    """A Kea that serves without us, as its operator has configured it."""
    assert INCLUDE in EXAMPLE
    site.kea.shell("apt-get -q -y install kea-dhcp4-server")
    configure(site, EXAMPLE.replace(INCLUDE, ""))
    site.kea.shell("systemctl restart kea-dhcp4-server")
    site.kea.access.client("before").dhcp4()
    return site


@pytest.fixture(scope="module")
def told(operated: Site) -> tuple[str, int]:
    """What a play says as long as the configuration includes nothing, and Kea's process before."""
    pid = operated.kea.pid()
    with pytest.raises(CommandFailed) as failure:
        operated.play("hooks_only", repository=True)
    return failure.value.result.stdout, pid


@pytest.fixture(scope="module")
def included(operated: Site, told: tuple[str, int]) -> Site:
    """The same with the hook, after the operator has heeded that."""
    configure(operated, EXAMPLE)
    reload(operated)
    assert libraries(operated) == []
    operated.play("hooks_only", repository=True)
    return operated


@pytest.fixture
def part(included: Site) -> Iterator[str]:
    """The entry, which is the same after the test."""
    before = included.kea.shell(f"cat {PART}")
    yield before
    assert included.kea.shell(f"cat {PART}") == before
    assert libraries(included) == ["kea-hook-runscript.so"]


def test_without_the_line_kea_is_not_touched_and_the_line_is_told(
    operated: Site, told: tuple[str, int]
) -> None:
    said, pid = told
    line = INCLUDE.strip().replace('"', '\\"')
    assert f"this line, or our part to the list that is there: {line}" in said
    assert operated.kea.pid() == pid


def test_the_hook_comes_into_the_operators_configuration_by_reload(
    included: Site, told: tuple[str, int]
) -> None:
    assert included.kea.pid() == told[1]
    assert libraries(included) == ["kea-hook-runscript.so"]
    assert included.kea.shell("cat /etc/kea/kea-dhcp4.conf") == EXAMPLE
    assert included.kea.shell(f"stat --format='%U %G %a' {PART}") == "root _kea 640\n"
    address = included.kea.access.client("visitor").dhcp4().address
    log = ["journalctl", "--output=cat", "--unit=kea-dhcp4-server.service"]
    included.kea.host.wait_for_output(log, f"KEA_LEASE4_ADDRESS={address}")


def test_a_second_run_changes_nothing(included: Site) -> None:
    assert included.play("hooks_only", repository=True).changed == {"site": 0}


def test_an_entry_that_kea_refuses_is_not_kept(included: Site, part: str) -> None:
    with pytest.raises(CommandFailed) as failure:
        included.play("hooks_only", repository=True, dhcp4_hook={**HOOK, "no-such": 1})
    said = failure.value.result.stdout
    assert "no-such" in said
    if included.target.suite == "bookworm":  # whose Kea checks no parameters before it loads them
        assert "The previous configuration is back and served." in said
    else:
        assert "See to kea_runscript_dhcp4_hook" in said


def test_the_operators_own_mistake_is_named_and_not_reloaded(included: Site, part: str) -> None:
    configure(included, EXAMPLE.replace('"id": 1', '"number": 1'))
    with pytest.raises(CommandFailed, match=r"kea-dhcp4\.conf, which is yours"):
        included.play("hooks_only", repository=True)
    configure(included, EXAMPLE)


def test_it_goes_once_the_operator_has_taken_the_line_out(included: Site) -> None:
    pid = included.kea.pid()
    with pytest.raises(CommandFailed, match=r"Take that line out, and run\s+this again") as failure:
        included.play("hooks_only", repository=True, state="absent")
    assert "changed=0" in failure.value.result.stdout
    assert libraries(included) == ["kea-hook-runscript.so"]
    configure(included, EXAMPLE.replace(INCLUDE, ""))
    included.play("hooks_only", repository=True, state="absent")
    assert libraries(included) == []
    assert included.kea.pid() == pid
    assert included.kea.shell("find / -xdev -iname '*runscript*' -not -path '/root/*'") == ""
    included.kea.access.client("after").dhcp4()
