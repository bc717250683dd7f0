"""docs/reference/commands.md: every command and action, its words, and an example that is run."""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.reference.command_examples import EXAMPLES, Example
from tidelog.arguments import build_parser
from tidelog.guidance import GUIDES
from tidelog.summaries import SUMMARIES

HEADS = Path(__file__).parent / "heads"


@dataclass(frozen=True)
class Word:
    """A flag or an argument of a command."""

    usage: str
    text: str
    required: bool


@dataclass(frozen=True)
class Described:
    """A command, or an action of one, as the parser has it."""

    name: str
    summary: str
    words: list[Word]


def head(name: str) -> str:
    """What stands above what is made from the code, on the page of that name."""
    return (HEADS / f"{name}.md").read_text(encoding="utf-8")


def page() -> str:
    """The page with its examples not yet run.

    Raises:
        LookupError: a command has no example, or an example no command.
    """
    commands = list(described())
    expect_examples([each.name for each in commands])
    sections = {each.name: _section(each) for each in commands}
    # In the order of the story, which is that of the help.
    listed = "".join(f"- [`tidelog {name}`](#{_anchor(name)})\n" for name in sections)
    return "\n".join([head("commands"), listed, *sections.values()])


def expect_examples(names: list[str]) -> None:
    """Every command needs an example, and every example a command. Raises: LookupError."""
    where = "tests/reference/command_examples.py"
    for name in names:
        if name not in EXAMPLES:
            raise LookupError(f"`tidelog {name}` has no example: give it an entry in {where}")
        if name not in GUIDES:
            raise LookupError(f"the help of `tidelog {name}` has no guide in tidelog/guidance.py")
    for name in EXAMPLES:
        if name not in names:
            raise LookupError(f"{where} has an example of `tidelog {name}`, which does not exist")


def described() -> Iterator[Described]:
    """Every command that can be run, an action as a command of its own, in the order of help."""
    commands = _choices(build_parser())
    for name in SUMMARIES:
        parser = commands[name]
        actions = _choices(parser)
        if not actions:
            yield described_as(name, parser)
        for action, below in actions.items():
            yield described_as(f"{name} {action}", below)


def _choices(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def described_as(name: str, parser: argparse.ArgumentParser) -> Described:
    """What a parser knows of one command."""
    shown = [
        action
        for action in parser._actions
        if action.help is not argparse.SUPPRESS and not isinstance(action, argparse._HelpAction)
    ]
    # What stands without a flag first, as one types it.
    ordered = sorted(shown, key=lambda action: bool(action.option_strings))
    return Described(name, parser.description or "", [_word(action) for action in ordered])


def _word(action: argparse.Action) -> Word:
    value = action.metavar if isinstance(action.metavar, str) else ""
    if action.choices is not None:
        value = "|".join(str(choice) for choice in action.choices)
    if action.nargs == "+":
        value += "..."
    flag = action.option_strings[0] if action.option_strings else ""
    required = action.required if flag else action.nargs != "?"
    return Word(" ".join(part for part in (flag, value) if part), action.help or "", required)


def _section(command: Described) -> str:
    example = EXAMPLES[command.name]
    parts = [
        f"## tidelog {command.name}",
        command.summary,
        f"```\n{folded(command)}\n```",
        _words(command.words),
        GUIDES[command.name].text,
        example.text,
        hidden(example),
        _shown(example),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def folded(command: Described) -> str:
    """The usage in lines of at most 80 columns."""
    indent = " " * (len(f"tidelog {command.name}") + 1)
    lines = [f"tidelog {command.name}"]
    for word in command.words:
        usage = word.usage if word.required else f"[{word.usage}]"
        if len(lines[-1]) + 1 + len(usage) > 80:
            lines.append(indent + usage)
        else:
            lines[-1] += f" {usage}"
    return "\n".join(lines)


def _words(words: list[Word]) -> str:
    rows = [f"| `{cell(word.usage)}` | {cell(word.text)} |" for word in words]
    return "\n".join(["| | |", "|---|---|", *rows]) if rows else ""


def cell(text: str) -> str:
    """Text that can stand in a table."""
    return " ".join(text.split()).replace("|", "\\|")


def hidden(example: Example) -> str:
    """What is run before an example, as a page holds it."""
    return f"<!-- run\n{example.before}\n-->" if example.before else ""


def _shown(example: Example) -> str:
    first = "```console" + (f" lines={example.lines}" if example.lines else "")
    return f"{first}\n{example.shown}\n```"


def _anchor(name: str) -> str:
    return f"tidelog {name}".replace(" ", "-")
