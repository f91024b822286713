"""Ask a Kea server on its control socket. Runs on the host, with Python's standard library alone.

kea_control.py SOCKET UNIT reload               reload the configuration from its file
kea_control.py SOCKET UNIT prove MARK SECONDS   wait until UNIT serves the configuration that bears
                                                MARK (any, if empty)

`prove` prints the mark that is served. Exit status 1: no, and the reason is on standard error.
"""

import json
import socket
import subprocess
import sys
import time


class Refused(Exception):
    """The server did not do, or is not, what was asked for; the text says why."""


def ask(path, command):
    """Send one command, return its arguments (a dict).

    OSError when nobody listens, Refused when the server declines.
    """
    with socket.socket(socket.AF_UNIX) as peer:
        peer.settimeout(30)
        peer.connect(path)
        peer.sendall(json.dumps({"command": command}).encode())
        answer = json.loads(b"".join(iter(lambda: peer.recv(65536), b"")))
    if answer["result"] != 0:
        raise Refused(f"{command}: {answer.get('text', answer)}")
    return answer.get("arguments", {})


def served(path, unit):
    """The mark of the configuration that the unit serves now, or an exception."""
    show = ["systemctl", "show", "--property=MainPID", "--value", unit]
    main = int(subprocess.run(show, check=True, stdout=subprocess.PIPE).stdout)
    if not main:
        raise Refused(unit + " is not active")
    status = ask(path, "status-get")
    if status["pid"] != main:
        raise Refused(f"{path} is of process {status['pid']}, {unit} of {main}")
    sockets = status.get("sockets", {})
    if sockets.get("status", "ready") != "ready":
        raise Refused(f"sockets are {sockets['status']}: {sockets.get('errors')}")
    configuration = ask(path, "config-get")
    root = next(value for key, value in configuration.items() if key.startswith("Dhcp"))
    return root.get("user-context", {}).get("kea-runscript", "")


def prove(path, unit, mark, seconds):
    """Poll until `mark` is served; Refused when it is not after `seconds`.

    Kea logs each question: don't flood its log.
    """
    end = time.monotonic() + seconds
    while True:
        try:
            found = served(path, unit)
            if mark in ("", found):
                return found
            problem = "another configuration is served"
        except (OSError, ValueError, Refused) as error:
            problem = str(error)
        if time.monotonic() >= end:
            raise Refused(problem)
        time.sleep(0.2)


def main(path, unit, verb, mark="", seconds="0"):
    """Run one verb; the reason of a failure goes to standard error."""
    try:
        if verb == "reload":
            ask(path, "config-reload")
        else:
            print(prove(path, unit, mark, float(seconds)))
    except (OSError, ValueError, Refused) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(*sys.argv[1:])
