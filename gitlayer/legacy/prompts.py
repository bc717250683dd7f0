"""Session prompts: YAML frontmatter, then markdown; each becomes a work item of type session."""

import re
from dataclasses import dataclass, field
from hashlib import sha256

import yaml
from frontmatter.default_handlers import YAMLHandler
from pydantic import TypeAdapter, ValidationError

from gitlayer.legacy.entries import Remark
from gitlayer.legacy.scan import Scan
from gitlayer.legacy.wording import take_when
from localstore.errors import InvalidArguments
from localstore.metadata import SCHEMA_VERSION
from localstore.text import check_value
from localstore.validation import validate_metadata
from localstore.values import Row, Value, to_json

LONGEST_BODY = 10_000
LONGEST_TEXT = 100_000
"""Characters of a prompt's text that are kept in all: a description's worth, and in metadata."""
_FENCE = re.compile(r"---[ \t]*")


class _Loader(yaml.SafeLoader):
    """YAML in which only numbers, nulls, true and false are more than text: a date stays written
    as it was, and `yes` is a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        """A mapping whose keys are all different."""
        seen: set[object] = set()
        for key, _ in node.value:
            word = key.value if isinstance(key.value, str) else id(key)
            if word in seen:
                reason = f"the key {str(word)[:40]!r} stands twice"
                raise yaml.constructor.ConstructorError(None, None, reason, key.start_mark)
            seen.add(word)
        return dict(super().construct_mapping(node, deep=deep))


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag.rpartition(":")[2] in ("int", "float", "null")
        or (tag.endswith(":bool") and first in "tTfF")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_ROW = TypeAdapter[Row](Row)


class BadPrompt(Exception):
    """A prompt that cannot become a session: the line (1-based) and why. Nothing was made of it."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


@dataclass(slots=True)
class Prompt:
    """One session prompt as it was read, and where."""

    file: str
    line: int
    title: str
    frontmatter: Row
    token_budget: int
    prompts_count: int
    body: str
    created_at: str | None
    remarks: list[Remark] = field(default_factory=list)

    @property
    def key(self) -> str:
        """What makes two readings the same prompt: all that is in it."""
        told: list[Value] = [self.frontmatter, self.body, self.title]
        return sha256(to_json(told).encode()).hexdigest()


def read_prompt_file(file: str, text: str) -> Prompt:
    """Read a prompt from a file of its own.

    Raises:
        BadPrompt: it has no frontmatter, or not what a session needs.
    """
    lines = text.removeprefix("\ufeff").splitlines(keepends=True)
    if not lines or not _FENCE.fullmatch(lines[0].rstrip("\r\n")):
        raise BadPrompt(1, "has no frontmatter: its first line is not ---")
    for number, line in enumerate(lines[1:], 1):
        if _FENCE.fullmatch(line.rstrip("\r\n")):
            inside, body = "".join(lines[1:number]), "".join(lines[number + 1 :])
            name = re.split(r"[/\\]", file)[-1].rsplit(".", 1)[0]
            return read_prompt(inside, body, file=file, line=1, name=name)
    raise BadPrompt(1, "its frontmatter has no end: a second line --- is missing")


def read_prompt(matter: str, body: str, *, file: str, line: int, name: str) -> Prompt:
    """Make a prompt of its frontmatter (whose opening fence is line `line`, 1-based) and its body;
    `name` is what it is called where it stands.

    Raises:
        BadPrompt: the YAML is wrong, or lacks what a session needs.
    """
    if len(body) > LONGEST_TEXT:
        raise BadPrompt(line, f"its text is longer than {LONGEST_TEXT:,} characters")
    told = _mapping(matter, line)
    checked = _checked(told, matter, line)
    title = str(told.get("title") or "").strip() or name.strip() or "Session"
    flat = " ".join(title.split())
    prompt = Prompt(
        file=file,
        line=line,
        title=flat[:200].strip(),
        frontmatter=told,
        token_budget=int(str(checked["token_budget"])),
        prompts_count=int(str(checked["prompts_count"])),
        body=body.replace("\r\n", "\n").strip("\r\n"),
        created_at=_created_at(told, name),
    )
    if len(flat) > 200:
        prompt.remarks.append(
            Remark(line, "its title is cut to 200 characters; the frontmatter has it")
        )
    if str(told["schema_version"]) != SCHEMA_VERSION:
        written = str(told["schema_version"])[:40]
        reason = f"schema_version {written!r} is newer than or other than {SCHEMA_VERSION}; kept"
        prompt.remarks.append(Remark(_line_of("schema_version", matter, line), reason))
    if len(prompt.body) > LONGEST_BODY:
        reason = f"its text is longer than {LONGEST_BODY:,} characters; the rest is in its metadata"
        prompt.remarks.append(Remark(line, reason))
    return prompt


def _mapping(matter: str, line: int) -> Row:
    if matter.count("&") > 20 or matter.count("*") > 2000:
        raise BadPrompt(line, "its frontmatter is full of YAML anchors")
    try:
        loaded = YAMLHandler().load(matter, Loader=_Loader)
        told = _ROW.validate_python(loaded if loaded is not None else {})
        check_value("frontmatter", told)
    except yaml.YAMLError as failure:
        mark = getattr(failure, "problem_mark", None)
        place = line + 1 + (mark.line if mark is not None else 0)
        problem = getattr(failure, "problem", None) or "it cannot be read"
        raise BadPrompt(place, f"its frontmatter is no YAML: {problem}") from None
    except ValidationError:
        raise BadPrompt(line, "its frontmatter is no mapping of plain values") from None
    except InvalidArguments as problem:
        place = _line_of(problem.field.removeprefix("frontmatter."), matter, line)
        raise BadPrompt(place, f"its frontmatter cannot be kept: {problem.rule}") from None
    except (RecursionError, ValueError):
        raise BadPrompt(line, "its frontmatter is nested too deeply") from None
    return told


def _checked(told: Row, matter: str, line: int) -> Row:
    for name in ("schema_version", "token_budget", "prompts_count"):
        if told.get(name) is None:
            raise BadPrompt(line, f"its frontmatter has no {name}, which a session needs")
    needed: Row = {name: told[name] for name in ("token_budget", "prompts_count")}
    try:
        return validate_metadata("session", needed | {"yaml_frontmatter": told})
    except InvalidArguments as problem:
        name = problem.field.removeprefix("metadata.")
        reason = problem.message.removeprefix("metadata.")
        raise BadPrompt(_line_of(name, matter, line), reason) from None


def _line_of(name: str, matter: str, line: int) -> int:
    for number, each in enumerate(matter.splitlines(), 1):
        if each.startswith(name):
            return line + number
    return line


def _created_at(told: Row, name: str) -> str | None:
    for written in (told.get("date"), told.get("created"), told.get("created_at"), name):
        if isinstance(written, str):
            when = take_when(Scan(written.replace("_", " ")))
            if when is not None:
                return when.moment
    return None
