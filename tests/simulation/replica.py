"""One replica: a file, the store on it, a clock that is wrong, and the round that is under way."""

import json
import sqlite3
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from localstore.entities import CONFLICT, ENTITIES
from localstore.ids import uuid7
from localstore.rows.lookup import ARCHIVE
from localstore.store import Store, StoreOptions
from tests.simulation.inline import InlineConnection, connect_inline

START = datetime(2026, 3, 14, 9, 0, tzinfo=UTC)
TABLES = (*(entity.table for entity in ENTITIES.values()), ARCHIVE)
_VERSIONS = " UNION ALL ".join(f"SELECT id, version FROM {table}" for table in TABLES)
_STANDING = " UNION ALL ".join(
    f"SELECT change_id, {'entity_id' if table == CONFLICT.table else repr('')} FROM {table}"
    for table in TABLES
)
_OPTIONS = StoreOptions(durable=False)


@dataclass
class Ticks:
    """The time that really passes, told to all clocks; and how many ids were given."""

    seconds: int = 0
    ids: int = 0


class SkewedClock:
    """A clock that runs like all others, and is wrong by some time."""

    def __init__(self, ticks: Ticks, skew: timedelta) -> None:
        self._ticks = ticks
        self._start = START + skew

    def __call__(self) -> datetime:
        """The moment this clock shows; a second passes."""
        self._ticks.seconds += 1
        return self._start + timedelta(seconds=self._ticks.seconds)


class SkewedIds:
    """UUIDv7s from a clock that is wrong; no two sources of one `Ticks` give the same."""

    def __init__(self, ticks: Ticks, clock: SkewedClock) -> None:
        self._ticks = ticks
        self._clock = clock

    def __call__(self) -> str:
        """The next id."""
        self._ticks.ids += 1
        # A multiple of 2**50 / phi: neighbours are far apart, so no two refs begin alike.
        bits = self._ticks.ids * 0x278DDE6E5FD29 % (1 << 50)
        return uuid7(int(self._clock().timestamp() * 1000), bits)


class Replica:
    """One store and what goes on in it."""

    def __init__(self, number: int, path: Path, ticks: Ticks, skew: timedelta) -> None:
        self.number = number
        self.name = f"replica {number}"
        self.who = f"user-{number}"
        self.path = path
        self.clock = SkewedClock(ticks, skew)
        self.new_id = SkewedIds(ticks, self.clock)
        self.joined = False
        self.newer_client = False
        self.round: Coroutine[object, None, object] | None = None
        self.completed = False
        self.versions: dict[str, int] = {}
        self.last_seq = 0
        self._open()

    def _open(self) -> None:
        self.connection = connect_inline(self.path)
        self._ways = InlineConnection(self.connection), InlineConnection(self.connection)
        (replica_id,) = self.connection.execute(
            "SELECT value FROM meta WHERE key = 'replica_id'"
        ).fetchone()
        self.store = Store(
            self.path,
            *self._ways,
            replica_id=str(replica_id),
            clock=self.clock,
            new_id=self.new_id,
            options=_OPTIONS,
        )

    def begin_alone(self) -> None:
        """Make the copied template a store of its own: another replica, another first change."""
        change_id, moment = self.new_id(), self.clock()
        now = f"{moment:%Y-%m-%dT%H:%M:%S.%f}Z"
        with_id = (change_id, now, now)
        run = self.connection.execute
        run("UPDATE configuration SET change_id = ?, created_at = ?, updated_at = ?", with_id)
        run("UPDATE history SET change_id = ?, changed_at = ?, replica_id = ?", (*with_id[:2], "x"))
        self.take_new_id()
        run("UPDATE history SET replica_id = ?", (self.store.replica_id,))

    def take_new_id(self) -> None:
        """Notice that this file is a copy, and be another replica from now on."""
        self.store.replica_id = self.new_id()
        self.connection.execute(
            "UPDATE meta SET value = ? WHERE key = 'replica_id'", (self.store.replica_id,)
        )

    def crash(self) -> None:
        """Die where the round stands, and begin again from the file."""
        self.close()
        self._open()

    def close(self) -> None:
        """End the round, if one is under way, and let go of the file."""
        if self.round is not None:
            self.round.close()
            self.round = None
        for way in self._ways:
            way.forget()
        self.connection.close()

    def copy_to(self, path: Path) -> None:
        """Copy the file as SQLite's own backup does."""
        target = sqlite3.connect(path)
        self.connection.backup(target)
        target.close()

    def fallen_versions(self) -> list[str]:
        """The rows whose version is lower than when this was last asked, or which are gone."""
        now = dict(self.connection.execute(_VERSIONS).fetchall())
        fallen = [
            row_id for row_id, version in self.versions.items() if now.get(row_id, 0) < version
        ]
        self.versions = now
        return fallen

    def ids(self, query: str, *bound: str) -> list[str]:
        """The first column of a query's rows, as texts."""
        return [str(each[0]) for each in self.connection.execute(query, bound)]

    def standing_changes(self) -> dict[str, str]:
        """Every change that a row here has come from; for a conflict's, the row it is about.

        An entry alone is not yet the change: its row may be on a later page.
        """
        parents = dict(self.connection.execute("SELECT change_id, parents FROM history").fetchall())
        standing: dict[str, str] = {}
        for change_id, about in self.connection.execute(_STANDING):
            waiting = [change_id]
            while waiting:
                each = waiting.pop()
                if each not in standing and each in parents:
                    standing[each] = about
                    waiting += json.loads(parents[each] or "[]")
        return standing

    def mark(self) -> None:
        """Remember where history ends now, for `new_entries`."""
        (self.last_seq,) = self.connection.execute(
            "SELECT coalesce(max(seq), 0) FROM history"
        ).fetchone()

    def new_entries(self) -> list[tuple[str, str, str, str]]:
        """(change id, entity, row id, changes) of the history entries since the mark."""
        found = self.connection.execute(
            "SELECT change_id, entity, entity_id, changes FROM history WHERE seq > ? ORDER BY seq",
            (self.last_seq,),
        )
        return found.fetchall()
