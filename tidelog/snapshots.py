"""`tidelog snapshot` and `tidelog export`: the store as files that people read and edit."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from localstore.entities import ENTITIES
from localstore.errors import InvalidArguments, Unavailable
from localstore.values import Row, Value, text_of
from tidelog.arguments import Arguments
from tidelog.keeping import edit_lines, maintain, take_snapshot
from tidelog.opening import Setting, locate, opened
from tidelog.progress import progress
from tidelog.screen import say, show_json
from tidelog.watching import watch

if TYPE_CHECKING:
    from gitlayer.snapshot import Taken


async def snapshot(arguments: Arguments) -> int:
    """`tidelog snapshot`: once, or with `--watch` until it is told to stop.

    Raises: InvalidArguments: --json of what does not end. Besides, as `take_snapshot` says.
    """
    if arguments.json and arguments.watch:
        raise InvalidArguments("--json", "does not go with --watch, which has no answer to print")
    setting = locate(arguments, Path.cwd())
    async with opened(setting, keep=False) as store:
        if arguments.watch:
            return await watch(store, setting, until_eof=arguments.until_eof)
        taken = await take_snapshot(store, setting.place, setting.settings.values)
        await maintain(setting.place, setting.settings.values)
    if arguments.json:
        show_json(_told(taken))
        return 0
    folder = setting.place.snapshots
    for line in edit_lines(taken):
        say(line)
    commits = taken.commits if taken else 0
    if commits:
        say(f"Committed {commits} change{'s' * (commits != 1)}; read them with:")
        say(f"  git -C {folder} log --oneline {_branch(setting)}".rstrip())
    else:
        say(f"Nothing to commit; {folder} is up to date.")
    return 0


async def export(arguments: Arguments) -> int:
    """`tidelog export FOLDER`: the same files, without git, into a new or empty folder."""
    from gitlayer.edits import REPORT
    from gitlayer.paths import path_of
    from gitlayer.render import render
    from gitlayer.report import render_report

    folder = _new_folder(arguments.key or "")
    async with opened(locate(arguments, Path.cwd())) as store:
        rows = [
            (entity, row) for entity in ENTITIES.values() for row in await store.rows_of(entity)
        ]
        facts = await store.report_facts()
    files: dict[str, str] = {}
    with progress("Rendering files") as step:
        for entity, row in rows:
            files[path_of(entity, row)] = render(entity, row)
            step(len(files), len(rows))
    files[REPORT] = render_report(facts, text_of(facts, "layout"))
    _write_files(folder, files)
    say(f"Wrote {len(files)} files into {folder}; the report is {folder / REPORT}.")
    return 0


def _new_folder(name: str) -> Path:
    folder = Path(name).expanduser()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InvalidArguments("FOLDER", f"{folder} is not empty", hint="name a new folder")
    return folder


def _write_files(folder: Path, files: Mapping[str, str]) -> None:
    try:
        with progress("Writing files") as step:
            for done, (path, text) in enumerate(files.items(), start=1):
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(text.encode())
                step(done, len(files))
    except OSError as failure:
        raise Unavailable(f"{folder} cannot be written: {failure.strerror}") from failure


def _told(taken: "Taken | None") -> Row:
    edits: list[Value] = [
        {
            "path": edit.path,
            "fate": edit.fate.name.lower(),
            "changed": [*edit.changed],
            "conflicts": [*edit.conflicts],
            "reason": edit.reason,
        }
        for edit in (taken.edits if taken else ())
    ]
    return {
        "commits": taken.commits if taken else 0,
        "commit": taken.commit if taken else "",
        "edits": edits,
    }


def _branch(setting: Setting) -> str:
    values = setting.settings.values
    return values.snapshot_branch if values.snapshot_repository is not None else ""
