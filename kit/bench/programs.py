"""What runs on the server's machine: the hook, what it is compared with, scripts and workers."""

from __future__ import annotations

from pathlib import Path

from kit import build, roots, targets
from kit.bench.arms import NOTHING, SCRIPTS
from kit.bench.site import Site
from kit.paths import BUILD
from kit.targets import Target

THERE = f"{build.BUILD_THERE}/bench"
SPAWN = "/usr/local/bin/bench-spawn"
RUNNER = "/usr/libexec/kea-hook-runscript/kea-runscript-runner"
WORKERS = Path(__file__).resolve().parent / "workers"
EMPTY = "#!/bin/sh\n"
SLEEP = "#!/bin/sh\nexec sleep 0.01\n"
ROUTES = "allow 10.0.0.0/8 dev eth0 min-length 32\n"


def compiled(target: Target) -> Path:
    """Compile what the hook is compared with; returns the folder that it is in."""
    folder = BUILD / target.name / "bench"
    options = {
        "BENCH": "ON",
        "CMAKE_BUILD_TYPE": "None",
        "KEA": "ON",
        "KEA_RELEASE": targets.kea_release(target),
    }
    configure = ["sh", "-euc", build.CONFIGURE, "cmake", "-G", "Ninja"]
    configure += ["-S", f"{build.CHECKOUT_THERE}/hook", "-B", THERE]
    programs = ["bench-nothing", "bench-spawn", "bench-worker"]
    with roots.lock(folder):
        build.inside(target, configure + [f"-D{name}={value}" for name, value in options.items()])
        build.inside(target, ["cmake", "--build", THERE, "--target", *programs])
    return folder / "bench"


def install(site: Site) -> None:
    """Put everything onto the server's machine."""
    server, hooks_dir = site.server, site.target.hooks_dir
    build.build(site.target)
    for stage in (BUILD / site.target.name / name for name in build.STAGES):
        for file in filter(Path.is_file, stage.rglob("*")):
            server.put(file, f"/{file.relative_to(stage)}", file.stat().st_mode & 0o777)
    ours = compiled(site.target)
    server.put(ours / NOTHING, f"{hooks_dir}/{NOTHING}")
    server.put(ours / "bench-worker", f"{SCRIPTS}/worker-c", 0o755)
    server.put(ours / "bench-spawn", SPAWN, 0o755)
    for worker in WORKERS.iterdir():
        server.put(worker, f"{SCRIPTS}/{worker.name}", 0o755)
    server.write(f"{SCRIPTS}/empty", EMPTY, 0o755)
    server.write(f"{SCRIPTS}/sleep", SLEEP, 0o755)
    server.write("/etc/kea-runscript/routes.conf", ROUTES)
