"""Future enhancements and what they build on."""

import sqlite3
from collections.abc import Mapping, Sequence

from localstore.entities import ENHANCEMENT
from localstore.ids import short_ref
from localstore.models import EnhancementCreate, EnhancementPatch, Page
from localstore.rows.items import cleared
from localstore.rows.lookup import fetch, find, remember, remembered
from localstore.rows.pages import listed, page_of
from localstore.rules import check_edge
from localstore.values import Row, Value, text_of, texts_of, to_json
from localstore.writing import Stamp, expect_version, insert, public, update

CLEARABLE = ("description", "target_quarter", "required_principles", "depends_on")


def create(
    connection: sqlite3.Connection,
    enhancement: EnhancementCreate,
    stamp: Stamp,
    *,
    client_ref: str | None,
) -> Row:
    """Create an enhancement.

    Raises:
        NotFound: it depends on one that does not exist. Duplicate: see `remembered`. Nothing is
            written then.
    """
    known = remembered(connection, ENHANCEMENT, client_ref, enhancement)
    if known is not None:
        return known
    fields: Row = enhancement.model_dump(exclude={"depends_on"})
    fields["id"] = stamp.new_id()
    fields["depends_on"] = _ids_of(connection, enhancement.depends_on or ())
    row = insert(connection, ENHANCEMENT, fields, stamp)
    remember(connection, ENHANCEMENT, client_ref, enhancement, row_id=text_of(row, "id"))
    return row


def change(
    connection: sqlite3.Connection, key: str, version: int, patch: EnhancementPatch, *, stamp: Stamp
) -> tuple[Row, list[str]]:
    """Apply a patch to the version the caller read; return the row and what changed.

    Raises:
        NotFound, VersionConflict, InvalidArguments, CycleError: nothing is written then.
    """
    row = find(connection, ENHANCEMENT, key)
    expect_version(ENHANCEMENT, row, version)
    emptied = cleared(patch, patch.clear, CLEARABLE)
    fields: Row = patch.model_dump(exclude_none=True, exclude={"depends_on", "clear"})
    fields |= dict.fromkeys(emptied)
    if patch.depends_on is not None:
        bases = _ids_of(connection, patch.depends_on)
        for base in bases:
            check_edge(
                str(base),
                text_of(row, "id"),
                lambda front: _built_on(connection, front),
                lambda member: _ref(connection, member),
            )
        fields["depends_on"] = bases
    return update(connection, ENHANCEMENT, row, fields, stamp=stamp)


def whole(connection: sqlite3.Connection, row: Row) -> Row:
    """An enhancement with the refs of what it depends on."""
    shown = public(row) | {"ref": short_ref(text_of(row, "ref"))}
    if row.get("depends_on"):
        shown["depends_on"] = [_ref(connection, base) for base in texts_of(row, "depends_on")]
    return shown


def list_enhancements(
    connection: sqlite3.Connection, status: str | None, target_quarter: str | None, page: Page
) -> Row:
    """One page of enhancements, the most urgent first, then the oldest."""
    asked = {"status": status, "target_quarter": target_quarter}
    given = {name: value for name, value in asked.items() if value is not None}
    where = " AND ".join(f"{name} = ?" for name in given) or "TRUE"
    found = page_of(
        connection,
        ENHANCEMENT,
        page,
        order=("priority", "created_at", "id"),
        where=where,
        bound=list(given.values()),
    )
    return listed(found, [whole(connection, row) for row in found[0]])


def _ids_of(connection: sqlite3.Connection, keys: Sequence[str]) -> list[Value]:
    found = [find(connection, ENHANCEMENT, key, field="depends_on") for key in keys]
    return list(dict.fromkeys(text_of(row, "id") for row in found))


def _built_on(connection: sqlite3.Connection, ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """For each id, the enhancements that depend on it."""
    found = connection.execute(
        "SELECT b.value, e.id FROM enhancements e, json_each(e.depends_on) b "
        "WHERE b.value IN (SELECT value FROM json_each(?)) ORDER BY 1, 2",
        (to_json(list(ids)),),
    )
    following: dict[str, list[str]] = {}
    for base, dependent in found:
        following.setdefault(str(base), []).append(str(dependent))
    return following


def _ref(connection: sqlite3.Connection, row_id: str) -> str:
    row = fetch(connection, ENHANCEMENT, row_id)
    return short_ref(text_of(row, "ref")) if row is not None else row_id
