"""What is secret stays out of logs and diffs, and out of files that others may read."""

import pytest

from kit.lab import CommandFailed
from kit.server import Server

pytestmark = pytest.mark.thorough

PASSWORD, KEY, CODE = "pass-4fd1c0e7", "tsig-9be27a35", "code-6c08f14d"
SECRETS = (PASSWORD, KEY, CODE)

VARIABLES = {
    "dhcp4_config": {
        "lease-database": {"type": "memfile", "user": "kea", "password": PASSWORD},
        "option-data": [
            # The operator's own mark.
            {"name": "boot-file-name", "data": CODE, "user-context": {"secret": True}}
        ],
    },
    "dhcp4_hook": {
        "script": "slash32_routes",
        "hook-points": ["leases4_committed", "lease4_expire"],
        "environment": {"TSIG_KEY": KEY},
    },
}
SEARCH = f"grep -rlE '{'|'.join(SECRETS)}' /etc /var/lib/kea /var/log /run /tmp /root || :"
LOUD = ("-vvv", "--diff")


@pytest.fixture(scope="module")
def told(host: Server) -> str:
    """What the plays say that show, bring and change them, have them refused, and would go back."""
    said = [
        host.play("--check", *LOUD, **VARIABLES).output,
        host.play(*LOUD, **VARIABLES).output,
    ]
    config = {**VARIABLES["dhcp4_config"], "valid-lifetime": 1800}
    said.append(host.play(*LOUD, **{**VARIABLES, "dhcp4_config": config}).output)
    with pytest.raises(CommandFailed, match="Kea refuses") as failure:
        host.play(*LOUD, **{**VARIABLES, "dhcp4_config": {**config, "no-such-word": 1}})
    said.append(host.play("--check", *LOUD).output)
    return "".join([*said, failure.value.result.stdout])


def test_ansible_does_not_tell(told: str) -> None:
    assert [line for line in told.splitlines() if any(secret in line for secret in SECRETS)] == []


def test_the_logs_do_not_tell(host: Server, told: str) -> None:
    assert PASSWORD in host.shell("cat /etc/kea/kea-dhcp4.conf")
    journal = host.shell("journalctl --no-pager --output=verbose --all")
    assert "kea-dhcp4" in journal
    assert not [secret for secret in SECRETS if secret in journal]


def test_only_kea_can_read_them(host: Server, told: str) -> None:
    files = host.shell(SEARCH).split()
    assert set(files) >= {
        f"/etc/kea/kea-dhcp4.conf{suffix}" for suffix in ("", ".previous", ".candidate")
    }
    modes = host.shell(f"stat --format='%U %G %a' {' '.join(files)}")
    assert set(modes.splitlines()) == {"root _kea 640"}
