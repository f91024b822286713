"""Kea confined by AppArmor, enforced: routes that follow leases, by each way."""

import pytest

from kit.customer import Customer
from kit.lab import capture
from tests.vm.conftest import Confined, cursor

pytestmark = pytest.mark.vm
FAMILIES = (4, 6)
PATIENCE = 60
"""Seconds that something may take which takes one elsewhere."""


@pytest.mark.parametrize("family", FAMILIES)
def test_kea_is_confined(kea: Confined, family: int) -> None:
    confined = kea.server.shell(f"cat /proc/{kea.server.pid(family)}/attr/current")
    assert confined.strip() == f"kea-dhcp{family} (enforce)"


def test_sudo_is_installed_only_where_it_is_needed(kea: Confined) -> None:
    found = kea.vm.run(["sh", "-c", "command -v sudo"], check=False).returncode == 0
    assert found is (kea.privilege == "sudo")


@pytest.mark.parametrize("family", FAMILIES)
def test_the_route_comes_before_the_reply_and_goes_with_the_release(
    kea: Confined, family: int
) -> None:
    client = kea.server.access.client(f"client-{family}-{kea.privilege}")
    who = Customer(kea.server, client, family)
    with kea.vm.watch_routes() as watch, kea.vm.capture("eth1") as packets:
        prefix = who.lease(PATIENCE)
        route = watch.wait_for(prefix, timeout=PATIENCE)
        reply = kea.vm.wait_for(
            lambda: next((p for p in capture.read(packets) if p.kind == who.reply), None),
            f"a {who.reply}",
        )
        assert "proto 75" in route.route
        assert route.time < reply.time
        if family == 4:
            # By option 121, and the answer by the route.
            client.run(["ping", "-c", "1", "-W", "10", "10.255.0.1"])
        client.release()
        who.gone(watch, prefix, PATIENCE)


def test_a_second_run_changes_nothing(kea: Confined) -> None:
    assert kea.server.play().changed == {kea.vm.name: 0}


def test_nothing_was_denied(kea: Confined) -> None:
    assert kea.denied() == []


# Not with the service: Debian 13's kernel lets everybody connect whom the socket itself lets.
@pytest.mark.parametrize("kea", ["sudo"], indirect=True)
@pytest.mark.parametrize("family", FAMILIES)
def test_without_the_roles_rule_keas_log_names_apparmor_and_the_file(
    kea: Confined, family: int
) -> None:
    profile = f"/etc/apparmor.d/usr.sbin.kea-dhcp{family}"
    rules = profile.replace("apparmor.d/", "apparmor.d/local/")
    load = f"apparmor_parser --replace {profile}"

    def logged(text: str, since: str) -> str:
        def probe() -> str:
            return next((line for line in kea.journal(since).splitlines() if text in line), "")

        return kea.vm.wait_for(probe, f"{text} in the journal", PATIENCE)

    before = cursor(kea.server)
    kea.server.shell(f"cp {rules} /root/rules; : >{rules}; {load}")
    kea.server.shell(f"systemctl restart kea-dhcp{family}-server")
    said = logged("RUNSCRIPT_RUNNER_START_DENIED", before)
    assert "AppArmor" in said
    assert rules in said
    assert kea.denied(before)
    taken = cursor(kea.server)
    kea.server.shell(f"cat /root/rules >{rules}; {load}")
    assert logged("RUNSCRIPT_RUNNER_STARTED", taken)
