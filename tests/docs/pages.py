"""Pages whose examples are run: what stands below each command is what it printed.

In a block ```` ```console ```` a line `$ COMMAND` is typed on the first laptop, `ben$ COMMAND` on
Ben's, and `claude-code> TOOL {…}` or `ben:copilot> TOOL {…}` is an assistant's call; what follows,
up to the next such line, is the answer. `lines=5` behind `console` shows the first five lines of
each answer. What stands in a comment `<!-- run` is done as well and not shown; `wait 3 h` lets
hours pass in one.

`{Fix the parser}` in a command is the ref of the row with that title or name, `{C}` the last ref
that begins with a C. Where a ref that an answer shows is another one now, the rest of the page
calls it so as well.
"""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from localstore.values import Row, Value
from tests.docs.story import ROOT, Story, told

FIRST_LAPTOP = "ann"
WRITTEN = (Path("docs", "start.md"), Path("docs", "workflows.md"), Path("docs", "operations.md"))
"""The pages that are written by hand, and whose answers are not."""

_BLOCK = re.compile(
    r"^```console(?: lines=(?P<lines>\d+))?\n(?P<shown>.*?)^```$|^<!-- run\n(?P<hidden>.*?)^-->$",
    re.MULTILINE | re.DOTALL,
)
_TYPED = re.compile(r"^(?P<who>[a-z]*)\$ (?P<line>.*)$")
_CALLED = re.compile(r"^(?:(?P<who>[a-z]+):)?(?P<assistant>[a-z-]+)> (?P<tool>\w+) ?(?P<rest>.*)$")
_WAIT = re.compile(r"^wait (\d+) h$")
_NAMED = re.compile(r"\{([A-Z][^{}\":]*)\}")
_REF = re.compile(r"\b[A-Z]-[0-9A-HJKMNP-TV-Z]{5}\b")


@dataclass
class Step:
    """Something that is typed or called, and the answer that the page shows."""

    asked: list[str]
    answer: list[str] = field(default_factory=list)


class Refs:
    """What rows are called: those the page names, and those it had called otherwise."""

    def __init__(self) -> None:
        self._named: dict[str, str] = {}
        self._renamed: dict[str, str] = {}

    def learn(self, before: str, now: str) -> None:
        """Read the refs of an answer, and of what the page showed in its place."""
        new = _REF.findall(now)
        self._named |= {ref[0]: ref for ref in new}
        self._named |= dict(_titled(now))
        old = _REF.findall(before)
        if len(old) == len(new):
            self._renamed |= {a: b for a, b in zip(old, new, strict=True) if a != b}

    def told(self, text: str) -> str:
        """The text with the names of now."""
        return _REF.sub(lambda ref: self._renamed.get(ref[0], ref[0]), text)

    def resolved(self, asked: str) -> str:
        """A command with refs in place of titles. Raises: KeyError: no row is called so."""
        return _NAMED.sub(lambda name: self._named[name[1]], self.told(asked))


def _titled(answer: str) -> Iterator[tuple[str, str]]:
    """Title or name, and ref, of each row in an answer; none in one that is no JSON."""
    try:
        within: list[Value] = [json.loads(answer)]
    except ValueError:
        return
    for value in within:  # what is found inside is looked at in its turn
        if isinstance(value, dict):
            title, ref = value.get("title") or value.get("name"), value.get("ref")
            if isinstance(title, str) and isinstance(ref, str):
                yield title, ref
            within.extend(value.values())
        elif isinstance(value, list):
            within.extend(value)


def filled(page: str, story: Story) -> str:
    """The page with every answer as it is now."""
    parts: list[str] = []
    refs = Refs()
    end = 0
    for block in _BLOCK.finditer(page):
        parts += [refs.told(page[end : block.start()]), _filled(block, story, refs)]
        end = block.end()
    return "".join([*parts, refs.told(page[end:])])


def filled_page(page: str) -> str:
    """The same, in a story of its own."""
    with told() as story:
        return filled(page, story)


def read(page: Path) -> str:
    """A page of this checkout."""
    return (ROOT / page).read_text(encoding="utf-8")


def _filled(block: re.Match[str], story: Story, refs: Refs) -> str:
    steps = list(_steps(block["shown"] if block["hidden"] is None else block["hidden"]))
    limit = int(block["lines"] or 0)
    lines: list[str] = []
    for step in steps:
        step.asked = [refs.resolved(line) for line in step.asked]
        whole = _run(story, step.asked)
        answer = whole.splitlines()
        if limit and len(answer) > limit:
            answer = [*answer[:limit], "…"]
        # Of an answer that is cut, the page's own refs are compared with the same part.
        refs.learn("", whole)
        refs.learn("\n".join(step.answer), "\n".join(answer))
        lines += [*step.asked, *answer]
    if block["hidden"] is not None:
        asked = [line for step in steps for line in step.asked]
        return "\n".join(["<!-- run", *asked, "-->"])
    first = "```console" + (f" lines={limit}" if limit else "")
    return "\n".join([first, *lines, "```"])


def _steps(text: str) -> Iterator[Step]:
    step: Step | None = None
    for line in text.splitlines():
        if step is not None and not _is_whole(step.asked):
            step.asked.append(line)
        elif _TYPED.match(line) or _CALLED.match(line) or _WAIT.match(line):
            if step is not None:
                yield step
            step = Step([line])
        elif step is None:
            raise ValueError(f"a block begins with an answer: {line}")
        else:
            step.answer.append(line)
    if step is not None:
        yield step


def _is_whole(asked: list[str]) -> bool:
    """Whether a command ends here: no quotation and no JSON is still open."""
    called = _CALLED.match(asked[0])
    try:
        if called is not None:
            _arguments(called, asked)
        else:
            shlex.split("\n".join(asked))
    except ValueError:
        return False
    return True


def _arguments(called: re.Match[str], asked: list[str]) -> Row:
    text = "\n".join([called["rest"], *asked[1:]])
    arguments: Row = json.loads(text) if text.strip() else {}
    return arguments


def _run(story: Story, asked: list[str]) -> str:
    if waited := _WAIT.match(asked[0]):
        story.wait(int(waited[1]))
        return ""
    if called := _CALLED.match(asked[0]):
        who = called["who"] or FIRST_LAPTOP
        return story.call(who, called["assistant"], (called["tool"], _arguments(called, asked)))
    typed = _TYPED.match("\n".join(asked[:1]))
    assert typed is not None
    line = "\n".join([typed["line"], *asked[1:]])
    return story.type(typed["who"] or FIRST_LAPTOP, line)
