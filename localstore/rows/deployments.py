"""Deployments: events that link vendors and work items; recorded once, never edited."""

import sqlite3
from collections.abc import Callable, Sequence
from typing import TypeVar

from localstore.entities import DEPLOYMENT, VENDOR, WORK_ITEM
from localstore.errors import NotFound
from localstore.ids import short_ref
from localstore.models import DeploymentCreate, Page
from localstore.rows.lookup import find, locate, remember, remembered
from localstore.rows.pages import listed, page_of
from localstore.rows.partial import is_damage
from localstore.rows.tree import rows_anywhere
from localstore.validation import metadata_problem, validate_metadata
from localstore.values import Row, Value, mapping_of, text_of, texts_of, to_json
from localstore.writing import Stamp, insert, public

T = TypeVar("T")


def record_deployment(
    connection: sqlite3.Connection,
    deployment: DeploymentCreate,
    stamp: Stamp,
    *,
    client_ref: str | None,
) -> Row:
    """Record a deployment; it happened now unless told otherwise.

    Raises:
        NotFound: a vendor or work item it names does not exist. InvalidArguments: the metadata.
            Nothing is written then.
    """
    known = remembered(connection, DEPLOYMENT, client_ref, deployment)
    if known is not None:
        return known
    vendors: list[Value] = [
        text_of(find(connection, VENDOR, key, field="affected_vendors"), "id")
        for key in deployment.affected_vendors or ()
    ]
    items: list[Value] = [
        _item_id(connection, key) for key in deployment.related_work_item_ids or ()
    ]
    fields: Row = {
        "id": stamp.new_id(),
        "deployed_at": deployment.deployed_at or stamp.now,
        "commit_hash": deployment.commit_hash,
        "metadata": validate_metadata("deployment", deployment.metadata or {}),
        "vendor_ids": list(dict.fromkeys(map(str, vendors))),
        "work_item_ids": list(dict.fromkeys(map(str, items))),
    }
    row = insert(connection, DEPLOYMENT, fields, stamp)
    remember(connection, DEPLOYMENT, client_ref, deployment, row_id=text_of(row, "id"))
    return row


def whole(
    connection: sqlite3.Connection, rows: Sequence[Row], *, lenient: bool = False
) -> list[Row]:
    """Deployments with the names of their vendors and the titles of their work items.

    With `lenient` ids stand in their place where those tables are damaged.
    """
    names = _linked(lambda: _vendor_names(connection, rows), lenient)
    item_ids = sorted({item for row in rows for item in texts_of(row, "work_item_ids")})
    items = _linked(
        lambda: rows_anywhere(connection, item_ids, ["ref", "title", "status"]), lenient
    )
    return [_whole(row, names, items) for row in rows]


def _vendor_names(connection: sqlite3.Connection, rows: Sequence[Row]) -> dict[str, str]:
    vendor_ids = sorted({vendor for row in rows for vendor in texts_of(row, "vendor_ids")})
    return dict(
        connection.execute(
            "SELECT id, name FROM vendors WHERE id IN (SELECT value FROM json_each(?))",
            (to_json([*vendor_ids]),),
        ).fetchall()
    )


def _linked(read: Callable[[], dict[str, T]], lenient: bool) -> dict[str, T]:
    try:
        return read()
    except sqlite3.DatabaseError as failure:
        if not lenient or not is_damage(failure):
            raise
        return {}


def list_deployments(
    connection: sqlite3.Connection, vendor: str | None, page: Page, *, lenient: bool = False
) -> Row:
    """One page of deployments, newest first; with `vendor`, those that affected it. `lenient` is
    as for `whole`.

    Raises:
        NotFound: no such vendor.
    """
    where, bound = "TRUE", []
    if vendor is not None:
        where = "EXISTS (SELECT 1 FROM json_each(vendor_ids) WHERE value = ?)"
        bound = [text_of(find(connection, VENDOR, vendor, field="vendor"), "id")]
    found = page_of(
        connection,
        DEPLOYMENT,
        page,
        order=("deployed_at", "id"),
        newest_first=True,
        where=where,
        bound=bound,
    )
    return listed(found, whole(connection, found[0], lenient=lenient))


def _item_id(connection: sqlite3.Connection, key: str) -> str:
    found = locate(connection, WORK_ITEM, key, field="related_work_item_ids")
    if found is None:
        hint = "related_work_item_ids takes ids or refs; list_work_items shows them"
        raise NotFound("work_item", key, hint=hint)
    return found.row_id


def _whole(row: Row, names: dict[str, str], items: dict[str, Row]) -> Row:
    shown = public(row) | {"ref": short_ref(text_of(row, "ref"))}
    for name in ("vendor_ids", "work_item_ids"):
        shown.pop(name, None)
    shown["affected_vendors"] = [names.get(v, v) for v in texts_of(row, "vendor_ids")]
    shown["related_work_items"] = [
        {
            "ref": short_ref(text_of(items[item], "ref")),
            "title": items[item]["title"],
            "status": items[item]["status"],
        }
        if item in items
        else {"id": item}
        for item in texts_of(row, "work_item_ids")
    ]
    problem = metadata_problem("deployment", mapping_of(row, "metadata"))
    return shown | ({"metadata_problem": problem} if problem else {})
