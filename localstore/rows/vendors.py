"""Vendors: one row a name, in whatever spelling."""

import sqlite3

from localstore.entities import VENDOR
from localstore.errors import Duplicate
from localstore.ids import name_key, named_id, short_ref
from localstore.models import Page, VendorCreate, VendorPatch
from localstore.rows.items import cleared, patched_metadata
from localstore.rows.lookup import fetch, find, remember, remembered
from localstore.rows.pages import listed, page_of
from localstore.rows.views import to_the_second
from localstore.validation import metadata_problem, validate_metadata
from localstore.values import Row, mapping_of, text_of, without_nulls
from localstore.writing import Stamp, expect_version, insert, public, update

CLEARABLE = ("extractor_version", "metadata")


def create(
    connection: sqlite3.Connection, vendor: VendorCreate, stamp: Stamp, *, client_ref: str | None
) -> Row:
    """Create a vendor under the id every replica would give its name.

    Raises:
        Duplicate: a vendor with that name exists, in whatever spelling.
        InvalidArguments: the metadata. Nothing is written then.
    """
    known = remembered(connection, VENDOR, client_ref, vendor)
    if known is not None:
        return known
    _expect_free(connection, vendor.name)
    fields: Row = vendor.model_dump(exclude={"metadata"})
    fields["metadata"] = validate_metadata("vendor", vendor.metadata or {})
    fields["id"] = named_id("vendor", name_key(vendor.name))
    if fetch(connection, VENDOR, text_of(fields, "id")) is not None:
        fields["id"] = stamp.new_id()  # the name's own id went with a vendor that was renamed
    row = insert(connection, VENDOR, fields, stamp)
    remember(connection, VENDOR, client_ref, vendor, row_id=text_of(row, "id"))
    return row


def change(
    connection: sqlite3.Connection, key: str, version: int, patch: VendorPatch, *, stamp: Stamp
) -> tuple[Row, list[str]]:
    """Apply a patch to the version the caller read; return the row and what changed.

    Raises:
        NotFound, VersionConflict, Duplicate, InvalidArguments: nothing is written then.
    """
    row = find(connection, VENDOR, key, field="name")
    expect_version(VENDOR, row, version)
    emptied = cleared(patch, patch.clear, CLEARABLE)
    fields: Row = patch.model_dump(exclude_none=True, include={"status", "extractor_version"})
    if "extractor_version" in emptied:
        fields["extractor_version"] = None
    if patch.metadata is not None or any(name.startswith("metadata") for name in emptied):
        fields["metadata"] = patched_metadata("vendor", row, patch.metadata, emptied)
    if patch.new_name is not None:
        if name_key(patch.new_name) != name_key(text_of(row, "name")):
            _expect_free(connection, patch.new_name)
        fields["name"] = patch.new_name
    return update(connection, VENDOR, row, fields, stamp=stamp)


def whole(row: Row) -> Row:
    """A vendor with everything known of it."""
    shown = public(row) | {"ref": short_ref(text_of(row, "ref"))}
    problem = metadata_problem("vendor", mapping_of(row, "metadata"))
    return shown | ({"metadata_problem": problem} if problem else {})


def brief(row: Row) -> Row:
    """A vendor in a list."""
    return without_nulls(
        {
            "ref": short_ref(text_of(row, "ref")),
            "name": row.get("name"),
            "status": row.get("status"),
            "extractor_version": row.get("extractor_version"),
            "version": row.get("version"),
            "updated_at": to_the_second(row.get("updated_at")),
        }
    )


def list_vendors(connection: sqlite3.Connection, status: str | None, page: Page) -> Row:
    """One page of vendors by name."""
    where, bound = ("status = ?", [status]) if status else ("TRUE", [])
    found = page_of(connection, VENDOR, page, order=("name_key", "id"), where=where, bound=bound)
    shown = [whole(row) if page.detail == "full" else brief(row) for row in found[0]]
    for row in shown:
        row.pop("name_key", None)
    return listed(found, shown)


def count_broken(connection: sqlite3.Connection) -> int:
    """How many vendors are broken."""
    found = connection.execute("SELECT count(*) FROM vendors WHERE status = 'broken'")
    return int(found.fetchone()[0])


def _expect_free(connection: sqlite3.Connection, name: str) -> None:
    taken = connection.execute(
        "SELECT id FROM vendors WHERE name_key = ?", (name_key(name),)
    ).fetchone()
    if taken is None:
        return
    row = fetch(connection, VENDOR, str(taken[0])) or {}
    raise Duplicate(
        f"a vendor named {row.get('name')!r} exists",
        existing=brief(row),
        hint="update that one with update_vendor_status, or choose another name",
    )
