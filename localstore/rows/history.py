"""History: every change of every row, newest first, and what changed since somebody last looked."""

import sqlite3
from collections.abc import Sequence

from localstore.entities import ENTITIES, VENDOR, WORK_ITEM, Entity
from localstore.errors import NotFound
from localstore.models import Page
from localstore.paging import listing, read_cursor, write_cursor
from localstore.rows.lookup import locate
from localstore.rows.naming import name_rows
from localstore.rows.origins import authors, machines, own_replica
from localstore.values import Row, Value, from_json, text_of, texts_of, without_nulls

_COLUMNS = (
    "seq, change_id, entity, entity_id, version, changed_at, changed_by, replica_id, "
    "changes, parents"
)


def head(connection: sqlite3.Connection) -> int:
    """The sequence number of the newest entry; 0 when there is none."""
    return int(connection.execute("SELECT coalesce(max(seq), 0) FROM history").fetchone()[0])


def list_history(connection: sqlite3.Connection, key: str | None, page: Page) -> Row:
    """One page of changes, newest first: of one row, or of everything.

    Raises:
        NotFound: no row is called `key`. InvalidArguments: a cursor of another list.
    """
    row_id = None if key is None else _any_id(connection, key)
    question: list[Value] = ["history", row_id]
    where, bound = ("entity_id = ?", [row_id]) if row_id else ("TRUE", [])
    counted = connection.execute(f"SELECT count(*) FROM history WHERE {where}", bound)
    total = int(counted.fetchone()[0])
    before = 1 << 62
    if page.cursor is not None:
        position = read_cursor(question, page.cursor)
        before = position[0] if position and isinstance(position[0], int) else 0
    found = connection.execute(
        f"SELECT {_COLUMNS} FROM history WHERE {where} AND seq < ? ORDER BY seq DESC LIMIT ?",
        [*bound, before, page.limit + 1],
    ).fetchall()
    entries = [_entry(stored) for stored in found[: page.limit]]
    name_rows(connection, entries)
    name_origins(connection, entries)
    cursor = None
    if len(found) > page.limit:
        cursor = write_cursor(question, [found[page.limit - 1][0]])
    return listing([*entries], total, cursor)


def changes_after(connection: sqlite3.Connection, seq: int, limit: int) -> list[Row]:
    """The changes after a sequence number, oldest first, with the row's ref and name but not the
    values."""
    found = connection.execute(
        f"SELECT {_COLUMNS} FROM history WHERE seq > ? ORDER BY seq LIMIT ?", (seq, limit)
    ).fetchall()
    entries = [{**_entry(stored), "seq": int(stored[0])} for stored in found]
    name_rows(connection, entries)
    for entry in entries:
        entry.pop("changes")
        entry.pop("parents", None)
    return entries


def name_origins(connection: sqlite3.Connection, entries: Sequence[Row]) -> None:
    """Say of changes from another machine which one (`on`), and of merges whose changes they join
    (`merged`: by, at, on), the hub's before the one that was merged into it.

    Takes away `parents`, which say the same in ids.
    """
    named, own = machines(connection), own_replica(connection)
    known = authors(connection, [each for entry in entries for each in texts_of(entry, "parents")])
    for entry in entries:
        machine = named.get(text_of(entry, "replica_id"))
        if machine is not None and entry["replica_id"] != own:
            entry["on"] = machine
        found = [known.get(parent) for parent in texts_of(entry, "parents")]
        entry.pop("parents", None)
        if len(found) > 1:
            entry["merged"] = [
                without_nulls(
                    {"by": each.who, "at": each.at, "on": named.get(each.replica_id)}
                    if each
                    else {}
                )
                for each in found
            ]


def entries_since(
    connection: sqlite3.Connection, condition: str, bound: Sequence[str | int], limit: int
) -> list[Row]:
    """The newest `limit` entries under a condition of ours, newest first, rows named."""
    found = connection.execute(
        f"SELECT {_COLUMNS} FROM history WHERE {condition} ORDER BY seq DESC LIMIT ?",
        [*bound, limit],
    ).fetchall()
    return [_entry(stored) for stored in found]


def _entry(stored: tuple[str | int | None, ...]) -> Row:
    _, change_id, entity, entity_id, version, changed_at, changed_by, replica_id = stored[:8]
    changes, parents = stored[8:]
    told = from_json(str(changes))
    pair = told.get("report_layout") if isinstance(told, dict) else None
    if isinstance(told, dict) and isinstance(pair, list):
        # Whole files of text, that no tool shows.
        sizes = (f"{len(text)} characters" if isinstance(text, str) else text for text in pair)
        told["report_layout"] = [*sizes]
    return without_nulls(
        {
            "change_id": change_id,
            "entity": entity,
            "id": entity_id,
            "version": version,
            "changed_at": changed_at,
            "changed_by": changed_by,
            "replica_id": replica_id,
            "changes": told,
            "parents": from_json(str(parents)) if parents else None,
        }
    )


def _any_id(connection: sqlite3.Connection, key: str) -> str:
    """The id of a row of any entity that `key` names; a vendor's name is tried last."""
    for entity in (WORK_ITEM, *_addressable(), VENDOR):
        found = locate(connection, entity, key)
        if found is not None:
            return found.row_id
    raise NotFound("row", key, hint="get_history takes an id, a ref or a vendor's name")


def _addressable() -> list[Entity]:
    unnamed = ("work_item", "vendor")
    return [entity for name, entity in ENTITIES.items() if name not in unnamed]
