"""Scripts and workers for Kea's hook library kea-hook-runscript, in Python.

    from kea_runscript import Event, serve

    def handle(event: Event) -> None:
        print(event.hook_point, event["KEA_LEASE4_ADDRESS"])

    serve(handle)

The same file works in every mode of the hook: run for each event (`exec`), started once and fed
events (`worker`), or as a service behind a socket (`socket`).
"""

from collections.abc import Mapping

from kea_runscript._core import Event, escape, unescape
from kea_runscript.lease import Lease4, Lease6
from kea_runscript.serving import serve

Mapping.register(Event)

__all__ = ["Event", "Lease4", "Lease6", "escape", "serve", "unescape"]
