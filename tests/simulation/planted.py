"""Bugs that were thought of beforehand, to be put in one at a time: the simulation finds each."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext

from localstore.ancestry import Graph, replay
from localstore.entities import ENTITIES, WORK_ITEM, Entity
from localstore.exchange import Commit, HubPage, PushedRow, Receipt, Verdict
from localstore.rows import merging, pulling, purged, receipts, sync_place
from localstore.rows.lookup import ARCHIVE
from localstore.store import Store
from localstore.values import Row
from localstore.writing import Stamp
from syncd import rounds
from tests.simulation import model_hub
from tests.simulation.model_hub import ModelHub, Project
from tests.simulation.model_rules import Held, Tables, broken_rule


@contextmanager
def _in_place_of(owner: object, name: str, replacement: object) -> Iterator[None]:
    usual = getattr(owner, name)
    setattr(owner, name, replacement)
    try:
        yield
    finally:
        setattr(owner, name, usual)


def _base_check_skipped() -> AbstractContextManager[None]:
    """The hub takes a row whatever it grew from."""
    judged = ModelHub.judged

    def judge(hub: ModelHub, project: Project, row: PushedRow, has_read: int) -> Verdict:
        verdict = judged(hub, project, row, has_read)
        return Verdict("accepted") if verdict.kind == "moved_on" else verdict

    return _in_place_of(ModelHub, "judged", judge)


def _base_lost() -> AbstractContextManager[None]:
    """A merge takes what is here for what both sides began with."""

    def base_of(entity: Entity, graph: Graph, remote: str, local: str) -> Row:
        return replay(graph, local)

    return _in_place_of(merging, "base_of", base_of)


@contextmanager
def _push_before_pull() -> Iterator[None]:
    """A round pushes first, and then pulls."""
    pull, push = rounds._pull, rounds._push
    with _in_place_of(rounds, "_pull", push), _in_place_of(rounds, "_push", pull):
        yield


def _already_ignored() -> AbstractContextManager[None]:
    """What the hub has already is taken for a row on the base of what the hub has now."""
    acknowledge = receipts.acknowledge

    def write_down(
        connection: sqlite3.Connection,
        sent: Sequence[PushedRow],
        receipt: Receipt,
        stamp: Stamp,
        *,
        mend: bool,
    ) -> receipts.Acknowledged:
        outcome = acknowledge(connection, sent, receipt, stamp, mend=mend)
        for row, verdict in zip(sent, receipt.verdicts, strict=True):
            if verdict.kind == "already":
                tables = [ENTITIES[row.name.entity].table]
                for table in tables + [ARCHIVE] * (row.name.entity == WORK_ITEM.name):
                    connection.execute(
                        f"UPDATE {table} SET base_change_id = ? WHERE id = ?",
                        (verdict.current, row.name.row_id),
                    )
        return outcome

    return _in_place_of(receipts, "acknowledge", write_down)


def _cursor_before_page() -> AbstractContextManager[None]:
    """The cursor is moved in a transaction of its own, and then the page is taken in."""
    apply_page = Store.apply_page

    async def apply(store: Store, page: HubPage) -> pulling.Applied:
        await store._write(
            "tidelog",
            lambda c, _: sync_place.move_cursor(c, page.cursor, page.head, page.seen),
        )
        return await apply_page(store, page)

    return _in_place_of(Store, "apply_page", apply)


def _commits_unseen() -> AbstractContextManager[None]:
    """No replica remembers which commits it has seen."""

    def see(connection: sqlite3.Connection, commit: Commit | None) -> None:
        return None

    return _both(
        _in_place_of(sync_place, "see", see),
        _in_place_of(receipts, "see", see),
    )


def _ancestry_unasked() -> AbstractContextManager[None]:
    """Whatever changed here and there is merged, whoever had seen what."""

    def has_seen(graph: Graph, later: str, earlier: str) -> bool:
        return False

    return _in_place_of(pulling, "_has_seen", has_seen)


def _circles_unnoticed() -> AbstractContextManager[None]:
    """The hub takes what closes a circle in the tree, or among blockers."""

    def broken(tables: Tables, entity: str, row_id: str, old: Held | None) -> str:
        reason = broken_rule(tables, entity, row_id, old)
        return "" if reason.endswith("cycle") else reason

    return _in_place_of(model_hub, "broken_rule", broken)


def _purged_unreconciled() -> AbstractContextManager[None]:
    """A row that the hub has purged stays here as it was."""

    def leave(
        connection: sqlite3.Connection, since: int, applied: pulling.Applied, stamp: Stamp
    ) -> pulling.Applied:
        return applied

    return _in_place_of(purged, "reconcile", leave)


@contextmanager
def _both(
    first: AbstractContextManager[None], second: AbstractContextManager[None]
) -> Iterator[None]:
    with first, second:
        yield


PLANTED: Mapping[str, Callable[[], AbstractContextManager[None]]] = {
    "the base check skipped": _base_check_skipped,
    "the base of merges lost": _base_lost,
    "push before pull": _push_before_pull,
    "already ignored": _already_ignored,
    "the cursor before the page": _cursor_before_page,
    "commits unseen": _commits_unseen,
    "ancestry unasked": _ancestry_unasked,
    "circles unnoticed": _circles_unnoticed,
    "purged rows unreconciled": _purged_unreconciled,
}


@contextmanager
def planted(name: str) -> Iterator[None]:
    """Put the bug of that name in, for as long as this lasts; no name is no bug."""
    with PLANTED[name]() if name else nullcontext():
        yield
