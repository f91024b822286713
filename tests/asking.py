"""A DHCPv4 client that asks without end, to see for how long nobody answers."""

import threading
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from kit.lab.relay import Relay, Reply4
from kit.wait import until


class Asking(threading.Thread):
    """Asks again every `interval` seconds, as long as its `with` lasts, or until it is to `end`.

    ask: one round; returns the reply that ends it, None if none has come in time.
    replies: what came in time.
    missed: rounds without a reply.
    """

    def __init__(self, ask: Callable[[], Reply4 | None], interval: float):
        super().__init__()
        self._ask = ask
        self._interval = interval
        self._ends = threading.Event()
        self.replies: list[Reply4] = []
        self.missed = 0

    def __enter__(self) -> "Asking":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def run(self) -> None:
        while not self._ends.is_set():
            began = time.monotonic()
            if reply := self._ask():
                self.replies.append(reply)
            else:
                self.missed += 1
            self._ends.wait(began + self._interval - time.monotonic())

    def end(self) -> None:
        self._ends.set()
        self.join()

    def wait_for_reply(self, timeout: float = 15) -> None:
        """Wait until it has one more reply than now."""
        before = len(self.replies)
        until(lambda: len(self.replies) > before, timeout, "the client gets a reply")

    def gap(self) -> float:
        """The longest time from one reply to the next, in seconds."""
        times = [reply.time for reply in self.replies]
        return max(later - earlier for earlier, later in pairwise(times))


def renews(relay: Relay, client: int, patience: float) -> Callable[[], Reply4 | None]:
    """Gets a client its lease; the rounds renew it by way of the relay.

    patience: how long a reply is waited for, in seconds.
    """
    address = relay.lease(client)

    def ask() -> Reply4 | None:
        return relay.reply(relay.send("RENEW", client, address), patience)

    return ask


def exchanges(
    relay: Relay, client: int, patience: float, tries: int = 1
) -> Callable[[], Reply4 | None]:
    """The rounds are whole exchanges, from DISCOVER to ACK; the same `patience` for each reply.

    tries: how often each message is sent, as clients do without a reply.
    """

    def answer(*message: Any, **options: Any) -> Reply4 | None:
        for _ in range(tries):
            if reply := relay.reply(relay.send(*message, **options), patience):
                return reply
        return None

    def ask() -> Reply4 | None:
        if not (offer := answer("DISCOVER", client)):
            return None
        return answer("REQUEST", client, offer.address, options={54: offer.options[54]})

    return ask
