"""What people wrote into the files, on its way into the store: by a merge, like a sync."""

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from gitlayer.layout import generated_of, layout_of, settle
from gitlayer.parse import BadFile, parse
from gitlayer.past import content
from gitlayer.paths import FOLDERS, path_of, row_at_path
from gitlayer.render import render
from gitlayer.repository import PROBLEM_SUFFIX, Repository
from gitlayer.worktree import WorkTree
from localstore.entities import CONFIGURATION, ENTITIES, Entity
from localstore.errors import TidelogError
from localstore.store import Store
from localstore.values import Row, text_of, texts_of

REPORT = ".project_status.md"
"""The report's file in the working tree."""

_CHANGE_ID = re.compile(r"^change_id: ([0-9a-f-]{36})\r?$", re.MULTILINE)
_ROW_ID = re.compile(r"^id: ([0-9a-f-]{36})\r?$", re.MULTILINE)


class Fate(Enum):
    """What became of a file that stood differently."""

    TAKEN = "taken into the store"
    STALE = "behind the store, nobody edited it"
    REFUSED = "left as it is; a note beside it says why"
    GONE = "deleted, and written again"
    FOREIGN = "not a file of tidelog"


@dataclass(frozen=True, slots=True)
class Edit:
    """One file that stood differently than it was committed, and what became of it.

    `seen` is what was read there; `home` the path its row's file has, where that is another.
    """

    path: str
    fate: Fate
    seen: bytes | None = None
    home: str = ""
    ref: str = ""
    changed: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class EditReader:
    """Reads files against the commit they were made from, and gives what changed to the store."""

    store: Store
    repository: Repository
    tree: WorkTree
    who: Callable[[], str]

    async def read(self, path: str, commit: str | None) -> Edit:
        """Look at one file that stands differently than in `commit`.

        A refused edit changes nothing in the store; the file stays, with a note beside it.

        Raises:
            Busy, Unavailable: of the store or of git.
        """
        if path == REPORT:
            return await self._report(commit)
        if not _is_ours(path):
            return Edit(path, Fate.FOREIGN)
        seen = self.tree.read(path)
        if seen is None:
            return self._no_file(path)
        try:
            return await self._file(path, seen, commit)
        except BadFile as failure:
            where = f"line {failure.line}: " if failure.line else ""
            return self._refused(path, seen, where + failure.reason)
        except TidelogError as failure:
            if failure.code in ("busy", "unavailable"):
                raise
            hint = f"; {failure.hint}" if failure.hint else ""
            return self._refused(path, seen, f"{failure.message}{hint}")

    async def _file(self, path: str, seen: bytes, commit: str | None) -> Edit:
        text = _text(path, seen)
        named = row_at_path(path) or _moved_row(path, text)
        base = None if named is None else await self._base(*named, text, path=path, commit=commit)
        if named is None or base is None:
            return Edit(path, Fate.FOREIGN, seen)
        entity, row_id = named
        home = path_of(entity, base)
        if home != path and self.tree.read(home) is not None:
            raise BadFile(path, None, f"it is a copy of {home}; edit that one, and delete this one")
        if text == render(entity, base):
            self.tree.forget_note(path)
            newest = content(self.repository, commit, home) if commit is not None else seen
            return Edit(path, Fate.STALE, seen, home, reason="" if newest == seen else _OLDER)
        edited = parse(home, text, base=base).row
        told = await self.store.apply_edit(entity, row_id, edited, base=base, who=self.who())
        self.tree.forget_note(path)
        return Edit(
            path,
            Fate.TAKEN,
            seen,
            home,
            text_of(told, "ref"),
            texts_of(told, "changed"),
            texts_of(told, "conflicts"),
        )

    async def _base(
        self, entity: Entity, row_id: str, text: str, *, path: str, commit: str | None
    ) -> Row | None:
        """The row the file was made from: by the change it names, else as it was committed."""
        named = _CHANGE_ID.search(text)
        base = await self.store.row_at(entity, row_id, named[1]) if named else None
        if base is None and commit is not None:
            committed = content(self.repository, commit, path)
            base = parse(path, _text(path, committed)).row if committed is not None else None
        return base

    def _no_file(self, path: str) -> Edit:
        if self.tree.holds(path):
            return self._refused(
                path, None, "it is no file any more; put one there, or move it away"
            )
        if row_at_path(path) is None:
            return Edit(path, Fate.FOREIGN)
        reason = "the file was deleted; its row is still there, and the file was written again"
        return Edit(path, Fate.GONE, reason=reason, home=path)

    async def _report(self, commit: str | None) -> Edit:
        """The report: what is written by hand goes into the store, the rest is made from it."""
        seen = self.tree.read(REPORT)
        if seen is None and self.tree.holds(REPORT):
            return self._no_file(REPORT)
        if seen is None:
            return Edit(REPORT, Fate.STALE, seen, REPORT)
        try:
            text = _text(REPORT, seen)
        except BadFile as failure:
            return self._refused(REPORT, seen, failure.reason)
        self.forget_refusal(REPORT)
        if commit is not None and seen == content(self.repository, commit, REPORT):
            return Edit(REPORT, Fate.STALE, seen, REPORT)
        made_from = self.repository.made_from(commit) if commit is not None else None
        committed = content(self.repository, made_from, REPORT) if made_from else None
        before = committed.decode(errors="replace") if committed is not None else ""
        rewritten = differences(generated_of(before), generated_of(text)) if before else ""
        if rewritten:
            self.tree.note(REPORT, _REPORT_NOTE + rewritten)
        told = await self._layout(layout_of(before), layout_of(text))
        fate = Fate.TAKEN if told else Fate.STALE
        reason = _REWRITTEN if rewritten else ""
        return Edit(REPORT, fate, seen, REPORT, changed=texts_of(told, "changed"), reason=reason)

    async def _layout(self, before: str, after: str) -> Row:
        if before == after:
            return {}
        current = (await self.store.rows_of(CONFIGURATION))[0]
        stored = text_of(current, "report_layout")
        # What is stored may be shorter than what a report shows of it: markers may be left out.
        same = settle(stored) == before
        base: Row = current | {"report_layout": stored if same else before}
        edited: Row = current | {"report_layout": after}
        row_id = text_of(current, "id")
        return await self.store.apply_edit(CONFIGURATION, row_id, edited, base=base, who=self.who())

    def forget_refusal(self, path: str) -> None:
        """Take away the note beside a file that stands as it should again."""
        note = self.tree.read(path + PROBLEM_SUFFIX) or b""
        if note.startswith(_NOTE.partition("{reason}")[0].format(path=path).encode()):
            self.tree.forget_note(path)

    def _refused(self, path: str, seen: bytes | None, reason: str) -> Edit:
        self.tree.note(path, _NOTE.format(path=path, reason=reason))
        return Edit(path, Fate.REFUSED, seen, path, reason=reason)


_OLDER = (
    "an earlier version of it was put there, perhaps by an editor that was open for long; it was "
    "written again as the store has it, and to go back the fields themselves have to be edited"
)
_REWRITTEN = (
    "lines that are written from the store were edited; they are kept in the note beside it"
)
_NOTE = """\
{path} was edited, and the edit could not be taken:

  {reason}

Nothing was changed in the store, and the file is as you left it. Correct it there; this note goes
away by itself. To drop the edit, delete the file: it is written again as the store has it.
"""
GONE_NOTE = """\
{path} was deleted by hand. The row it stands for is still in the store, so the file was written
again. To delete the row itself, ask an assistant or set `deleted_at` in the file; then delete this
note.
"""
_REPORT_NOTE = """\
Somebody edited lines of the report that are written from the store. The report was written again,
and what stood there is kept here. Change the item or the vendor itself (by its own file, or through
an assistant); then delete this note.

"""


def _is_ours(path: str) -> bool:
    """Whether a row's file, or one that a person renamed, could have this path."""
    folder, name = path.partition("/")[0], path.rpartition("/")[2]
    hidden = name.startswith(".")  # by editors, for themselves
    return row_at_path(path) is not None or (
        folder in FOLDERS.values() and name.endswith(".md") and not hidden
    )


def _text(path: str, seen: bytes) -> str:
    try:
        return seen.decode("utf-8")
    except UnicodeDecodeError as failure:
        line = seen.count(b"\n", 0, failure.start) + 1
        raise BadFile(path, line, "it is not UTF-8; save it as UTF-8") from None


def _moved_row(path: str, text: str) -> tuple[Entity, str] | None:
    """The row that a file in one of our folders, under a name of a person's, says it is of."""
    folder = path.partition("/")[0]
    named = _ROW_ID.search(text)
    names = [name for name, place in FOLDERS.items() if place == folder]
    return (ENTITIES[names[0]], named[1]) if named and names and path.endswith(".md") else None


def differences(before: dict[str, str], after: dict[str, str]) -> str:
    """The lines in which the generated sections differ, as `diff -u` shows them."""
    told = [
        line
        for name in before
        for line in difflib.unified_diff(
            before[name].splitlines(), after.get(name, "").splitlines(), name, name, lineterm=""
        )
    ]
    return "".join(f"{line}\n" for line in told)
