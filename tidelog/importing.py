"""`tidelog import FILE`: take over a hand-kept status file, and session prompts."""

import codecs
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from localstore.errors import InvalidArguments, Unavailable
from localstore.values import Row, Value, rows_of
from tidelog.arguments import Arguments
from tidelog.keeping import person
from tidelog.opening import locate, opened
from tidelog.screen import Screen, show_json
from tidelog.views.imported import import_lines

if TYPE_CHECKING:
    from gitlayer.legacy.prompts import Prompt

LARGEST_FILE = 4_000_000
"""Bytes; a larger file was not kept by hand."""

_SHAPE = ("ok", "reconciliation", "lines", "skipped", "flagged")
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


async def import_status(arguments: Arguments) -> int:
    """`tidelog import FILE [--prompts DIR] [--repo REPO] [--dry-run] [--json]`.

    Returns 1, with nothing written, when the store would not hold what the file tells.
    """
    from gitlayer.legacy.planning import plan
    from gitlayer.legacy.reading import read_status

    name = arguments.key or ""
    legacy = read_status(_text("FILE", name, _content(name)), name)
    prompts, skipped = _read_prompts(_prompt_files(arguments))
    setting = locate(arguments, Path.cwd())
    async with opened(setting, keep=not arguments.dry_run) as store:
        outcome = await store.import_rows(
            partial(plan, legacy, prompts),
            who=person(setting.place, setting.settings.values),
            dry_run=arguments.dry_run,
        )
    told: list[Value] = [*rows_of(outcome, "skipped"), *skipped]
    outcome["skipped"] = told
    if arguments.json:
        show_json({part: outcome[part] for part in _SHAPE})
    else:
        screen = Screen()
        screen.show(import_lines(outcome, dry_run=arguments.dry_run, width=screen.width))
    return 0 if outcome["ok"] is True else 1


def _content(name: str) -> bytes:
    path = Path(name).expanduser()
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise InvalidArguments(
                "FILE", f"{path} has {size:,} bytes, of at most {LARGEST_FILE:,}"
            )
        return path.read_bytes()
    except OSError as failure:
        raise Unavailable(
            f"{path} cannot be read: {failure.strerror}", hint="name a status file"
        ) from failure


def _text(field: str, name: str, content: bytes) -> str:
    """The text of a file, in UTF-8, or in UTF-16 when it begins with that mark.

    Raises:
        InvalidArguments: it is in neither; names the first line that is not.
    """
    try:
        return content.decode("utf-16" if content.startswith(_WIDE) else "utf-8")
    except UnicodeDecodeError as failure:
        line = content.count(b"\n", 0, failure.start) + 1
        raise InvalidArguments(
            field,
            f"line {line} of {name} is not UTF-8 text",
            hint="convert it first, with `iconv -f WINDOWS-1252 -t UTF-8` for instance",
        ) from None


def _prompt_files(arguments: Arguments) -> dict[str, bytes | None]:
    """Every file of session prompts that was asked for, by name; None for one that is too large."""
    from gitlayer.legacy.prompts_in_history import LARGEST, prompts_in_history

    files: dict[str, bytes | None] = {}
    if arguments.prompts is not None:
        folder = _folder("--prompts", arguments.prompts)
        for path in sorted(folder.rglob("*.md")):
            if path.is_file():
                large = path.stat().st_size > LARGEST
                files[str(path)] = None if large else _content(str(path))
    if arguments.repo is not None:
        files |= prompts_in_history(_folder("--repo", arguments.repo))
    return files


def _folder(flag: str, name: str) -> Path:
    folder = Path(name).expanduser()
    if not folder.is_dir():
        raise InvalidArguments(flag, f"{name} is no folder")
    return folder


def _read_prompts(files: dict[str, bytes | None]) -> tuple[list["Prompt"], list[Row]]:
    """The prompts in files, and what is wrong with those that are none."""
    from gitlayer.legacy.prompts import BadPrompt, read_prompt_file

    prompts: list[Prompt] = []
    skipped: list[Row] = []
    for path, content in files.items():
        name = path.encode(errors="replace").decode()
        if content is None:
            reason = "is too large for a session prompt"
            skipped.append({"file": name, "line": 1, "reason": reason})
            continue
        try:
            prompts.append(read_prompt_file(name, _text("FILE", name, content)))
        except BadPrompt as problem:
            skipped.append({"file": name, "line": problem.line, "reason": problem.reason})
        except InvalidArguments:
            skipped.append({"file": name, "line": 1, "reason": "is not UTF-8 text"})
    return prompts, skipped
