"""What a server's hook counts, by its command and in Kea's statistics; both always add up."""

from collections import defaultdict
from typing import Any

from kit.lab.kea import Kea

ENDS = ("answered", "failures", "discarded", "undelivered", "queue", "open")
"""What has become of the events."""


def status(kea: Kea, name: str) -> dict[str, Any]:
    """How an entry fares, by the command."""
    answer = kea.control("runscript-status", name=name)
    assert answer["result"] == 0, answer
    (entry,) = answer["arguments"]["entries"]
    assert entry["name"] == name
    assert adds_up(entry), entry
    return entry


def statistics(kea: Kea) -> dict[str, dict[str, int]]:
    """All that Kea has of the hook, by entry."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for name, samples in kea.control("statistic-get-all")["arguments"].items():
        if name.startswith("runscript."):
            _, entry, counter = name.split(".")
            found[entry][counter] = samples[0][0]
    assert all(map(adds_up, found.values())), found
    return found


def adds_up(counts: dict[str, Any]) -> bool:
    """Whether each event is accounted for."""
    return counts["events"] == sum(counts[end] for end in ENDS)
