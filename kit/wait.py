"""Waiting for something to become true: polled, with a deadline, never a blind sleep."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
INTERVAL = 0.02


def until(probe: Callable[[], T], timeout: float, what: str | Callable[[], str]) -> T:
    """The first true value that `probe` returns.

    timeout: seconds, after which TimeoutError says that `what` did not happen.
    what: the event waited for; a function when the text is only known at the end.
    """
    deadline = time.monotonic() + timeout
    while True:
        # The clock first: a probe that takes long still counts when it succeeds.
        late = time.monotonic() > deadline
        value = probe()
        if value:
            return value
        if late:
            raise TimeoutError(
                f"not within {timeout:g} s: {what if isinstance(what, str) else what()}"
            )
        time.sleep(INTERVAL)
