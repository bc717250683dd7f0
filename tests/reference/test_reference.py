"""The reference says what the code says; a page that does not is made anew by `make reference`."""

import argparse
import difflib
from collections.abc import Callable

import pytest

from tests.docs.story import ROOT
from tests.reference import commands, errors, settings, tools
from tests.reference.command_examples import EXAMPLES, Example
from tests.reference.parameters import meaning
from tests.reference.written import PAGES
from tidelog.settings import Settings


def text_of_page(name: str) -> str:
    """A page of the reference as it stands in the checkout."""
    return (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")


def differences(name: str, now: str) -> str:
    """What would change in a page; empty when nothing would."""
    before = text_of_page(name).splitlines()
    lines = difflib.unified_diff(before, now.splitlines(), "as it is", "as it should be", n=1)
    return "\n".join(lines)


@pytest.mark.timeout(900)  # some hundred processes, one after the other
@pytest.mark.parametrize("name", PAGES)
def test_page_is_current(name: str) -> None:
    """A page of the reference is what the code and its examples, run again, say."""
    changed = differences(name, PAGES[name]())
    assert not changed, f"docs/reference/{name} is out of date: run `make reference`\n{changed}"


def test_every_command_has_a_section() -> None:
    """Each command and action has its heading, and each of its flags a line below it."""
    page = text_of_page("commands.md")
    for command in commands.described():
        section = page.partition(f"\n## tidelog {command.name}\n")[2].partition("\n## ")[0]
        assert section, f"tidelog {command.name}"
        for word in command.words:
            assert f"| `{commands.cell(word.usage)}` | {commands.cell(word.text)} |" in section


def test_every_flag_has_help() -> None:
    """No flag and no argument goes without a word of help."""
    for command in commands.described():
        for word in command.words:
            assert word.text, f"tidelog {command.name} {word.usage}"


def test_every_tool_has_a_section() -> None:
    """Each tool has its heading, and each of its parameters a line below it."""
    page = text_of_page("tools.md")
    for toolset, listed in tools.specs().items():
        for spec in listed:
            section = page.partition(f"\n### {spec.name}\n")[2].partition("\n### ")[0]
            for name in tools.arguments_of(spec, toolset).model_fields:
                assert f"\n| `{name}` | " in section, f"{spec.name}: {name}"


def test_every_setting_and_error_is_there() -> None:
    """Each setting has its heading, each error code its line."""
    for name in Settings.model_fields:
        assert f"\n## {name}\n" in text_of_page("settings.md")
    for code in errors.by_code():
        assert f"\n| `{code}` | " in text_of_page("errors.md")


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ([*EXAMPLES, "tidy"], "`tidelog tidy` has no example"),
        ([name for name in EXAMPLES if name != "log"], "example of `tidelog log`"),
    ],
)
def test_command_without_an_example(names: list[str], told: str) -> None:
    """A command without an example, and an example without a command, stop the generator."""
    with pytest.raises(LookupError, match=told):
        commands.expect_examples(names)


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda: tools.expect_examples(["tidy_up"]), "the tool tidy_up has no example"),
        (lambda: meaning("list_vendors", "colour"), "a parameter `colour`"),
    ],
)
def test_tool_that_nobody_described(ask: Callable[[], object], told: str) -> None:
    """A tool without an example, or a parameter without a meaning, stops the generator."""
    with pytest.raises(LookupError, match=told):
        ask()


def test_setting_that_nobody_described() -> None:
    """A setting without a docstring stops the generator."""

    class More(Settings):
        colour: str = "red"

    with pytest.raises(LookupError, match="the setting "):
        settings.meanings_of(More)


def test_usage_is_folded_at_eighty() -> None:
    """A long usage goes on below its first word."""
    parser = argparse.ArgumentParser(prog="tidelog long")
    for number in range(6):
        parser.add_argument(f"--flag-{number}", metavar="SOMETHING", help="x")
    told = commands.folded(commands.described_as("long", parser))
    assert all(len(line) <= 80 for line in told.splitlines())
    assert told.splitlines()[1].startswith(" " * len("tidelog long "))


def test_example_hides_what_comes_before() -> None:
    """What an example needs first is run and not shown."""
    assert commands.hidden(Example(shown="$ true", before="$ false")) == "<!-- run\n$ false\n-->"
