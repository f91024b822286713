"""The role's life on one host: from a package file to newer and older packages, and away again.

The tests follow each other: the package comes, moves, and goes.
"""

from dataclasses import dataclass
from pathlib import Path

import pytest

from kit import package, targets
from kit.lab import CommandFailed
from kit.lab.client import Client
from kit.lab.play import Play
from tests.packaging import newer
from tests.role.hosts import NEWER, Site

pytestmark = pytest.mark.thorough
LEASES = "cat /var/lib/kea/kea-leases4.csv"


@pytest.fixture(scope="module")
def refused(site: Site, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What a play says on the bare host about a package for a Kea that is not to be had there."""
    file = newer.hook(site.target, tmp_path_factory.mktemp("other"))
    with pytest.raises(CommandFailed) as failure:
        site.play("from_file", package_file=str(file))
    return failure.value.result.stdout


@pytest.fixture(scope="module")
def before(site: Site, refused: str) -> set[str]:
    """The files on the host with Debian's Kea and nothing of ours."""
    site.kea.shell("apt-get -q -y install kea-dhcp4-server python3-apt")
    return site.files()


@pytest.fixture(scope="module")
def installed(site: Site, before: set[str]) -> Site:
    """The host with our package, from a file."""
    site.play("from_file", package_file=str(site.ours))
    return site


@dataclass(frozen=True)
class Gone:
    """How the host was before `state: absent` and after it.

    checked, left: the runs, the first in check mode; again: the run after that.
    client: has had its lease all along.
    """

    checked: Play
    left: Play
    again: Play
    client: Client
    pids: tuple[int, int]
    leases: tuple[str, str]
    files: tuple[set[str], set[str]]


@pytest.fixture(scope="module")
def gone(installed: Site) -> Gone:
    site = installed
    client = site.kea.access.client("stays")
    client.dhcp4()
    pid, leases, files = site.kea.pid(), site.kea.shell(LEASES), site.files()
    checked = site.play("from_file", "--check", "--diff", state="absent")
    files = (files, site.files())
    left = site.play("from_file", state="absent")
    leases = (leases, site.kea.shell(LEASES))
    again = site.play("from_file", state="absent")
    return Gone(checked, left, again, client, (pid, site.kea.pid()), leases, files)


def test_a_package_for_another_kea_is_refused_before_anything_changes(
    site: Site, refused: str
) -> None:
    release = targets.kea_release(site.target)
    assert f"is for Kea {newer.KEA}, and this host would get Kea {release}." in refused
    assert "Give kea_runscript_package_file a kea-hook-runscript" in refused
    assert "changed=0" in refused


def test_a_package_file_is_installed_and_its_hook_served(installed: Site) -> None:
    assert installed.version() == package.full_version(installed.target)
    client = installed.kea.access.client("guest")
    address = client.dhcp4().address
    log = ["journalctl", "--output=cat", "--unit=kea-dhcp4-server.service"]
    said = installed.kea.host.wait_for_output(log, f"KEA_LEASE4_ADDRESS={address}")
    assert "hook point: leases4_committed" in said
    assert not installed.kea.host.inside("/run/kea-hook-runscript.deb").exists()


def test_a_second_run_with_a_package_file_changes_nothing(installed: Site) -> None:
    assert installed.play("from_file", package_file=str(installed.ours)).changed == {"site": 0}


def test_a_newer_package_and_an_older_one_restart_kea_once_each(installed: Site) -> None:
    site, version = installed, package.full_version(installed.target)
    for wanted in (NEWER, targets.version()):
        pid, starts = site.kea.pid(), site.starts()
        site.play("from_file", repository=True, package_file="", version=f"{wanted}-*")
        assert site.version() == version.replace(targets.version(), wanted)
        assert site.starts() == starts + 1
        assert site.kea.pid() != pid
        assert site.kea.serves()["hooks-libraries"]
    # The newer one is still on offer, and apt leaves it alone.
    site.kea.shell("apt-get -q -y upgrade")
    assert site.version() == version


def test_a_version_that_is_not_offered_is_named_beside_those_that_are(installed: Site) -> None:
    version = installed.version()
    with pytest.raises(CommandFailed, match="apt offers no kea-hook-runscript 9") as f:
        installed.play("from_file", repository=True, package_file="", version="9.9.9")
    assert version in f.value.result.stdout
    assert installed.version() == version


def test_absent_in_check_mode_shows_and_changes_nothing(gone: Gone) -> None:
    before, after = gone.files
    assert before == after
    assert '-        "library": "' in gone.checked.output
    assert gone.checked.changed != {"site": 0}


def test_absent_leaves_no_file_rule_user_or_service(
    site: Site, before: set[str], gone: Gone
) -> None:
    after = site.files()
    assert after - before == set()
    assert before - after == set()
    named = "find / -xdev -iname '*runscript*' -not -path '/root/.ansible/*'"
    assert site.kea.shell(named) == ""
    lists = f"find /var/lib/apt/lists -name '*_{site.target.track}_*'"
    assert site.kea.shell(lists) == ""
    assert site.kea.shell("systemctl list-units --all --no-legend '*runscript*'") == ""
    shown = site.kea.shell("systemctl show --property=KillMode kea-dhcp4-server.service")
    assert shown == "KillMode=control-group\n"
    assert "runscript" not in site.kea.shell("cat /etc/kea/*.conf")


def test_absent_keeps_kea_its_leases_and_its_subnets(site: Site, gone: Gone) -> None:
    before, after = gone.leases
    assert before == after
    before, after = gone.pids
    assert before == after != 0
    configuration = site.kea.serves()
    assert [subnet["subnet"] for subnet in configuration["subnet4"]] == ["10.255.0.0/24"]
    assert configuration["hooks-libraries"] == []
    assert site.kea.access.client("comes").dhcp4().address != gone.client.lease4().address
    gone.client.release()


def test_absent_once_more_changes_nothing(gone: Gone) -> None:
    assert gone.again.changed == {"site": 0}


def test_absent_changes_nothing_where_nothing_was(site: Site, gone: Gone) -> None:
    site.kea.shell("apt-get -q -y purge kea-common")
    for options in ([], ["--check"]):
        assert site.play("from_file", *options, state="absent").changed == {"site": 0}


def test_a_script_that_nobody_deployed_stays(site: Site, tmp_path: Path) -> None:
    script = "/etc/kea-runscript/scripts/own"
    site.kea.host.write(script, "#!/bin/sh\n", 0o755)
    assert site.play("from_file", state="absent").changed == {"site": 0}
    assert site.kea.host.inside(script).exists()
    site.kea.shell("rm -r /etc/kea-runscript")
