"""How ssh gets into a lab's hosts, from within the lab."""

from pathlib import Path


def options(lab: Path) -> list[str]:
    """Options of the ssh program: nothing of the user's is read, a connection is kept for others.

    lab: the lab's folder.
    """
    keys = lab / "keys"
    return [
        *("-F", "/dev/null", "-i", str(keys / "login")),
        *("-o", f"UserKnownHostsFile={keys / 'known_hosts'}", "-o", "StrictHostKeyChecking=yes"),
        *("-o", "BatchMode=yes", "-o", "LogLevel=ERROR", "-o", "ConnectTimeout=10"),
        *("-o", "ControlMaster=auto", "-o", "ControlPersist=60s"),
        *("-o", f"ControlPath={lab / 'ssh'}/%C"),
    ]
