"""A project whose snapshots are kept, and processes that keep them."""

import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from watchfiles import watch

from gitlayer.paths import path_of
from localstore.entities import WORK_ITEM
from localstore.models import WorkItemCreate, WorkItemPatch
from localstore.store import Store
from localstore.values import Row, number_of, text_of
from tests.tidelog.running import Ended, environment, git, tidelog
from tidelog.arguments import parse
from tidelog.doctor import doctor
from tidelog.restoring import restore
from tidelog.snapshots import snapshot
from tidelog.wiring import Ids, now

SECONDS = 20.0
"""When to give up waiting."""


class Kept:
    """A project's folder with its store and its snapshots."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / ".tidelog"
        self.status = self.home / "status"
        self.database = self.home / "store.db"

    def run(self, *words: str, **variables: str) -> Ended:
        """Run a command in the project; it must succeed."""
        done = tidelog(*words, cwd=self.folder, **variables)
        assert done.code == 0, done.err + done.out
        return done

    async def do(self, *words: str) -> None:
        """Run a command in this process; it must succeed."""
        arguments = parse([*words, "--home", str(self.home)])
        commands = {"restore": restore, "snapshot": snapshot, "doctor": doctor}
        assert await commands[words[0]](arguments) == 0

    @asynccontextmanager
    async def store(self) -> AsyncIterator[Store]:
        """The store, opened as another process would."""
        async with await Store.open(self.database, clock=now, new_id=Ids()) as store:
            yield store

    async def create(self, title: str = "Fix", **fields: str) -> Row:
        """A new task."""
        item = WorkItemCreate.model_validate({"item_type": "task", "title": title, **fields})
        async with self.store() as store:
            return await store.create_work_item(item, who="ada")

    async def change(self, item: Row, **fields: str) -> None:
        """Change a task, whatever its version."""
        async with self.store() as store:
            shown = await store.work_item(text_of(item, "id"))
            patch = WorkItemPatch.model_validate(fields)
            version = number_of(shown, "version")
            await store.update_work_item(text_of(item, "id"), version, patch, who="ada")

    async def row(self, item: Row) -> Row:
        """A task as the store has it, with everything."""
        async with self.store() as store:
            return await store.work_item(text_of(item, "id"), detail="full")

    async def titles(self) -> list[str]:
        """The titles of all tasks, in alphabetical order."""
        async with self.store() as store:
            return sorted(text_of(row, "title") for row in await store.rows_of(WORK_ITEM))

    def file(self, item: Row) -> Path:
        """A task's file."""
        return self.status / path_of(WORK_ITEM, {"item_type": "task", **item})

    def edit(self, item: Row, old: str, new: str) -> None:
        """Edit a task's file as an editor does: beside, then in place of it."""
        file = self.file(item)
        before = file.read_text(encoding="utf-8")
        assert old in before
        fresh = file.with_name(f".{file.name}.new")
        fresh.write_text(before.replace(old, new), encoding="utf-8")
        fresh.replace(file)

    def git(self, *words: str) -> str:
        """What git prints in the snapshot repository."""
        return git(*words, cwd=self.status)

    def subjects(self) -> list[str]:
        """The log, newest first, by its first lines."""
        return self.git("log", "--format=%s").splitlines()

    def is_clean(self) -> bool:
        """Whether git sees no difference in the snapshot repository."""
        return self.git("status", "--porcelain") == ""


async def begun(folder: Path) -> Kept:
    """A new project with a store."""
    kept = Kept(folder)
    kept.home.mkdir(mode=0o700, parents=True)
    (folder / "tidelog.toml").write_text('person = "grace"\n', encoding="utf-8")
    async with kept.store() as store:
        await store.set_project("Harbour")
    return kept


class Keeper:
    """A running `tidelog snapshot --watch`."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def line(self) -> str:
        """The next line it says."""
        assert self.process.stderr is not None
        return self.process.stderr.readline()

    def end(self, number: int) -> int:
        """Send it a signal; how it ended."""
        self.process.send_signal(number)
        return self.process.wait(SECONDS)


@contextmanager
def keeper(kept: Kept, *words: str, **variables: str) -> Iterator[Keeper]:
    """A keeper that has said its first line; ended with the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tidelog", "snapshot", "--watch", *words],
        cwd=kept.folder,
        env=environment(**variables),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    with process:
        try:
            yield Keeper(process)
        finally:
            process.kill()


async def until(kept: Kept, holds: Callable[[], Awaitable[bool]]) -> float:
    """Wait until something holds, looking whenever a file of the project changes; how long."""
    begun_at = time.monotonic()
    looks = watch(kept.home, rust_timeout=100, yield_on_timeout=True, step=10, debounce=20)
    for _ in looks:
        if await holds():
            return time.monotonic() - begun_at
        if time.monotonic() - begun_at > SECONDS:
            raise AssertionError("it did not come about")
    raise AssertionError("nothing can be watched here")


def listing(folder: Path) -> list[str]:
    """The names in a folder."""
    return sorted(path.name for path in folder.glob("*"))


async def written(kept: Kept) -> tuple[Row, str]:
    """Two tasks in two snapshots; the first task, and the commit of the first snapshot."""
    item = await kept.create("One")
    await kept.do("snapshot")
    first = kept.git("rev-parse", "HEAD").strip()
    await kept.create("Two")
    await kept.change(item, title="Uno")
    await kept.do("snapshot")
    return item, first


def store_files(folder: Path) -> list[str]:
    """What there is of a store in a folder."""
    return [name for name in listing(folder) if name.startswith("store.db")]
