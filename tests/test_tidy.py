"""House style as a test with a ratchet: exceptions are listed with a figure that only goes down.

The idea is TigerBeetle's tidy. The rules are in `tests.tidy_rules`, the exceptions in
`tidy_ratchet.toml` beside this file.
"""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from pydantic import BaseModel, Field

from tests.tidy_rules import RULES, measure
from tests.tidy_source import PACKAGES, ROOT, SourceFile, source_files


class Allowance(BaseModel, extra="forbid"):
    """One entry of the ratchet."""

    rule: str
    where: str
    figure: int = Field(gt=0)
    reason: str = Field(min_length=10)


class Ratchet(BaseModel, extra="forbid"):
    """The whole ratchet file."""

    exception: list[Allowance] = []


RATCHET = Ratchet.model_validate(
    tomllib.loads(Path(__file__).with_name("tidy_ratchet.toml").read_text(encoding="utf-8"))
)
TIDY = '''"""A file with nothing to find."""


def answer(first: int, second: int, third: int, fourth: int, *, fifth: int) -> int:
    """Return the sum."""
    return first + second + third + fourth + fifth
'''
UNTIDY = {
    "module-lines": ("tests/long.py", "\n" * 251),
    "function-lines": ("tests/long.py", "def long():\n" + "    pass\n" * 50),
    "positional-parameters": ("tests/wide.py", "class A:\n    def f(self, a, b, c, d, e): ...\n"),
    "type-ignores": ("tests/mute.py", "x: int = ''  # type: ignore[assignment]\n"),
    "linter-ignores": ("tests/mute.py", "import os  # noqa: F401\n"),
    "vague-names": ("tests/vague.py", "def process_rows(row_data): ...\n"),
    "public-docstrings": ("localstore/mute.py", '"""Said."""\nclass A:\n    def f(self): ...\n'),
    "facts-of-tests": ("tests/test_mute.py", "class TestA:\n    def test_f(self): ...\n"),
    "unfinished": ("docs/plan.md", "TO-DO: the rest\n".replace("-", "")),
    "places": ("docs/setup.md", "cd /*/ada/tidelog\n".replace("*", "home")),
    "clock-and-environment": ("mcp_server/now.py", "import os\nhome = os.environ['A']\n"),
}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def compare(found: dict[str, int], allowed: dict[str, int]) -> list[str]:
    """What to tell the author, one line for each place that differs from the ratchet."""
    advice = []
    for where in sorted(found.keys() | allowed.keys()):
        figure, limit = found.get(where, 0), allowed.get(where, 0)
        if figure > limit:
            advice.append(f"{where}: {figure}" + (f", and was {limit}" if limit else ""))
        elif figure < limit:
            wish = f"lower it to {figure}" if figure else "drop the entry"
            advice.append(f"{where}: better than the ratchet's {limit}: {wish}")
    return advice


@pytest.mark.parametrize("rule", RULES)
def test_rule_holds(rule: str) -> None:
    """Every file keeps the rule, or exceeds it by exactly the figure in the ratchet."""
    allowed = {each.where: each.figure for each in RATCHET.exception if each.rule == rule}
    advice = compare(measure(RULES[rule]), allowed)
    assert not advice, f"{rule}: {RULES[rule].__doc__}\n  " + "\n  ".join(advice)


@pytest.mark.parametrize("rule", RULES)
def test_rule_fires(rule: str) -> None:
    """Each rule finds the sample that breaks it, and finds nothing in a tidy file."""
    path, text = UNTIDY[rule]
    assert list(RULES[rule](SourceFile(path, text)))
    assert not list(RULES[rule](SourceFile("localstore/tidy.py", TIDY)))


def test_ratchet_fails_both_ways() -> None:
    """A figure that grew and a figure that could be lowered are both findings."""
    assert compare({"a": 60}, {"a": 55}) == ["a: 60, and was 55"]
    assert compare({"a": 52}, {"a": 55}) == ["a: better than the ratchet's 55: lower it to 52"]
    assert compare({}, {"a": 55}) == ["a: better than the ratchet's 55: drop the entry"]
    assert compare({"a": 55}, {"a": 55}) == []


def test_ratchet_names_rules_that_exist() -> None:
    """Each exception belongs to a rule, and no place is listed twice under one rule."""
    listed = [(each.rule, each.where) for each in RATCHET.exception]
    assert {rule for rule, _ in listed} <= RULES.keys()
    assert len(listed) == len(set(listed))


def canonical(requirement: str) -> str:
    """The name of a requirement or a pin, spelled as indexes compare it."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\s\[<>=!~;]", requirement, maxsplit=1)[0]).lower()


def imported(tree: ast.Module) -> Iterator[str]:
    """The first part of every module that a file imports by its full name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def test_imports_are_declared() -> None:
    """What a package imports is declared as its dependency; tests may also import the extras."""
    runtime = {canonical(each) for each in PROJECT["dependencies"]}
    extras = {
        canonical(each) for group in PROJECT["optional-dependencies"].values() for each in group
    }
    ours = {*PACKAGES, "tests", "benchmarks"}
    distributions = packages_distributions()
    undeclared = {
        f"{file.path} imports {name}"
        for file in source_files()
        if file.is_python
        for name in imported(file.tree)
        if name not in ours and name not in sys.stdlib_module_names
        if not {canonical(each) for each in [name, *distributions.get(name, [])]}
        & (runtime if file.in_packages else runtime | extras)
    }
    assert not undeclared


def test_constraints_pin_everything_declared() -> None:
    """constraints.txt is sorted `name==version` lines, with one for each declared dependency."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    declared = {
        canonical(each)
        for group in [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]
        for each in group
    }
    assert [line for line in lines if not re.fullmatch(r"[\w.-]+==[\w.]+", line)] == []
    assert lines == sorted(lines, key=str.upper)
    assert declared <= {canonical(line) for line in lines}
