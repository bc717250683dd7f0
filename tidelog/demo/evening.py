"""The last chapters: a file kept by hand comes in, git tells the day, a lost store comes back."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from localstore.entities import ENTITIES
from localstore.models import Page
from localstore.values import Row, mapping_of, number_of, rows_of, text_of
from tidelog.demo.afternoon import Tell
from tidelog.demo.running import Line, done, git_log, tidelog
from tidelog.discovery import Place
from tidelog.settings import Settings
from tidelog.wiring import open_store

OLD_FILE = "old_status.md"
_HAND_WRITTEN = "## HOW WE WORK"
_SHOWN = 4


@dataclass(slots=True)
class Evening:
    """The afternoon's store, when both assistants have gone home."""

    place: Place
    settings: Settings
    story: str
    """The ref of the item whose story is told."""
    tell: Tell
    quote: Tell
    listing: Callable[[Sequence[Line]], None]
    broken_claims: list[str] = field(default_factory=list)

    @property
    def scratch(self) -> Path:
        """Where the demo may put files."""
        return self.place.project_folder.parent

    def claim(self, holds: bool, claim: str) -> None:
        """Note a claim of the story that does not hold."""
        if not holds:
            self.broken_claims.append(claim)


async def old_status(evening: Evening) -> None:
    """A status file that was kept by hand becomes a store; what was written by hand stays."""
    folder = evening.scratch / "Harbour"
    folder.mkdir()
    text = files("tidelog.demo").joinpath(OLD_FILE).read_text(encoding="utf-8")
    (folder / OLD_FILE).write_text(text, encoding="utf-8")
    await done("init", "--project", "Harbour", cwd=folder)
    outcome: Row = json.loads(await done("import", OLD_FILE, "--json", cwd=folder))
    lines, checks = mapping_of(outcome, "lines"), mapping_of(outcome, "reconciliation")
    mapped, section, note = (number_of(lines, kind) for kind in ("mapped", "section", "note"))
    evening.claim(
        mapped + section + note == len(text.splitlines()), "every line of it is accounted for"
    )
    agree = [mapping_of(checks, name).get("match") is True for name in checks]
    evening.claim(len(agree) >= 5 and all(agree), "the store holds what the file tells")
    evening.claim((folder / OLD_FILE).read_text(encoding="utf-8") == text, "the file is untouched")
    evening.tell(
        f"A team next door keeps its status by hand, {len(text.splitlines())} lines of it. "
        f"`tidelog import` makes {mapped} of them fields, leaves {section} as they are for the "
        f"report and keeps {note} as a note. {len(agree)} checks compare file and store. What it "
        "had to decide it says:"
    )
    for flag in rows_of(outcome, "flagged"):
        evening.quote(f"line {number_of(flag, 'line')}: {text_of(flag, 'reason')}")
    report = await done("report", cwd=folder)
    by_hand = text[text.index(_HAND_WRITTEN) :]
    evening.claim(report.endswith(by_hand), "what was written by hand is in the report")
    again = await done("import", OLD_FILE, cwd=folder)
    evening.tell(
        "The rules by which they deploy, and what they learnt about ink, stand in the new report "
        "byte for byte. Imported once more:"
    )
    evening.claim("nothing was added" in again, "imported twice is imported once")
    evening.quote(again.partition("\n")[0])


async def what_git_says(evening: Evening) -> None:
    """Every change a commit: git's own log is the status log."""
    place = evening.place
    status = place.snapshots
    await done("snapshot", "--home", str(place.home), cwd=place.project_folder)
    async with await open_store(place, evening.settings) as store:
        changes = await store.head()
        history = await store.history(evening.story, Page(limit=1))
    every = await git_log(status)
    evening.claim(len(every) == changes, "each change is one commit")
    evening.tell(
        f"`tidelog snapshot` writes every row as a file to read and to edit, and commits the "
        f"afternoon's {changes} changes, each with its own author and time. `git log` now says:"
    )
    evening.listing(every[:_SHOWN])
    [file] = status.glob(f"work-items/*/{evening.story}*.md")
    path = file.relative_to(status).as_posix()
    story = await git_log(status, "--", path)
    evening.claim(len(story) == number_of(history, "total"), "the file's log is the item's story")
    evening.tell(f"The story of {evening.story} is the log of its file, {path}:")
    evening.listing(story)


async def lost_store(evening: Evening) -> None:
    """The store is deleted, and comes back from git, row by row."""
    place = evening.place
    before = await _every_row(evening)
    lost = sorted(place.home.glob("store.db*"))
    for file in lost:
        file.unlink()
    names = ", ".join(file.name for file in lost)
    evening.tell(
        f"Somebody deletes {names}. `tidelog status` answers all the same, and warns where from:"
    )
    home = ("--home", str(place.home))
    gone = await tidelog("status", *home, cwd=place.project_folder)
    evening.claim(gone.code == 0 and not place.store.exists(), "git answers for a lost store")
    evening.quote(_near(gone.err, place))
    restored = await done("restore", "--from", "git", *home, cwd=place.project_folder)
    evening.tell("`tidelog restore --from git`:")
    evening.quote(_near(restored, place))
    after = await _every_row(evening)
    evening.claim(after == before, "every row is back as it was")
    evening.tell(
        f"All {sum(map(len, before.values())):,} rows and changes are compared with those from "
        "before: not one differs. The status below is read from the restored store."
    )


async def _every_row(evening: Evening) -> dict[str, list[Row]]:
    """What is in the store: each row of each kind, and every change."""
    async with await open_store(evening.place, evening.settings) as store:
        rows = {name: list(await store.rows_of(entity)) for name, entity in ENTITIES.items()}
        changes: list[Row] = []
        cursor: str | None = None
        while cursor is None or cursor:
            page = await store.history(None, Page(limit=200, cursor=cursor))
            changes += rows_of(page, "items")
            cursor = text_of(page, "next_cursor")
    return rows | {"history": changes}


def _near(said: str, place: Place) -> str:
    """What a command said, with paths as they look from the project's folder."""
    return said.replace(f"{place.project_folder}/", "").strip()


CHAPTERS = (
    ("The old status file", old_status),
    ("What git says", what_git_says),
    ("The store is lost", lost_store),
)
"""The chapters of the evening, in their order; the first needs no git."""
