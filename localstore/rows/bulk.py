"""Many writes in one transaction, with names for the items that the call itself creates."""

import sqlite3
from collections.abc import Sequence

from localstore.errors import InvalidArguments, TidelogError
from localstore.models import BulkCreate, BulkDependency, BulkOperation, BulkUpdate
from localstore.rows import edges, items, views
from localstore.values import Row, text_of
from localstore.writing import Stamp


def apply(connection: sqlite3.Connection, operations: Sequence[BulkOperation], stamp: Stamp) -> Row:
    """Apply the operations in their order; the results stand in the same order.

    An item created under a `client_ref` is called `@client_ref` by the operations after it.

    Raises:
        TidelogError: what the first failing operation raises, with its position in the message
            and as `operation` in the details. The caller rolls everything back.
    """
    names: dict[str, str] = {}
    results: list[Row] = []
    for position, operation in enumerate(operations):
        try:
            results.append(_apply_one(connection, operation, names, stamp))
        except TidelogError as refusal:
            refusal.message = f"operations[{position}]: {refusal.message}"
            refusal.details["operation"] = position
            refusal.hint = (refusal.hint + "; " if refusal.hint else "") + "nothing was written"
            raise
    return {"results": [*results], "total": len(results)}


def _apply_one(
    connection: sqlite3.Connection, operation: BulkOperation, names: dict[str, str], stamp: Stamp
) -> Row:
    match operation:
        case BulkCreate():
            parent = _named(operation.item.parent_id, names, "parent_id")
            item = operation.item.model_copy(update={"parent_id": parent})
            row = items.create(connection, item, stamp, client_ref=operation.client_ref)
            if operation.client_ref is not None:
                names[operation.client_ref] = text_of(row, "id")
            return views.written(connection, row) | _echo(operation.client_ref)
        case BulkUpdate():
            parent = _named(operation.patch.parent_id, names, "parent_id")
            patch = operation.patch.model_copy(update={"parent_id": parent})
            key = _named(operation.id, names, "id") or ""
            row, changed = items.change(connection, key, operation.version, patch, stamp=stamp)
            return views.written(connection, row) | {"changed": [*changed]}
        case BulkDependency():
            return edges.set_edge(
                connection,
                _named(operation.source_id, names, "source_id") or "",
                _named(operation.target_id, names, "target_id") or "",
                operation.dependency_type,
                stamp=stamp,
                remove=operation.remove,
            )


def _named(key: str | None, names: dict[str, str], field: str) -> str | None:
    if key is None or not key.startswith("@"):
        return key
    if key[1:] not in names:
        raise InvalidArguments(
            field,
            f"{key} names no item that an earlier operation of this call creates",
            hint="give that create the client_ref, and put it first",
        )
    return names[key[1:]]


def _echo(client_ref: str | None) -> Row:
    return {} if client_ref is None else {"client_ref": client_ref}
