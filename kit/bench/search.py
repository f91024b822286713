"""The highest rate that still works."""

from collections.abc import Callable

FIRST_STEP = 1.06
MOST = 100_000


def highest(works: Callable[[int], bool], guess: float, precision: float) -> float:
    """The highest rate for which `works` is true, taking it for a threshold.

    guess: where to look first. The nearer it is, the fewer calls.
    precision: the most by which the lowest rate seen not to work exceeds the one returned, as a
        share. 0.0 is returned if not even a rate of 1 works.
    """
    low, high, rate, step = 0.0, 0.0, max(1.0, guess), FIRST_STEP
    while not (low and high):
        if works(round(rate)):
            low, rate = rate, rate * step
            if low > MOST:
                return low
        else:
            high, rate = rate, rate / step
            if high <= 1:
                return 0.0
        step = min(step**2, 4)
    while high > low * (1 + precision):
        middle = (low * high) ** 0.5
        if works(round(middle)):
            low = middle
        else:
            high = middle
    return low
