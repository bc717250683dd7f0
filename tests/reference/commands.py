"""docs/reference/commands.md: every command and action, its words, and an example that is run."""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

from tests.reference.command_examples import EXAMPLES, Example
from tidelog.arguments import build_parser
from tidelog.summaries import SUMMARIES

HEAD = """\
# Commands

Made from the code by `make reference`; the examples were run. The settings behind the flags are in
[settings.md](settings.md), the errors in [errors.md](errors.md).

| Exit code | Meaning |
|---|---|
| 0 | done |
| 1 | refused or failed: one line on standard error says what is wrong and what to do next; or a check that was asked for failed |
| 2 | not understood: no such command, flag or word; one line says where help is |
| 130, 141 | ended by Ctrl-C; by a reader that left, as `head` does |

What people read goes to standard output, everything else to standard error. Colour and progress only on a
terminal; in a pipe lines fit 80 columns. A warning before an answer says that it is not from the store itself
(then `--json` has `source`, `as_of` and `warning` too).

Every command that works on a store finds it like this: `--home FOLDER`, else the variable `TIDELOG_HOME`, else the
nearest `.tidelog` from the working directory upwards, else that of the repository of a linked git worktree.
`tidelog --version` prints the version.

"""



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

    @property
    def usage(self) -> str:
        """How it is typed: what is optional in brackets."""
        words = [word.usage if word.required else f"[{word.usage}]" for word in self.words]
        return " ".join(["tidelog", self.name, *words])


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
    return HEAD + listed + "\n" + "\n".join(sections.values())


def expect_examples(names: list[str]) -> None:
    """Every command needs an example, and every example a command. Raises: LookupError."""
    where = "tests/reference/command_examples.py"
    for name in names:
        if name not in EXAMPLES:
            raise LookupError(f"`tidelog {name}` has no example: give it an entry in {where}")
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
            yield _described(name, parser)
        for action, below in actions.items():
            yield _described(f"{name} {action}", below)


def _choices(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def _described(name: str, parser: argparse.ArgumentParser) -> Described:
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
        f"```\n{_folded(command)}\n```",
        _words(command.words),
        example.text,
        _before(example),
        _shown(example),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _folded(command: Described) -> str:
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


def _before(example: Example) -> str:
    return f"<!-- run\n{example.before}\n-->" if example.before else ""


def _shown(example: Example) -> str:
    first = "```console" + (f" lines={example.lines}" if example.lines else "")
    return f"{first}\n{example.shown}\n```"


def _anchor(name: str) -> str:
    return f"tidelog {name}".replace(" ", "-")
