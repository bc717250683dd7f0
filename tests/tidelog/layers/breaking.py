"""A project that has everything, and the many ways in which a store can be lost."""

import random
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from localstore.values import Row, parse_moment, text_of
from mcp_server.tools import TOOLSETS
from syncd.embedded import free_port
from tests.mcp_server.calling import Caller, calling
from tests.tidelog.keepers import Kept
from tidelog import serving
from tidelog.arguments import parse
from tidelog.layers.chain import Chain
from tidelog.layers.composing import layered
from tidelog.opening import Setting, locate

SETTINGS = "busy_timeout_seconds = 0.05\nsnapshots = false\n"
PAGE = 4096


@dataclass(frozen=True)
class Prepared:
    """A folder with a store that is in step with its hub and its snapshots, to be copied; and
    something to ask for."""

    folder: Path
    dsn: str
    item: str

    def copy(self, folder: Path) -> Kept:
        """A copy to be broken."""
        shutil.copytree(self.folder, folder)
        return Kept(folder)

    def questions(self) -> dict[str, Row]:
        """Every tool that reads, and what to ask it."""
        reading = {
            spec.name
            for toolset in TOOLSETS.values()
            for spec in toolset.specs
            if spec.traits.reads
        }
        asked: dict[str, Row] = {
            "query_work_item": {"id": self.item},
            "query_vendor_status": {"name": "Vendor number 00"},
            "list_work_items": {"query": "grammar"},
        }
        return {name: asked.get(name, {}) for name in sorted(reading)}


def missing(store: Path) -> None:
    """The file is gone, and its log with it."""
    for part in store.parent.glob("store.db*"):
        part.unlink()


def emptied(store: Path) -> None:
    """The file has no bytes."""
    store.write_bytes(b"")


def truncated(store: Path) -> None:
    """Two thirds of the file are gone."""
    with store.open("r+b") as file:
        file.truncate(store.stat().st_size // 3 // PAGE * PAGE + 100)


def overwritten(store: Path) -> None:
    """Four of five pages hold noise, but for the first one."""
    dice = random.Random(7)
    pages = store.stat().st_size // PAGE
    overwrite(store, [page for page in range(2, pages + 1) if dice.random() < 0.8])


def overwrite(store: Path, pages: list[int]) -> None:
    """Fill pages, counted from 1, with noise."""
    dice = random.Random(9)
    with store.open("r+b") as file:
        for page in pages:
            file.seek((page - 1) * PAGE)
            file.write(dice.randbytes(PAGE))


def damage(store: Path, table: str) -> None:
    """Overwrite the pages on which a table and its indexes begin."""
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        found = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE tbl_name = ? AND rootpage > 0", (table,)
        ).fetchall()
    overwrite(store, [int(page) for (page,) in found])


def noise(store: Path) -> None:
    """All of it is noise."""
    store.write_bytes(random.Random(8).randbytes(20_000))


def future(store: Path) -> None:
    """A newer tidelog wrote it."""
    with closing(sqlite3.connect(store, isolation_level=None)) as connection:
        connection.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
            "VALUES ('tidelog', '9999_later', '')"
        )


def folder_instead(store: Path) -> None:
    """A folder stands in its place."""
    missing(store)
    store.mkdir()


BROKEN: tuple[Callable[[Path], None], ...] = (
    missing,
    emptied,
    truncated,
    overwritten,
    noise,
    future,
    folder_instead,
)


@contextmanager
def locked(store: Path) -> Iterator[None]:
    """Another connection keeps everybody out, readers too."""
    with closing(sqlite3.connect(store, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        yield


@contextmanager
def writing(store: Path) -> Iterator[None]:
    """Another connection writes, and comes to no end; everybody may read."""
    with closing(sqlite3.connect(store, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


def without_hub(kept: Kept) -> None:
    """No hub was ever joined, as far as the folder tells."""
    (kept.home / "hub").unlink()


def with_dead_hub(kept: Kept) -> None:
    """Nobody listens where the hub was."""
    noted = (kept.home / "hub").read_text().splitlines()
    dead = f"postgresql://ann:secret@127.0.0.1:{free_port()}/hub"
    (kept.home / "hub").write_text("\n".join([dead, *noted[1:]]) + "\n")


def without_git(kept: Kept) -> None:
    """The files are there, and no repository."""
    shutil.rmtree(kept.status / ".git")


def with_corrupt_git(kept: Kept) -> None:
    """Git has lost its objects."""
    objects = [*(kept.status / ".git" / "objects").rglob("*")]
    for file in objects:
        if file.is_file():
            file.chmod(0o600)
            file.write_bytes(b"not an object")


def setting_of(kept: Kept) -> Setting:
    """Where a server for it would work, and how."""
    return locate(parse(["serve", "--home", str(kept.home)]), kept.folder)


def expect_told(answer: Row, source: str) -> None:
    """An answer says which layer it is from, how old that is, and what to do."""
    assert answer["source"] == source
    assert f"{parse_moment(text_of(answer, 'as_of')):%Y-%m-%dT%H:%M:%SZ}" == answer["as_of"]
    warning = text_of(answer, "warning")
    assert text_of(answer, "as_of") in warning
    assert " old; " in warning
    assert "\n" not in warning
    assert (source == "git") == (len(text_of(answer, "commit")) == 40)


class Watch:
    """A monotonic clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        """The time."""
        return self.seconds


@asynccontextmanager
async def served(kept: Kept, watch: Watch | None = None) -> AsyncIterator[tuple[Caller, Chain]]:
    """A client of a server in this process, put together as `tidelog serve` does it."""
    setting = setting_of(kept)
    async with layered(setting, monotonic=watch or Watch()) as chain:
        server = serving.server_over(chain, setting.place, setting.settings.values)
        async with calling(server) as caller:
            yield caller, chain
