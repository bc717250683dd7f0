"""What became of rows that the hub has purged: it deletes the rows of old tombstones, and keeps
their history. Every replica keeps the tombstones, so that any of them can refill a hub."""

import sqlite3
from dataclasses import replace

from localstore.ancestry import Graph, ancestors, first_parents, replay
from localstore.entities import ENTITIES, Entity
from localstore.exchange import HubPage
from localstore.rows.history import head
from localstore.rows.lineage import graph_of
from localstore.rows.lookup import fetch, tables_of
from localstore.rows.merging import merge_into
from localstore.rows.pulling import Applied, apply_page, put, table_of
from localstore.values import Row, text_of
from localstore.writing import Stamp, store_all


def take_in(connection: sqlite3.Connection, page: HubPage, stamp: Stamp) -> Applied:
    """Take in a page of the hub's and, where it ends at the head, what was purged that had not been
    read. Does not commit.

    Before the head nothing can be told of a row that did not come: it may be on a later page.
    """
    connection.execute(
        "UPDATE sync SET purged_since = (SELECT coalesce(max(seq), 0) FROM history) "
        "WHERE purged_since IS NULL AND cursor < ?",
        (page.purged,),
    )
    applied = apply_page(connection, page, stamp)
    (since,) = connection.execute("SELECT purged_since FROM sync").fetchone()
    if since is None or page.cursor < page.head:
        return applied
    applied = reconcile(connection, int(since), applied, stamp)
    connection.execute("UPDATE sync SET purged_since = NULL")
    return replace(applied, heads=(applied.heads[0], head(connection)))


def reconcile(
    connection: sqlite3.Connection, since: int, applied: Applied, stamp: Stamp
) -> Applied:
    """Bring to their last state on the hub the rows that went on there and did not come: those
    with entries of the hub's, after `since` in this file's history, that the row has not seen.

    A row that is not here comes as its tombstone; one with nothing of its own becomes it; one that
    was changed here is merged with it, and offered to the hub as one that it does not have. Returns
    `applied` with what was done added.
    """
    for entity in ENTITIES.values():
        for row_id, last, table in _behind(connection, entity, since):
            graph = graph_of(connection, entity, row_id)
            remote = _left_by(connection, row_id, last, graph)
            local = fetch(connection, entity, row_id, table=table) if table else None
            if local is None:
                store_all(connection, entity, [remote], table=table_of(entity, remote))
            elif text_of(local, "change_id") in ancestors(graph, last):
                put(connection, entity, [remote], {row_id: table})
            elif last in ancestors(graph, text_of(local, "change_id")):
                continue
            else:
                row, noted = merge_into(connection, entity, local, remote, graph=graph, stamp=stamp)
                put(connection, entity, [row | {"base_change_id": None}], {row_id: table})
                conflicts = applied.conflicts + noted
                applied = replace(applied, merged=applied.merged + 1, conflicts=conflicts)
                continue
            applied = replace(applied, taken=applied.taken + 1)
    return applied


def _behind(
    connection: sqlite3.Connection, entity: Entity, since: int
) -> list[tuple[str, str, str]]:
    """The rows that are not as the last entry that came of them left them: id, that change, and the
    table, which is an empty text when there is no row."""
    here = " UNION ALL ".join(
        f"SELECT id, change_id, '{table}' AS place FROM {table}" for table in tables_of(entity)
    )
    found = connection.execute(
        f"""
        SELECT last.entity_id, last.change_id, coalesce(here.place, '')
        FROM (
            SELECT entity_id, change_id, max(seq) FROM history
            WHERE seq > ? AND at_hub = 1 AND entity = ? GROUP BY entity_id
        ) last
        LEFT JOIN ({here}) here ON here.id = last.entity_id
        WHERE here.change_id IS NOT last.change_id
        """,
        (since, entity.name),
    )
    return [(str(row_id), str(change_id), str(place)) for row_id, change_id, place in found]


def _left_by(connection: sqlite3.Connection, row_id: str, change_id: str, graph: Graph) -> Row:
    """The row as a change of the hub's left it, whole and clean, from its history alone."""
    begun = first_parents(graph, change_id)[-1]
    signed = {
        str(each): (version, at, who)
        for each, version, at, who in connection.execute(
            "SELECT change_id, version, changed_at, changed_by FROM history "
            "WHERE change_id IN (?, ?)",
            (begun, change_id),
        )
    }
    _, created_at, created_by = signed[begun]
    version, updated_at, updated_by = signed[change_id]
    return replay(graph, change_id) | {
        "id": row_id,
        "version": version,
        "change_id": change_id,
        "base_change_id": change_id,
        "created_at": created_at,
        "created_by": created_by,
        "updated_at": updated_at,
        "updated_by": updated_by,
    }
