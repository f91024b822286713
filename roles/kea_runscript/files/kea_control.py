"""Ask a Kea server on its control socket. Runs on the host, with Python's standard library alone.

kea_control.py SOCKET UNIT reload               reload the configuration from its file
kea_control.py SOCKET UNIT prove MARK SECONDS   wait until UNIT serves the configuration that bears
                                                MARK (any, if empty)

Of servers with an HA partner:

kea_control.py SOCKET UNIT scopes               print how many scopes it serves
kea_control.py SOCKET UNIT alone                have it serve all, its partner nothing
kea_control.py SOCKET UNIT together SECONDS     end that, as soon as its partner can bear it
kea_control.py SOCKET UNIT whole SECONDS        wait until both have their part again

`prove` prints the marks that the served configuration bears: the one that the role wrote into it, a
hash of each entry of `hooks-libraries`, and "none" where nothing is of the role or loads the hook.
Exit status 1: no, and the reason is on standard error.
"""

import hashlib
import json
import re
import socket
import subprocess
import sys
import time

NORMAL = ("hot-standby", "load-balancing")
ALONE = ("partner-down", "partner-in-maintenance")


class Refused(Exception):
    """The server did not do, or is not, what was asked for; the text says why."""


def ask(path, command):
    """Send one command, return its arguments.

    OSError or Refused when nobody answers, Refused when the server declines.
    """
    with socket.socket(socket.AF_UNIX) as peer:
        peer.settimeout(30)
        try:
            peer.connect(path)
        except OSError as error:
            raise Refused(f"nobody listens at {path}: {error.strerror}") from error
        peer.sendall(json.dumps({"command": command}).encode())
        answer = json.loads(b"".join(iter(lambda: peer.recv(65536), b"")))
    if answer["result"] != 0:
        raise Refused(f"{command}: {answer.get('text', answer)}")
    return answer.get("arguments", {})


def until(probe, seconds, interval):
    """What `probe` returns, once it raises none of what ask() does; its last one after `seconds`.

    interval: seconds from one try to the next. Kea logs each question: don't flood its log.
    """
    end = time.monotonic() + seconds
    while True:
        try:
            return probe()
        except (OSError, ValueError, Refused):
            if time.monotonic() >= end:
                raise
        time.sleep(interval)


def marks(configuration):
    """What a server's configuration, a dict, can be known by: a set of words."""
    entries = configuration.get("hooks-libraries", [])
    found = {
        hashlib.sha256(json.dumps(entry, sort_keys=True).encode()).hexdigest() for entry in entries
    }
    own = configuration.get("user-context", {}).get("kea-runscript")
    if own:
        return found | {own}
    return found if any(map(ours, entries)) else found | {"none"}


def ours(entry):
    """Whether an entry of `hooks-libraries` loads the hook."""
    return entry["library"].endswith("/kea-hook-runscript.so")


def served(path, unit):
    """The marks of the configuration that the unit serves now, or an exception."""
    show = ["systemctl", "show", "--property=MainPID", "--value", unit]
    main = int(subprocess.run(show, check=True, stdout=subprocess.PIPE).stdout)
    if not main:
        raise Refused(unit + " is not active")
    with open(f"/proc/{main}/maps") as maps:
        if re.search(r"/\S*kea\S* \(deleted\)$", maps.read(), re.MULTILINE):
            raise Refused(unit + " runs files that have been replaced since it was started")
    status = ask(path, "status-get")
    if status["pid"] != main:
        raise Refused(f"{path} is of process {status['pid']}, {unit} of {main}")
    sockets = status.get("sockets", {})
    if sockets.get("status", "ready") != "ready":
        raise Refused(f"sockets are {sockets['status']}: {sockets.get('errors')}")
    configuration = ask(path, "config-get")
    root = next(value for key, value in configuration.items() if key.startswith("Dhcp"))
    if any(map(ours, root.get("hooks-libraries", []))):
        ask(path, "runscript-status")
    return marks(root)


def prove(path, unit, mark, seconds):
    """Wait until `mark` is served, or any if that is empty, and return what is served."""

    def probe():
        found = served(path, unit)
        if mark not in {"", *found}:
            raise Refused("another configuration is served")
        return found

    return until(probe, float(seconds), 0.2)


def pairs(path):
    """What the server knows of its HA pairs: a list of maps with `local` and `remote`."""
    found = [pair["ha-servers"] for pair in ask(path, "status-get").get("high-availability", [])]
    if not found:
        raise Refused("it has no HA partner: its configuration does not load libdhcp_ha.so")
    return found


def scopes(path):
    """How many scopes the server serves; 0 on a standby."""
    return sum(len(pair["local"]["scopes"]) for pair in pairs(path))


def alone(path):
    """Have the server serve all, unless it does; Refused when it can't."""
    if all(pair["local"]["state"] in ALONE for pair in pairs(path)):
        return
    ask(path, "ha-maintenance-start")


def together(path):
    """Have the server and its partner go back to their parts; Refused while the partner can't.

    One that has seen its partner away goes back by itself.
    """
    if any(pair["local"]["state"] == "partner-in-maintenance" for pair in pairs(path)):
        ask(path, "ha-maintenance-cancel")


def whole(path, unit):
    """Refused unless the server serves, scripts can run, and both of each pair have their part."""
    served(path, unit)
    hook = "runscript-status" in ask(path, "list-commands")
    for entry in ask(path, "runscript-status")["entries"] if hook else []:
        if not entry["connected"]:
            raise Refused(f"nothing runs for the hook's entry {entry['name']}")
    for pair in pairs(path):
        local, remote = pair["local"], pair["remote"]
        if local["state"] not in NORMAL:
            raise Refused(f"its HA state is {local['state']}")
        if not remote["in-touch"]:
            raise Refused("its HA partner is out of reach")
        if remote["last-state"] not in NORMAL:
            raise Refused(f"its HA partner's state is {remote['last-state']}")


def main(path, unit, verb, *arguments):
    """Run one verb; the reason of a failure goes to standard error."""
    try:
        if verb == "reload":
            ask(path, "config-reload")
        elif verb == "prove":
            print(*prove(path, unit, *arguments))
        elif verb == "scopes":
            print(scopes(path))
        elif verb == "alone":
            alone(path)
        elif verb == "together":
            until(lambda: together(path), float(*arguments), 1)
        elif verb == "whole":
            until(lambda: whole(path, unit), float(*arguments), 1)
    except (OSError, ValueError, Refused) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(*sys.argv[1:])
