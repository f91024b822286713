"""A benchmark too short for its figures to mean anything has all of them."""

import json
import tempfile
from pathlib import Path

import pytest
from rich.console import Console

from kit import targets
from kit.bench import leases
from kit.bench.arms import ARMS
from kit.bench.measure import Effort
from kit.bench.plan import Audience, Plan, carry_out
from kit.bench.task import chosen
from kit.errors import Problem

TINY = Effort(seconds=1, warm_up=1, probe=1, precision=10)


def test_a_tiny_benchmark_is_complete_and_leaves_nothing(
    as_root: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    shown = []
    found = carry_out(
        Plan(chosen("exec"), TINY, passes=1, together=1, lease_file=[True], million=False),
        targets.named("trixie"),
        Audience(print, print, lambda title, results, _: shown.append((title, results.failed))),
    )
    assert json.loads(json.dumps(found)) == found
    assert shown == [(f"Kea {found['kea']}, lease file on", {})]
    (table,) = found["tables"]
    (pair,) = table["arms"]["exec"]["pairs"]
    for one in (pair["before"], pair["arm"], pair["after"]):
        assert one["capacity"] > 0
        assert one["cpu"] > 0
        assert 0 < one["p50"] <= one["p99"]
    for name in ("spawn", "spawn_10ms", "runner"):
        assert all(value > 0 for value in found["basics"][name].values())
    assert len(table["goals"]) == 2
    assert not list(tmp_path.iterdir())


def test_few_leases_are_measured_as_many_are() -> None:
    found = leases.carry_out(
        leases.Many(replayed=100, expiring=20), TINY, targets.named("trixie"), Console(), print
    )
    assert json.loads(json.dumps(found)) == found
    for name in ("worker-c", "route-sync"):
        assert found["replays"][name]["p99-of-quiet"] > 0
    assert all(gap["gap"] > 0 for gap in found["expiry"])


def test_an_unknown_arm_is_named_and_so_are_the_known_ones() -> None:
    with pytest.raises(Problem, match="no arm is called nosuch; the arms are bare, ") as caught:
        chosen("exec,nosuch")
    assert ", ".join(ARMS) in str(caught.value)
