"""The contract's data is sound, and what is rendered from it is what the repository holds."""

import re
from collections import Counter

import pytest

from kit import contract
from kit.paths import ROOT

CONTRACT = contract.load()
VARIABLES = [variable for group in CONTRACT.groups.values() for variable in group.variables]


@pytest.mark.parametrize("file", contract.RENDERED.values(), ids=lambda file: file.name)
def test_rendering_again_changes_nothing(file) -> None:
    rendered = contract.render()[file]
    assert file.read_text() == rendered, f"{file.relative_to(ROOT)}: run ./inv contract"


def test_no_name_is_there_twice() -> None:
    names = [variable.name for variable in VARIABLES] + [o.name for o in CONTRACT.options]
    assert [name for name, times in Counter(names).items() if times > 1] == []


@pytest.mark.parametrize("variable", VARIABLES, ids=lambda variable: variable.name)
def test_a_variable_fits_its_own_example(variable: contract.Variable) -> None:
    assert variable.fits(variable.example)
    assert variable.fits("") == bool(variable.empty)
    assert re.fullmatch(r"KEA_[A-Z0-9_]+(<n>[A-Z_]+)?", variable.name)


def test_hook_points_have_groups_of_their_own_family() -> None:
    for point in CONTRACT.hook_points.values():
        families = {group.name[-1] for group in point.groups if group.name[-1].isdigit()}
        own = set() if point.family == "any" else {point.family[1:]}
        assert families == own == set(re.findall(r"\d", point.name))
        assert point.waits in ("parks", "blocks", "never")
        assert not (point.waits == "never" and (point.skip or point.drop))
