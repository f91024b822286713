"""What all tests share: the targets, when a skip is a failure, what a failure shows."""

import os
import signal
from collections.abc import Generator
from typing import Any

import pytest

from kit import targets
from kit.lab import Lab
from kit.targets import Target
from tests.thorough import in_the_other_mode


def pytest_configure() -> None:
    """Heed SIGINT, and have the programs that tests start and interrupt heed it.

    A shell script's background jobs ignore it, and so does whatever they start.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Where several processes share the tests (`./inv test`), each has its share of the targets."""
    from tests.spread import ByTarget

    return ByTarget(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave to the thorough run what repeats in a threading mode that few use."""
    for item in items:
        if hasattr(item, "callspec") and in_the_other_mode(item.callspec.params):
            item.add_marker(pytest.mark.thorough)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Count a skip as a failure where everything has to run; show the journals at a failure."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"skipped although CI=true: {report.longrepr}"
    if report.failed:
        for lab in {found for value in arguments(item).values() if (found := lab_of(value))}:
            for host in lab.hosts:
                report.sections.append((f"journal of {host.name}", host.journal()))
    return report


@pytest.fixture(scope="session")
def as_root() -> None:
    """What makes namespaces and mounts is skipped for others."""
    if os.geteuid() != 0:
        pytest.skip("namespaces and mounts take root")


@pytest.fixture(scope="session", params=[t.name for t in targets.load().values() if t.native])
def target(as_root: None, request: pytest.FixtureRequest) -> Target:
    """Each target of this machine's architecture in turn; all that is done with it, in roots."""
    return targets.named(request.param)


def arguments(item: pytest.Item) -> dict[str, Any]:
    """What the fixtures of a test have given."""
    return getattr(item, "funcargs", {})


def lab_of(value: Any) -> Lab | None:
    """The lab that a fixture's value is, or has."""
    lab = value if isinstance(value, Lab) else getattr(value, "lab", None)
    return lab if isinstance(lab, Lab) else None
