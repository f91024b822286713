"""The hook's own C++, as Python sees it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal, TypeVar, overload

from kea_runscript.lease import Lease4, Lease6

T = TypeVar("T")
Verdict = Literal["continue", "skip", "drop"]

def escape(text: str) -> str:
    r"""The text as the stream and Kea's log have it: a backslash becomes two, an octet below 0x20
    and 0x7F become `\xHH`. The result has no line feed and no control character.
    """

def unescape(text: str) -> str:
    r"""The text that was escaped; a NUL stays the four characters `\x00`, as in a script's
    environment.
    """

class VersionRefused(Exception):
    """The stream is of a version that this package does not know."""

class ConfigError(ValueError):
    """A parameter that the hook does not accept; the text is what Kea's log would say."""

class Event(Mapping[str, str]):
    r"""One event: a mapping from the names of its variables to their values.

    A value is text in which octets that are no UTF-8 are surrogates, as in os.environ: what was
    sent by a client can hold anything but a NUL, which is the four characters `\x00`. Nothing is
    looked up or converted before it is asked for.
    """

    def __init__(
        self,
        hook_point: str,
        variables: Mapping[str, str] = ...,
        *,
        retry: bool = False,
        waited_for: bool = False,
    ) -> None:
        """Make one up, as for a test of a handler."""

    @property
    def id(self) -> int:
        """The number in the stream; 0 in `exec` mode."""

    @property
    def hook_point(self) -> str:
        """Where it comes from, as in "leases4_committed"."""

    @property
    def retry(self) -> bool:
        """Whether it was sent before, to a worker that died. Never in `exec` mode."""

    @property
    def waited_for(self) -> bool:
        """Whether a packet waits for the answer. In `exec` mode nobody says, and it is False."""

    @property
    def lease(self) -> Lease4 | Lease6 | None:
        """The lease that it is about, with Python's types; None at a hook point without one."""

    def __getitem__(self, name: str) -> str: ...
    def __iter__(self) -> Iterator[str]: ...
    def __len__(self) -> int: ...
    @overload
    def get(self, name: str, default: None = None) -> str | None: ...
    @overload
    def get(self, name: str, default: T) -> str | T: ...

class Stream(Iterator[Event]):
    """A worker's end of the stream; one thread iterates, any answers."""

    def __init__(self, read: int, write: int) -> None:
        """Takes both descriptors and closes them when it is gone."""

    def __next__(self) -> Event:
        """Raises VersionRefused and OSError."""

    def done(self, event: Event, code: int | None) -> None:
        """Answer, soon; ValueError for a code that is none."""

    def log(self, level: str, event: Event, text: str) -> None:
        """One line for Kea's log; level is "debug", "info", "warn" or "error"."""

    def flush(self) -> None:
        """Send all answers now."""

class HookPoint:
    """What the hook knows of one of Kea's hook points."""

    name: str
    family: int | None
    """None: both have it."""
    origin: Literal["kea", "changes", "replay"]
    """What makes its events: Kea, a change of the lease database, or the hook's `replay`."""
    waiting: Literal["never", "blocks", "parks"]
    honours_skip: bool
    honours_drop: bool
    variables: list[str]
    """The names of all that a script gets there, but for those that are numbered."""

class Config:
    """One entry of the hook's parameters, checked."""

    name: str
    mode: Literal["exec", "worker", "socket"]
    script: str
    socket: str
    wait: bool
    timeout: int
    """Milliseconds."""
    max_parallel: int
    on_failure: Verdict
    exit_codes: dict[int, Verdict]
    hook_points: list[HookPoint]

class Waiter:
    """A packet that waits."""

class Engine:
    """What runs inside Kea: starts scripts through the runner, in order, one after another for
    each key.
    """

    def __init__(
        self,
        config: Config,
        runner: str,
        kea: str,
        family: int,
        notify: Callable[[str, tuple[str, ...]], Any],
    ) -> None:
        """Starts nothing.

        runner: the path of kea-runscript-runner.
        kea: a release, which scripts are told.
        notify: is called, in another thread, with what would go to Kea's log: a name such as
            "event-failed", and texts, the first of which is the entry's name.
        """

    def submit(
        self, packet: Iterable[tuple[str, str, Mapping[str, str]]], wait: bool = True
    ) -> Waiter | None:
        """Queue the events of one packet: hook point, key, variables.

        Returns what wait() takes; None with wait=False, or where waiting would be of no use.
        """

    def wait(self, waiter: Waiter) -> Verdict:
        """Block until all events of the packet have ended, or the time is over."""

    def stop(self, milliseconds: int) -> None:
        """Deliver what is queued, as far as the time allows, then end."""

def exit_code(returned: object) -> int:
    """The exit code that a handler's return value means; ValueError for none."""

def hook_points(family: int) -> list[HookPoint]:
    """All of one family, 4 or 6."""

def find_hook_point(name: str) -> HookPoint | None:
    """The one with this name."""

def parse_config(parameters: Mapping[str, Any], family: int, cores: int = 0) -> list[Config]:
    """The entries that the parameters of the hook describe; raises ConfigError, as its load does.

    cores: the number of processors; 0 for this machine's.
    """

def check_script(path: str) -> str:
    """Why the hook would not run this script, "" if it would."""

def hello_frame(*, entry: str, kea: str, family: int, window: int, mode: str) -> bytes:
    """The beginning of a stream."""

def event_frame(id: int, hook_point: str, variables: Mapping[str, str]) -> bytes:
    """An event on the stream, which a packet waits for."""

def drain_frame(milliseconds: int) -> bytes:
    """The end of the events; so much time is left."""
