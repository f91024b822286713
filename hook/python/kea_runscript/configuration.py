"""Kea's configuration files: JSON with comments, inclusions and superfluous commas."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

LIBRARY = "kea-hook-runscript.so"
SERVERS = {"Dhcp4": 4, "Dhcp6": 6}

_TEXT = r'"(?:\\.|[^"\\])*"'
_NOT_JSON = re.compile(
    rf'(?P<text>{_TEXT})|(?P<comment>//[^\n]*|\#[^\n]*|/\*.*?\*/)|<\?include\s+"(?P<file>[^"]*)"\s*\?>',
    re.DOTALL,
)
_LAST_COMMA = re.compile(rf"({_TEXT})|,(?=\s*[\]}}])")
_DEEPEST = 10
"""How deep Kea lets files include each other."""


class ConfigurationError(Exception):
    """A file that cannot be understood; the text names it, and what is wrong."""


def read(path: Path) -> Any:
    """What a file of Kea's says, as Python's json has it; raises ConfigurationError."""
    text = _LAST_COMMA.sub(lambda found: found[1] or "", _json_of(path, 0))
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        line = text.splitlines()[error.lineno - 1].strip() if text.strip() else ""
        raise ConfigurationError(
            f"{path}: line {error.lineno}, column {error.colno}: {error.msg}: {line}"
        ) from error


def stanzas(configuration: Any, family: int | None) -> list[tuple[int, dict[str, Any]]]:
    """The parameters of our library wherever they stand, each with the family of the server.

    configuration: of a server, or a part of one: its `hooks-libraries`, or one of these.
    family: 4 or 6, to be given for a part, which does not say it.
    Raises ConfigurationError where the form is another one, or the family is not known.
    """
    if isinstance(configuration, dict) and (servers := SERVERS.keys() & configuration):
        found = {SERVERS[name]: configuration[name] for name in sorted(servers)}
        libraries = {known: server.get("hooks-libraries", []) for known, server in found.items()}
    elif family is None:
        raise ConfigurationError(
            "neither Dhcp4 nor Dhcp6 is in it; for a part of a configuration give --family"
        )
    else:
        part = configuration if isinstance(configuration, list) else [configuration]
        libraries = {family: part}
    return [
        (known, library.get("parameters") or {})
        for known, listed in libraries.items()
        for library in listed
        if Path(library.get("library", "")).name == LIBRARY
    ]


def _json_of(path: Path, depth: int) -> str:
    """The text of a file, with what it includes and without its comments, on the same lines."""
    if depth > _DEEPEST:
        raise ConfigurationError(f"{path}: included by a file that it includes itself")
    try:
        text = path.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}") from error

    def plain(found: re.Match[str]) -> str:
        if found["text"]:
            return found["text"]
        if found["comment"]:
            return "\n" * found["comment"].count("\n")
        return _json_of(Path(found["file"]), depth + 1)

    return _NOT_JSON.sub(plain, text)
