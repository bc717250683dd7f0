"""What must be true when all is quiet: three stores and the hub are equal, nothing is lost."""

import asyncio
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import asyncpg

from localstore.entities import CONFLICT
from localstore.ids import full_ref, short_ref
from localstore.values import from_json, mapping_of, number_of
from syncd.postgres import PostgresHub
from tests.simulation.contents import Contents, differences, misderived, of_hub, of_replica
from tests.simulation.inline import finished
from tests.simulation.lineage import MACHINE, Entry
from tests.simulation.postgres import RealHub
from tests.simulation.promise import broken_promises
from tests.simulation.replica import Replica, Ticks
from tests.simulation.tokens import TOKEN, Author, Ledger
from tests.soak.chaos_book import Book

REFUSALS = {
    "cycle",
    "duplicate",
    "invalid_arguments",
    "not_found",
    "too_deep",
    "version_conflict",
}
"""What may be said to somebody whose rows others change; nobody is told that a store is busy."""


@dataclass(frozen=True)
class Reckoning:
    """What was there in the end, in numbers."""

    rows: int
    changes: int
    merges: int
    conflicts: int
    open_conflicts: int


def reckon(folder: Path, names: Sequence[str], dsn: str, book: Book) -> Reckoning:
    """Hold the stores of these laptops and the hub to the promise. Raises AssertionError."""
    replicas = [_copied(folder / name, number) for number, name in enumerate(names)]
    try:
        return _reckoned(replicas, names, dsn, book)
    finally:
        for replica in replicas:
            replica.close()


def _reckoned(replicas: Sequence[Replica], names: Sequence[str], dsn: str, book: Book) -> Reckoning:
    hub = _held_by_hub(dsn, finished(replicas[0].store.sync_place()).project_id or "")
    for replica, name in zip(replicas, names, strict=True):
        _expect_sound(replica, name)
        found = differences(hub, of_replica(replica))
        assert not found, f"the hub against {name}: " + "\n".join(found[:5])
    unexpected = book.refused.keys() - REFUSALS
    assert not unexpected, f"calls were refused with {unexpected}"
    strangers = {entry.who for entry in hub.entries.values()} - {*names, MACHINE}
    assert not strangers, f"{strangers} wrote, and nobody knows them"
    lost = [*_lost_writes(hub, book)]
    assert not lost, "\n".join(lost[:5])
    broken = list(broken_promises(hub, ledger_of(hub, book)))
    assert not broken, "\n".join(broken[:5])
    conflicts = [row for name, row in hub.rows.items() if name.entity == "conflict"]
    return Reckoning(
        rows=len(hub.rows),
        changes=len(hub.entries),
        merges=sum(len(entry.parents) > 1 for entry in hub.entries.values()),
        conflicts=len(conflicts),
        open_conflicts=sum(row.get("status") == "open" for row in conflicts),
    )


def _copied(folder: Path, number: int) -> Replica:
    """A copy of a laptop's store, to be looked at as one of the simulation's."""
    path = folder / "copy.db"
    with closing(sqlite3.connect(folder / ".tidelog" / "store.db")) as store:
        assert store.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        with closing(sqlite3.connect(path)) as copy:
            store.backup(copy)
    return Replica(number, path, Ticks(), timedelta())


def _held_by_hub(dsn: str, project_id: str) -> Contents:
    with asyncio.Runner() as run:
        hub = run.run(PostgresHub.connect(dsn))
        owner = run.run(asyncpg.connect(dsn, ssl=False))
        try:
            return of_hub(RealHub(run, hub, owner), project_id)
        finally:
            run.run(owner.close())
            run.run(hub.close())


def _expect_sound(replica: Replica, name: str) -> None:
    """The store's own checks hold, what is derived follows from the rest, all is told once."""
    checks = finished(replica.store.check())
    wrong = [f"{each['check']}: {each['found']}" for each in checks if not each["ok"]]
    wrong += misderived(replica)
    assert not wrong, f"{name} is not sound: {wrong}"
    twice = replica.ids("SELECT change_id FROM history GROUP BY change_id HAVING count(*) > 1")
    assert not twice, f"{name} tells {twice} more than once"


def _lost_writes(hub: Contents, book: Book) -> Iterator[str]:
    """What was acknowledged and is in nobody's history, or there more than once."""
    told: dict[tuple[str, str, int], list[Entry]] = {}
    created: dict[str, int] = {}
    for entry in hub.entries.values():
        told.setdefault(_mark(entry), []).append(entry)
        title = entry.changes.get("title")
        if not entry.parents and title is not None and isinstance(title[1], str):
            created[title[1]] = created.get(title[1], 0) + 1
    for write in book.writes:
        entries = told.get(write[:3], [])
        if len(entries) != 1:
            yield f"{write} was acknowledged, and is told of {len(entries)} times"
            continue
        words = set(_words_of(entries[0]))
        if not words.issuperset(write.tokens):
            yield f"{write} was acknowledged, and {entries[0].told} is what is told of it"
    for word in book.created:
        if created.get(word) != 1:
            yield f"the item {word} was created {created.get(word, 0)} times"
    unresolved = {
        short_ref(full_ref(CONFLICT.letter, name.row_id))
        for name, row in hub.rows.items()
        if name.entity == CONFLICT.name and row["status"] != "resolved"
    }
    for ref in book.resolved & unresolved:
        yield f"the conflict {ref} was resolved, and is open"


def _mark(entry: Entry) -> tuple[str, str, int]:
    """Who wrote which version of which row: nobody does that twice."""
    return (
        entry.who,
        entry.row_id,
        number_of(mapping_of({"": from_json(entry.told)}, ""), "version"),
    )


def _words_of(entry: Entry) -> list[str]:
    return [word for _, new in entry.changes.values() for word in TOKEN.findall(str(new))]


def ledger_of(hub: Contents, book: Book) -> Ledger:
    """What was acknowledged, as the simulation's promise asks for it: every word and its author."""
    ledger = Ledger(minted=book.minted)
    marks = {write[:3]: write for write in book.writes}
    for entry in hub.entries.values():
        write = marks.get(_mark(entry))
        if write is None:
            continue
        ledger.acknowledged[entry.change_id] = None
        for token in write.tokens:
            ledger.authors[token] = Author(entry.entity, entry.row_id, entry.change_id)
    return ledger
