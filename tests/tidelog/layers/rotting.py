"""A lived-in project, the ways in which one page of its store rots, and what it answers then."""

import random
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from localstore.entities import ENTITIES, WORK_ITEM
from localstore.store import Store
from localstore.values import Row, rows_of, text_of
from mcp_server.tools import TOOLSETS
from tests.localstore.lived_in import Worker
from tests.localstore.world import World
from tests.tidelog.keepers import Kept
from tests.tidelog.layers.breaking import PAGE

SETTINGS = "busy_timeout_seconds = 5\nsnapshots = false\nbackups = 0\n"
STEPS = 260


@dataclass(frozen=True, slots=True)
class Asked:
    """One call of a tool that reads."""

    tool: str
    arguments: Row


@dataclass(frozen=True, slots=True)
class Lived:
    """A project in step with its snapshots; its store's bytes as they are and as they were earlier
    in its life, the pages that hold nothing, and everything that can be asked."""

    kept: Kept
    sound: bytes
    earlier: bytes
    unused: frozenset[int]
    questions: Sequence[Asked]


async def lived_in(folder: Path) -> Lived:
    """Live in a new project for a while, and snapshot it."""
    kept = Kept(folder)
    kept.home.mkdir(mode=0o700, parents=True)
    (folder / "tidelog.toml").write_text(SETTINGS, encoding="utf-8")
    world = await World.begin(kept.database)
    await world.store.set_project("Harbour")
    worker = Worker(world, 3)
    await worker.work(STEPS)
    dice = random.Random(5)
    for number in range(6):
        await world.item(
            f"Long {number}",
            description=_prose(dice, 9_000),
            metadata={"notes": [_prose(dice, 3_000), number], "estimated_hours": 1.5},
        )
    for number in range(150):
        await world.item(f"Small {number}", assignee="bob", labels=["x"])
    await world.store.close()
    earlier = settled(kept.database)
    world = await World.begin(kept.database, first_id=1_000_000)
    worker.world = world
    await worker.work(STEPS)
    for item in rows_of(await world.listed(query="Long", sort="created"), "items")[:3]:
        await world.change(await world.full(item), description=_prose(dice, 7_000))
    world.sql("CREATE TABLE gone AS SELECT randomblob(3000) FROM history LIMIT 25")
    world.sql("DROP TABLE gone")
    await world.store.close()
    await kept.do("snapshot")
    async with kept.store() as store:
        questions = await _questions(store)
    sound = settled(kept.database)
    return Lived(kept, sound, earlier, _unused(kept.database), questions)


def settled(store: Path) -> bytes:
    """The file of a store that nobody has open, with all its log brought into it."""
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return store.read_bytes()


def put(store: Path, content: bytes) -> None:
    """Write over a store's file in place, as a disk would: it stays the same file."""
    for part in store.parent.glob("store.db-*"):
        part.unlink()
    with store.open("r+b") as file:
        file.write(content)
        file.truncate()


def _prose(dice: random.Random, size: int) -> str:
    words = ("harbour", "tide", "Ölflut", "mooring", "lantern", "quay", "日付", "drift", "hull")
    text = ""
    while len(text) < size:
        text += " ".join(dice.choices(words, k=9)) + f" {dice.random()}.\n"
    return text[:size].strip()


def _unused(store: Path) -> frozenset[int]:
    """The pages that no table and no index has, as SQLite itself counts them."""
    with closing(sqlite3.connect(store)) as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        used = {page for (page,) in connection.execute("SELECT pageno FROM dbstat")}
    return frozenset(range(1, pages + 1)) - used - {1}


async def _questions(store: Store) -> list[Asked]:
    """Every tool that reads, asked for everything and for every row by itself."""
    full: Row = {"detail": "full", "limit": 200}
    asked = [
        Asked("get_project_status", {}),
        Asked("get_project_configuration", {}),
        Asked("get_sync_status", {}),
        Asked("list_work_items", full),
        Asked("list_work_items", {"ready": True, "limit": 200}),
        Asked("list_work_items", {"query": "mooring", "limit": 200}),
        Asked("list_work_items", {"query": "Title", "limit": 200}),
        Asked("query_archived_work_items", full),
        Asked("list_vendors", full),
        Asked("list_deployments", full),
        Asked("list_enhancements", full),
        Asked("list_conflicts", {"limit": 200}),
        Asked("get_history", {"limit": 200}),
    ]
    for row in await store.rows_of(WORK_ITEM):
        if not row.get("archived_at") and not text_of(row, "title").startswith("Small"):
            asked += [Asked("query_work_item", {"id": row["id"], "detail": "full"})]
    for name, entity in ENTITIES.items():
        for row in await store.rows_of(entity):
            if text_of(row, "title").startswith("Small"):
                continue
            asked.append(Asked("get_history", {"id": row["id"], "limit": 200}))
            if name == "vendor":
                asked.append(Asked("query_vendor_status", {"name": row["name"]}))
    reading = {s.name for t in TOOLSETS.values() for s in t.specs if s.traits.reads}
    assert {each.tool for each in asked} == reading, "a tool that reads is not asked anything"
    return asked


# What rots: each takes the sound file, the earlier one and a page, and returns the page as it
# stands then.


def _page(content: bytes, page: int) -> bytes:
    return content[(page - 1) * PAGE : page * PAGE]


def noise(lived: Lived, page: int, dice: random.Random) -> bytes:
    """The whole page is noise."""
    return dice.randbytes(PAGE)


def zeros(lived: Lived, page: int, dice: random.Random) -> bytes:
    """The whole page is zeros."""
    return bytes(PAGE)


def other(lived: Lived, page: int, dice: random.Random) -> bytes:
    """The page holds what belongs into another place of the file: a write that went astray."""
    return _page(lived.sound, dice.randrange(2, len(lived.sound) // PAGE + 1))


def stale(lived: Lived, page: int, dice: random.Random) -> bytes:
    """The page is as it was earlier: a write that was lost."""
    return _page(lived.earlier, page)


def torn(lived: Lived, page: int, dice: random.Random) -> bytes:
    """One half of the page is noise, zeros, or as it was earlier."""
    half = dice.choice([dice.randbytes(PAGE), bytes(PAGE), _page(lived.earlier, page)])[: PAGE // 2]
    sound = _page(lived.sound, page)
    return half + sound[len(half) :] if dice.random() < 0.5 else sound[: PAGE - len(half)] + half


def flipped(lived: Lived, page: int, dice: random.Random) -> bytes:
    """One to four bits of the page have turned over."""
    changed = bytearray(_page(lived.sound, page))
    for _ in range(dice.randrange(1, 5)):
        changed[dice.randrange(PAGE)] ^= 1 << dice.randrange(8)
    return bytes(changed)


KINDS: tuple[Callable[[Lived, int, random.Random], bytes], ...] = (
    noise,
    zeros,
    other,
    stale,
    torn,
    flipped,
)


@dataclass(frozen=True, slots=True)
class Rotten:
    """One page and what it holds now."""

    kind: str
    page: int
    content: bytes


def rotten(lived: Lived, seed: int) -> Rotten:
    """What a seed does: the kinds go round; a page that would stay as it is is not taken."""
    dice = random.Random(seed)
    kind = KINDS[seed % len(KINDS)]
    while True:
        limit = len(lived.earlier if kind is stale else lived.sound) // PAGE
        page = dice.randrange(1, limit + 1)
        content = kind(lived, page, dice)
        if len(content) == PAGE and content != _page(lived.sound, page):
            return Rotten(kind.__name__, page, content)
