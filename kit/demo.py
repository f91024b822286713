"""The demonstration: from this checkout to routes that follow leases, on a throwaway host."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from invoke import Context, task
from rich.console import Console

from kit import build, needs, package, roots, server, targets
from kit.customer import Customer, customer
from kit.errors import Problem
from kit.lab import Lab, client
from kit.lab.host import PACKAGES
from kit.lab.routes import RouteWatch
from kit.paths import ROOT
from kit.server import Server
from kit.targets import Target

LIFETIME = 10
"""Seconds that a lease lasts: short, so that nobody waits long for one to expire."""


class Story:
    """Says what happens: a line for each thing, a clock while something takes long."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, emoji=False)

    def chapter(self, title: str) -> None:
        """Begin a part."""
        self._console.print(f"\n[bold]{title}[/bold]")

    def say(self, what: str, text: str) -> None:
        """One thing that happened: the kind of thing, and what it was."""
        self._console.print(f"  [cyan]{what:>8}[/cyan]  {text}", soft_wrap=True)

    @contextmanager
    def step(self, text: str) -> Iterator[None]:
        """Something that takes its time."""
        start = time.monotonic()
        with self._console.status(f"  {text}"):
            yield
        self.say("done", f"{text} [dim]({time.monotonic() - start:.0f} s)[/dim]")


def prepare(story: Story, target: Target) -> None:
    """Make what takes long, unless an earlier run has left it in the cache."""
    with story.step(f"a Debian {target.suite} with Kea's headers, to compile in"):
        roots.ensure(target.build_root())
    with story.step(f"the hook, compiled for Kea {targets.kea_release(target)}"):
        build.build(target)
    with story.step("packages of it"):
        package.packages(target)
    with story.step("a bare Debian for the server, and one for the clients"):
        roots.ensure(target.root(*PACKAGES))
        roots.ensure(client.ROOT)


def arrival(story: Story, watch: RouteWatch, who: Customer) -> str:
    """A lease, and all that comes with it; returns its prefix."""
    prefix = who.lease()
    came = watch.wait_for(prefix)
    lead = who.lead(came) * 1000
    kind = "address" if who.family == 4 else "prefix"
    story.say("lease", f"{who.name} asks, Kea chooses the {kind} {prefix}")
    story.say("script", f"{who.script} runs: {who.script_line('add', prefix)}")
    story.say("route", came.route)
    if lead <= 0:
        raise Problem(f"the {who.reply} came {-lead:.1f} ms before the route to {prefix}")
    story.say("reply", f"only now Kea answers: the {who.reply}, {lead:.1f} ms after the route")
    return prefix


def departure(story: Story, watch: RouteWatch, who: Customer, prefix: str) -> None:
    """What happens when a lease is over."""
    gone = who.gone(watch, prefix, LIFETIME + 10)
    story.say("script", f"{who.script} runs: {who.script_line('del', prefix)}")
    story.say("route", f"gone: {gone.route}")


def tell(story: Story, lab: Lab, target: Target) -> Server:
    """Everything from the bare host on; returns the server."""
    with story.step("a signed apt repository, as plain files"):
        files = lab.folder / "repository"
        server.publish(target, files)
    with story.step("a throwaway host, booted with its own systemd"):
        kea = server.boot(lab, target, files)
    short = server.short_lived(LIFETIME)
    with story.step("ansible-playbook: repository, Kea, hook, scripts, sudo rule, configuration"):
        changed = kea.play(**short).changed[kea.host.name]
    story.say("result", f"{changed} tasks changed something, and both servers answer")

    with kea.host.watch_routes() as watch:
        laptop, router = customer(kea, "laptop", 4), customer(kea, "router", 6)
        story.chapter("A laptop asks for an IPv4 address and gets a /32, with a route to it")
        address = arrival(story, watch, laptop)
        laptop.client.run(["ping", "-c", "1", "-W", "2", "10.255.0.1"])
        story.say("ping", "the laptop reaches the server by option 121, the answer takes the route")
        story.chapter("A router asks for an IPv6 prefix and gets a /56, with a route to it")
        prefix = arrival(story, watch, router)
        story.chapter("Both say that they are leaving: the leases end, and so do the routes")
        for who, lease in ((laptop, address), (router, prefix)):
            who.client.release()
            story.say("release", f"{who.name} gives {lease} back")
            departure(story, watch, who, lease)
    with kea.host.watch_routes() as watch:
        story.chapter(f"Two others vanish without a word: their leases expire after {LIFETIME} s")
        lost = [customer(kea, "phone", 4), customer(kea, "gateway", 6)]
        leases = [arrival(story, watch, who) for who in lost]
        for who in lost:
            who.client.vanish()
            story.say("vanish", f"{who.name} is unplugged")
        for who, lease in zip(lost, leases, strict=True):
            departure(story, watch, who, lease)

    story.chapter("The same playbook once more")
    with story.step("ansible-playbook"):
        changed = kea.play(**short).changed[kea.host.name]
    story.say("result", f"changed={changed}")
    if changed:
        raise Problem("the second run of the playbook changed something")
    return kea


def look_around(story: Story, kea: Server) -> None:
    """Say how to enter the host, and wait until that is done."""
    enter = shlex.join(kea.host.command(["bash"]))
    story.chapter("The host stays until you press Ctrl-C")
    story.say("enter", enter)
    story.say("inside", "journalctl -u 'kea-dhcp*'; ip route; ip -6 route; ls /etc/kea-runscript")
    signal.sigwait({signal.SIGINT, signal.SIGTERM})


@task(help={"keep": "leave the host up at the end, and say how to look around on it"})
def demo(_: Context, keep: bool = False) -> None:
    """Show everything at work: build, package, deploy to a throwaway host, serve real clients."""
    if not needs.are_root() and shutil.which("sudo"):
        print("Throwaway hosts take root, so this continues with: sudo ./inv demo", flush=True)
        os.execvp("sudo", ["sudo", str(ROOT / "inv"), *sys.argv[1:]])
    needs.ensure()
    target = targets.for_this_machine()
    story = Story()
    story.chapter(f"From this checkout to a package for {target.name}")
    prepare(story, target)
    story.chapter("From a bare Debian to a DHCP server")
    with Lab() as lab:
        kea = tell(story, lab, target)
        if keep:
            look_around(story, kea)
    story.chapter("All that was made is gone again, but for the cache and build/")
