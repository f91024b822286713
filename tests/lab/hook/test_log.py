"""What of a worker's lines is in Kea's log: as the severity of its logger says."""

import pytest

from kit.lab import Host
from kit.lab.kea import SCRIPTS, Kea
from kit.lab.relay import Relay

WORKER = """#!/bin/sh
while IFS= read -r line; do
    case $line in
    EVENT=*) line=${line#*=} id=${line%% *} ;;
    '')
        [ -n "$id" ] || continue
        seq -f "log debug $id detail %g" 200
        seq -f "log info $id step %g" 20
        echo "log error $id alas"
        echo "done $id 0"
        id=
        ;;
    esac
done
"""


@pytest.mark.parametrize("severity", ["INFO", "WARN"])
def test_lines_below_its_severity_keep_no_others_out(
    kea4: Kea, relay: Relay, server: Host, severity: str
) -> None:
    server.write(f"{SCRIPTS}/talk", WORKER, 0o755)
    parameters = {
        "script": f"{SCRIPTS}/talk",
        "mode": "worker",
        "hook-points": ["leases4_committed"],
    }
    output = {"output": "/var/log/kea/kea-dhcp4.log", "pattern": "%-5p %m\n"}
    levels = {"kea-dhcp4": "INFO", "kea-dhcp4.runscript": severity}
    loggers = [
        {"name": name, "severity": least, "output_options": [output]}
        for name, least in levels.items()
    ]
    kea4.start(parameters, loggers=loggers)
    relay.lease(1)
    kea4.wait_for_log("alas")
    assert kea4.log().count(": step ") == (20 if severity == "INFO" else 0)
    assert ": detail " not in kea4.log()
