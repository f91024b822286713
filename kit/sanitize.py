"""The C++ tests once more under Clang's sanitizers, and what reads foreign input under fuzzers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from kit import build, roots, targets
from kit.build import BUILD_THERE, CHECKOUT_THERE
from kit.paths import BUILD

SANITIZERS = {"memory": "address,undefined", "threads": "thread"}
"""Each build, and what is built into it. They exclude each other."""

FUZZERS = ("config", "route", "up")
"""The names in hook/fuzz."""

SECONDS = 60
"""How long each fuzzer runs."""

FOLDER = BUILD / "sanitized"

FUZZ = f"""
mkdir /tmp/found
exec nice {BUILD_THERE}/memory/fuzz/fuzz-"$1" /tmp/found {CHECKOUT_THERE}/hook/fuzz/"$1" \\
    -dict={CHECKOUT_THERE}/hook/fuzz/words -artifact_prefix={BUILD_THERE}/"$1"- \\
    -max_len=10000 -timeout=60 -max_total_time={SECONDS} -verbosity=0 -print_final_stats=1
"""
"""A fuzzer, started with the inputs in the checkout; one that it fails on stays in FOLDER."""


def root() -> roots.Root:
    """Where this is built and run: Clang is not for those roots that packages come from."""
    return roots.Root(
        targets.named(build.CPP_TARGET).suite,
        ("clang", "cmake", "libclang-rt-19-dev", "libgtest-dev", "llvm", "ninja-build"),
    )


def check() -> None:
    """Build with each of the sanitizers, at once, and run all C++ tests; raises BuildError."""
    with roots.lock(FOLDER), ThreadPoolExecutor(len(SANITIZERS)) as pool:
        for checked in [pool.submit(_check, name) for name in SANITIZERS]:
            checked.result()


def _check(name: str) -> None:
    """The same with one of them."""
    options = {
        "CMAKE_CXX_COMPILER": "clang++",
        "CMAKE_BUILD_TYPE": "RelWithDebInfo",
        "KEA": "OFF",
        "TESTING": "ON",
        "SANITIZE": SANITIZERS[name],
        "FUZZING": "ON" if name == "memory" else "OFF",
    }
    folder = f"{BUILD_THERE}/{name}"
    source = ["-S", f"{CHECKOUT_THERE}/hook", "-B", folder]
    chosen = [f"-D{option}={value}" for option, value in options.items()]
    _inside(["cmake", "-G", "Ninja", *source, *chosen])
    _inside(["cmake", "--build", folder])
    _inside(build.ctest(folder))


@contextmanager
def fuzzing() -> Iterator[None]:
    """Run all fuzzers that `check` has built, beside what else there is to do.

    Raises BuildError with what one has found.
    """
    with ThreadPoolExecutor(len(FUZZERS)) as pool:
        running = [pool.submit(_inside, ["sh", "-euc", FUZZ, "sh", name]) for name in FUZZERS]
        yield
    for name, fuzzer in zip(FUZZERS, running, strict=True):
        said = fuzzer.result()
        (runs,) = re.findall(r"number_of_executed_units: *(\d+)", said)
        print(f"fuzzer {name}: {runs} inputs in {SECONDS} s, none harmful")


def _inside(command: list[str]) -> str:
    return build.within(root(), FOLDER, command)
