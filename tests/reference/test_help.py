"""The help that is built in: it fits a terminal, and its examples are understood."""

import shlex

import pytest

from tests.reference.commands import described
from tidelog.arguments import parse
from tidelog.guidance import GUIDES

COMMANDS = [command.name for command in described()]


@pytest.mark.parametrize("name", COMMANDS)
def test_help_reads_well(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The help of each command fits 80 columns, tells what to know, and ends with examples."""
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit):
        parse([*name.split(), "--help"])
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if len(line) > 80] == []
    assert GUIDES[name].text.split()[0] in " ".join(lines)
    assert lines[-len(GUIDES[name].examples) - 1] == "examples:"


@pytest.mark.parametrize("name", COMMANDS)
def test_examples_are_understood(name: str) -> None:
    """Each example of a command's help is a command line of that command."""
    command, _, action = name.partition(" ")
    for example in GUIDES[name].examples:
        parsed = parse(shlex.split(example.partition(" > ")[0]))
        assert parsed.command == command
        assert not action or parsed.action in (action, None)


def test_no_guide_is_left_over() -> None:
    """There is no guide to a command that does not exist."""
    assert [name for name in GUIDES if name not in COMMANDS] == []
