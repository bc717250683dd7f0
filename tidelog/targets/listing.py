"""The table that `tidelog install` shows: every target, its files, and where tidelog stands."""

from dataclasses import dataclass
from pathlib import Path

from rich.text import Text

from localstore.errors import TidelogError
from localstore.values import Row, Value
from tidelog.screen import Screen, say, show_json
from tidelog.targets.applying import read_text
from tidelog.targets.known import TARGETS
from tidelog.targets.target import Machine, Scope, Target
from tidelog.views.lines import grid, said

STYLES = {"installed": "green", "unreadable": "red"}


@dataclass(frozen=True, slots=True)
class Line:
    """A target in one scope: its file, and `installed`, `unreadable` or nothing.

    `is_first` of the lines of its target.
    """

    target: Target
    scope: Scope
    file: Path
    standing: str
    is_first: bool


def show(machine: Machine, *, json: bool) -> int:
    """Print the table, or the same as JSON."""
    lines = [*_lines(machine)]
    if json:
        show_json([_row(each) for each in lines])
        return 0
    screen = Screen()
    pieces = grid([_pieces(machine, each) for each in lines], width=screen.width, flexible=1)
    for each, line in zip(lines, pieces, strict=True):
        if each.is_first:
            screen.show([said(each.target.name, "bold").append(f"  {each.target.summary}", "dim")])
        screen.show([line])
    say("", "`tidelog install NAME` adds tidelog to the first of its files, for you, in all")
    say("projects; `--scope project` to the one that a team shares; `--print` only shows.")
    return 0


def _lines(machine: Machine) -> list[Line]:
    found: list[Line] = []
    for target in TARGETS.values():
        files = {scope: target.file(machine, scope) for scope in Scope}
        there = {scope: file for scope, file in files.items() if file is not None}
        for number, (scope, file) in enumerate(there.items()):
            found.append(Line(target, scope, file, _standing(target, file), not number))
    return found


def _standing(target: Target, file: Path) -> str:
    try:
        text = read_text(file)
        return "installed" if text is not None and target.stands(text) else ""
    except TidelogError:
        return "unreadable"


def _pieces(machine: Machine, line: Line) -> list[Text]:
    in_project = line.scope is Scope.PROJECT and line.file.is_relative_to(machine.project)
    file = str(line.file.relative_to(machine.project)) if in_project else machine.shown(line.file)
    return [
        said(line.scope.value, "dim"),
        said(file),
        said(line.standing, STYLES.get(line.standing, "")),
    ]


def _row(line: Line) -> Row:
    standing: dict[str, Value] = {"installed": line.standing == "installed"}
    if line.standing == "unreadable":
        standing["unreadable"] = True
    return {
        "name": line.target.name,
        "summary": line.target.summary,
        "scope": line.scope.value,
        "file": str(line.file),
        **standing,
    }
