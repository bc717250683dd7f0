"""A store with its snapshots, and short ways to look at what git and the files hold."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from gitlayer.commits import trailers_of
from gitlayer.edits import Edit, Fate
from gitlayer.past import Step, steps
from gitlayer.paths import path_of
from gitlayer.rebuild import rebuild_from_git
from gitlayer.repository import PROBLEM_SUFFIX, Repository
from gitlayer.snapshot import Snapshots, Taken
from localstore.entities import ENTITIES, WORK_ITEM, Entity
from localstore.models import Page
from localstore.values import Row, rows_of, text_of
from tests.localstore.lived_in import everything
from tests.localstore.world import World

NOBODY = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_AUTHOR_NAME": "Grace",
    "GIT_AUTHOR_EMAIL": "grace@example.org",
    "GIT_COMMITTER_NAME": "Grace",
    "GIT_COMMITTER_EMAIL": "grace@example.org",
}
"""Git as somebody who has configured nothing but a name."""


def git(folder: Path, *words: str) -> str:
    """What a person's git prints in a folder; it must succeed."""
    done = asked(folder, *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def asked(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """A person's git in a folder, however it ends."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return subprocess.run(
        ["git", *words],
        cwd=folder,
        env=kept | NOBODY,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def stood(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by path, but for what git keeps."""
    return {
        path: (folder / path).read_bytes()
        for path in names(folder)
        if path.partition("/")[0] != ".git"
    }


def names(folder: Path) -> list[str]:
    """The paths of every file below a folder."""
    found = (path for path in folder.rglob("*") if path.is_file() or path.is_symlink())
    return sorted(path.relative_to(folder).as_posix() for path in found)


class Kept:
    """One store and the repository of its snapshots; `who` signs what is edited by hand."""

    def __init__(self, world: World, repository: Repository | None = None) -> None:
        self.world = world
        self.repository = repository or Repository.own(world.path.parent / "status")
        self.folder = self.repository.work_tree

    async def snapshot(self) -> Taken:
        """Take a snapshot."""
        taken = await Snapshots(self.world.store, self.repository, who=lambda: "grace").take()
        assert taken is not None
        return taken

    async def edits(self) -> list[Edit]:
        """Take a snapshot; the edits it found."""
        return (await self.snapshot()).edits

    async def edit(self) -> Edit:
        """Take a snapshot that must find exactly one edit."""
        (edit,) = await self.edits()
        return edit

    def path(self, row: Row, entity: Entity = WORK_ITEM) -> str:
        """Where a row's file lies."""
        return path_of(entity, {"item_type": "task", **row} if entity is WORK_ITEM else row)

    def file(self, row: Row, entity: Entity = WORK_ITEM) -> Path:
        """A row's file."""
        return self.folder / self.path(row, entity)

    def replace(self, row: Row, old: str, new: str, entity: Entity = WORK_ITEM) -> None:
        """Edit a row's file as a person does."""
        file = self.file(row, entity)
        before = file.read_bytes().decode()
        assert old in before
        file.write_bytes(before.replace(old, new).encode())

    def note(self, row: Row) -> str:
        """The note beside a row's file; empty when there is none."""
        note = Path(f"{self.file(row)}{PROBLEM_SUFFIX}")
        return note.read_text(encoding="utf-8") if note.exists() else ""

    async def row(self, row: Row, entity: Entity = WORK_ITEM) -> Row:
        """The whole row as the store has it."""
        found = [each for each in await self.world.store.rows_of(entity) if each["id"] == row["id"]]
        return found[0]

    async def conflicts(self) -> list[Row]:
        """The open conflicts."""
        return rows_of(await self.world.store.conflicts("open", Page()), "items")

    def git(self, *words: str) -> str:
        """What a person's git prints in the snapshot repository."""
        return git(self.folder, *words)

    def steps(self) -> list[Step]:
        """Every commit, oldest first."""
        tip = self.repository.tip()
        return steps(self.repository, tip.commit) if tip else []

    def changes(self) -> list[str]:
        """The changes that commits were made of, in order."""
        told = [trailers_of(step.message) for step in self.steps()]
        return [each["Tidelog-Change"] for each in told if "Tidelog-Version" in each]

    def is_clean(self) -> bool:
        """Whether git sees no difference between the newest commit, the index and the files."""
        return self.git("status", "--porcelain", "--untracked-files=all") == ""

    async def history(self) -> list[Row]:
        """Every change of the store, oldest first."""
        return [state.entry for state in await self.world.store.states_after(0, 100_000)]

    async def expect_whole(self) -> None:
        """All is in order: each change is one commit, in order; files, index and store agree; the
        repository and the store pass their checks."""
        told = [text_of(entry, "change_id") for entry in await self.history()]
        assert self.changes() == told
        assert self.is_clean()
        self.git("fsck", "--strict")
        assert await self.world.failed_checks() == []
        for entity in ENTITIES.values():
            for row in await self.world.store.rows_of(entity):
                text = self.file(row, entity).read_bytes().decode()
                assert f"\nchange_id: {row['change_id']}\n" in text


def fates(edits: Sequence[Edit]) -> list[Fate]:
    """What became of each edited file."""
    return [edit.fate for edit in edits]


async def expect_restorable(kept: Kept) -> None:
    """The newest commit gives the rows and changes that the store has."""
    rebuilt = rebuild_from_git(kept.repository, kept.git("rev-parse", "main").strip())
    assert rebuilt.unread == []
    assert {(e.name, text_of(row, "id")): row for e, row in rebuilt.rows} == (
        await everything(kept.world)
    )
    assert [text_of(each, "change_id") for each in rebuilt.history] == kept.changes()
