"""What the everyday run leaves to `./inv test --thorough`: who gets the mark of that name."""

from collections.abc import Iterable
from typing import Any

import pytest

BOTH_MODES = "trixie"
"""The target on which every day takes both threading modes."""

SINGLE_BY_DEFAULT = "bookworm"
"""The target whose Kea is single-threaded if it is not told; the others' are not."""


def every_day(chosen: str, among: Iterable[str]) -> list[Any]:
    """The parameters of a fixture or test that is done with one of them every day."""
    return [
        name if name == chosen else pytest.param(name, marks=pytest.mark.thorough) for name in among
    ]


def in_the_other_mode(parameters: dict[str, Any]) -> bool:
    """Whether a test has its Kea in the threading mode that is not its default.

    parameters: of the test's fixtures; `threads` says whether Kea has several.
    """
    target, threads = parameters.get("target"), parameters.get("threads")
    if target is None or threads is None or target == BOTH_MODES:
        return False
    return threads is (target == SINGLE_BY_DEFAULT)
