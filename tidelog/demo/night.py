"""After the evening: two laptops and a hub. Both go offline, both edit, both come back."""

import hashlib
import json
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from localstore.entities import CONFLICT, ENTITIES
from localstore.models import Page
from localstore.values import Row, number_of, rows_of, text_of, texts_of
from tidelog.demo.afternoon import Tell
from tidelog.demo.clients import Assistant, Timings, UnexpectedAnswerError, assistant
from tidelog.demo.running import Ended, tidelog
from tidelog.demo.script import PROJECT
from tidelog.discovery import FOLDER, Found, Place
from tidelog.settings import Settings
from tidelog.wiring import open_store

OURS = "Round Swiss francs to ten rappen"
_RECORDED = ("change_id", "id", "version", "changed_at", "changed_by", "changes")
THEIRS = "Round Swiss francs as the bank does"


@dataclass(slots=True)
class Laptop:
    """A project's folder on a laptop, and whose laptop it is."""

    owner: str
    place: Place


@dataclass(slots=True)
class Night:
    """Two laptops, and what the story needs to know of them."""

    ann: Laptop
    ben: Laptop
    variables: dict[str, str]
    """How commands find the hub."""
    edited: str
    """The ref of the item that both change."""
    claimed: str
    """The ref of the item that both take."""
    timings: Timings
    tell: Tell
    quote: Tell
    typed: Callable[[Sequence[tuple[str, str]]], None]
    """Show commands, each with all that it printed."""
    broken_claims: list[str] = field(default_factory=list)

    def claim(self, holds: bool, claim: str) -> None:
        """Note a claim of the story that does not hold."""
        if not holds:
            self.broken_claims.append(claim)

    async def asked(self, laptop: Laptop, *words: str) -> Ended:
        """Run a command of tidelog's in a laptop's folder, however it ends."""
        variables = self.variables | {"TIDELOG_MACHINE": f"{laptop.owner}'s laptop"}
        return await tidelog(*words, cwd=laptop.place.project_folder, **variables)

    async def run(self, laptop: Laptop, *words: str) -> str:
        """The same; what it printed. Raises: UnexpectedAnswerError: it failed."""
        ended = await self.asked(laptop, *words)
        if ended.code != 0:
            raise UnexpectedAnswerError(f"`tidelog {' '.join(words)}` failed: {ended.err.strip()}")
        return ended.out

    async def sync(self, laptop: Laptop) -> Row:
        """`tidelog sync --once` there; what it moved."""
        moved: Row = json.loads(await self.run(laptop, "sync", "--once", "--json"))
        return moved


def second_laptop(scratch: Path) -> Laptop:
    """Ben's, on which there is nothing yet."""
    place = Place(scratch / "Ben" / PROJECT / FOLDER, Found.NEW)
    place.project_folder.mkdir(parents=True)
    return Laptop("Ben", place)


async def meeting(night: Night) -> None:
    """The afternoon's store goes to a hub, and from there to a second laptop."""
    started = await night.run(night.ann, "hub", "start")
    night.tell(
        "Until now all of it was on Ann's laptop. `tidelog hub start` runs a Postgres for the two "
        "of them; it came in a wheel, and nobody had to install a server:"
    )
    night.quote(started.partition(";")[0] + ".")
    joined = ("hub", "join", "--project", PROJECT, "--json")
    sent: Row = json.loads(await night.run(night.ann, *joined))
    await night.run(night.ben, "init", "--project", PROJECT)
    received: Row = json.loads(await night.run(night.ben, *joined))
    night.claim(number_of(sent, "sent") > 80, "the whole afternoon goes to the hub")
    night.claim(
        await contents(night.ann) == await contents(night.ben), "the second laptop has all of it"
    )
    night.tell(
        f"`tidelog hub join --project “{PROJECT}”` on Ann's laptop sends {number_of(sent, 'sent')} "
        f"rows; the same on Ben's, which was empty, receives {number_of(received, 'received')}, "
        "each with its history."
    )


async def apart(night: Night) -> None:
    """Both laptops are offline, and both write to the same items."""
    await night.run(night.ann, "hub", "stop")
    async with AsyncExitStack() as stack:
        claude = await stack.enter_async_context(
            assistant("claude-code", "legacy", night.ann.place.home, night.timings)
        )
        copilot = await stack.enter_async_context(
            assistant("copilot", "auto", night.ben.place.home, night.timings)
        )
        await _change(claude, night.edited, title=OURS, priority="P0")
        await _change(copilot, night.edited, title=THEIRS, labels=["money"])
        for who in (claude, copilot):
            await _change(who, night.claimed, assignee=who.name, status="active")
    night.tell(
        f"The hub is gone, as on a train. Both go on. On Ann's laptop claude-code makes "
        f"{night.edited} P0 and calls it “{OURS}”; on Ben's copilot gives it the label money and "
        f"calls it “{THEIRS}”. And both take {night.claimed}. Ben tries `tidelog sync --once`:"
    )
    alone = await night.asked(night.ben, "sync", "--once")
    night.claim(alone.code == 1, "without the hub nothing is synced")
    night.quote(alone.err.strip())


async def together(night: Night) -> None:
    """What merges merges; the two conflicts are shown, and settled once for both."""
    await night.run(night.ann, "hub", "start")
    first, second = await night.sync(night.ann), await night.sync(night.ben)
    item = await _item(night.ben, night.edited)
    night.claim(
        (item.get("priority"), texts_of(item, "labels")) == ("P0", ["money"]), "both changes stand"
    )
    held: Row = json.loads(await night.run(night.ben, "conflicts", "--json"))
    by_field = {text_of(each, "field"): text_of(each, "ref") for each in rows_of(held, "items")}
    night.claim(by_field.keys() == {"title", "assignee"}, "both conflicts are noticed")
    night.tell(
        f"The hub is back. Ann's laptop sends {number_of(first, 'sent')} rows. Ben's merges "
        f"{number_of(second, 'merged')}: {night.edited} is P0 now and has its label, for neither "
        "change touched the other. But no item has two names, and none two assignees. What the "
        "hub had first is kept, and the rest is in a conflict:"
    )
    commands = (
        ("conflicts", "show", by_field["title"]),
        ("conflicts", "resolve", by_field["title"], "--keep", "local"),
    )
    night.typed(
        [(" ".join(("tidelog", *words)), await night.run(night.ben, *words)) for words in commands]
    )
    await _let_go(night, by_field["assignee"])
    await _agree(night)


async def _let_go(night: Night, ref: str) -> None:
    """Copilot reads that somebody was before it, and leaves the item to that one."""
    async with assistant("copilot", "auto", night.ben.place.home, night.timings) as copilot:
        told = rows_of(await copilot.call("list_conflicts", status="open"), "items")
        await copilot.call("resolve_conflict", id=ref, keep="remote")
    night.tell("copilot on Ben's laptop is told of the other, and leaves the item to claude-code:")
    for each in told:
        night.quote(text_of(each, "summary"))


async def _agree(night: Night) -> None:
    """Ben's decisions reach Ann; then both hold the same, to the byte."""
    for laptop in (night.ben, night.ann):
        await night.sync(laptop)
    ann, ben = await contents(night.ann), await contents(night.ben)
    left = [row for row in ann[CONFLICT.name] if row.get("status") != "resolved"]
    night.claim(ann == ben, "both laptops hold the same")
    night.claim(not left, "what was settled on one laptop is settled on the other")
    night.claim((await _item(night.ann, night.edited)).get("title") == THEIRS, "Ben's name stands")
    night.claim(
        (await _item(night.ann, night.claimed)).get("assignee") == "claude-code",
        "the item has one assignee",
    )
    night.tell("Both sync once more, and nothing is left to settle on either:")
    for laptop, held in ((night.ann, ann), (night.ben, ben)):
        changes = len(held["history"])
        rows = sum(map(len, held.values())) - changes
        night.quote(f"{laptop.owner}: {rows} rows, {changes} changes, SHA-256 {digest(held)[:16]}")


async def _change(who: Assistant, key: str, **fields: str | list[str]) -> None:
    item = await who.call("query_work_item", id=key)
    await who.call("update_work_item", id=key, version=item["version"], **_values(fields))


def _values(fields: dict[str, str | list[str]]) -> Row:
    return {name: [*value] if isinstance(value, list) else value for name, value in fields.items()}


async def _item(laptop: Laptop, key: str) -> Row:
    async with await open_store(laptop.place, Settings.model_construct()) as store:
        return await store.work_item(key, detail="full")


async def contents(laptop: Laptop) -> dict[str, list[Row]]:
    """What is in a laptop's store: each row of each kind, and every change."""
    async with await open_store(laptop.place, Settings.model_construct()) as store:
        rows = {name: await store.rows_of(entity) for name, entity in ENTITIES.items()}
        changes: list[Row] = []
        cursor: str | None = None
        while cursor is None or cursor:
            page = await store.history(None, Page(limit=200, cursor=cursor))
            changes += [_as_recorded(change) for change in rows_of(page, "items")]
            cursor = text_of(page, "next_cursor")
    return rows | {"history": sorted(changes, key=lambda change: text_of(change, "change_id"))}


def _as_recorded(change: Row) -> Row:
    """A change without what each laptop adds when it shows it."""
    return {name: change[name] for name in _RECORDED}


def digest(held: dict[str, list[Row]]) -> str:
    """One figure for all of it, in hexadecimal digits."""
    return hashlib.sha256(json.dumps(held, sort_keys=True).encode()).hexdigest()


CHAPTERS = (
    ("A second laptop", meeting),
    ("Apart", apart),
    ("Together again", together),
)
"""The chapters of the night, in their order."""
