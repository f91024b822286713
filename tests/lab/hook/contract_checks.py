"""What a script was told, against hook/contract.yml and against the traffic."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from kit import contract, targets
from kit.contract import HookPoint, Variable
from kit.lab import Host
from kit.targets import Target
from tests.lab.hook.calls import Call

CONTRACT = contract.load()
PATH = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}


def points(target: Target, family: int) -> list[HookPoint]:
    """The hook points that a server of this target's Kea has."""
    return [
        point
        for point in CONTRACT.hook_points.values()
        if point.family == f"v{family}"
        and point.origin == "kea"
        and _numbers(point.since or "0") <= release(target)
    ]


def ifindex(server: Host) -> str:
    """The number of the server's interface eth1."""
    shown = server.run(["ip", "-json", "link", "show", "dev", "eth1"]).stdout
    return str(json.loads(shown)[0]["ifindex"])


def release(target: Target) -> tuple[int, ...]:
    """The release of a target's Kea, as in (2, 6, 3)."""
    return _numbers(targets.kea_release(target))


def assert_told(call: Call, expected: Mapping[str, Any], options: Iterable[str]) -> None:
    """The call has exactly these variables, all of them in the contract, each of its type.

    options: names of variables for options that were asked for.
    """
    assert call.others == PATH, call
    assert call.told == expected, f"{call.point}: {differences(call.told, expected)} in {call.told}"
    known = {v.name: v for v in CONTRACT.hook_points[call.point].variables}
    for name, value in call.told.items():
        if name not in options:
            variable = known.get(name) or known[name.replace(name[16:17], "<n>", 1)]
            assert variable.fits(value), f"{call.point}: {name}={value!r} is no {variable}"
    always = {v.name for v in known.values() if not v.only and not v.numbered}
    assert always <= call.told.keys()


def differences(told: Mapping[str, str], expected: Mapping[str, Any]) -> list[str]:
    """What was told otherwise than expected, for people."""
    names = sorted(told.keys() | expected.keys())
    return [
        f"{name}={told.get(name)!r} instead of {expected.get(name)!r}"
        for name in names
        if told.get(name) != expected.get(name)
    ]


def option_variables(family: int, code: int) -> set[str]:
    """The names of the variables for an option in queries and responses."""
    names = (option.name for option in CONTRACT.options)
    return {n.replace("<code>", str(code)) for n in names if f"{family}_" in n}


def not_exercised(calls: Iterable[Call], family: int) -> list[Variable]:
    """The variables of the contract that no call had a value for."""
    seen = {name for call in calls for name, value in call.told.items() if value}
    seen |= {name.replace(name[16:17], "<n>", 1) for name in seen if "6_RELAY" in name}
    groups = CONTRACT.groups.values()
    names = {
        g.name for p in CONTRACT.hook_points.values() if p.family == f"v{family}" for g in p.groups
    }
    return [v for g in groups if g.name in names for v in g.variables if v.name not in seen]


def _numbers(release: str) -> tuple[int, ...]:
    return tuple(map(int, release.split(".")))
