"""The project's one configuration row. Its first state is the same on every replica."""

import sqlite3

from localstore.differences import changes_between
from localstore.entities import CONFIGURATION, WORK_ITEM
from localstore.errors import InvalidArguments
from localstore.ids import CONFIGURATION_ID, named_id
from localstore.models import ConfigurationEdit, ConfigurationPatch
from localstore.rows.items import cleared
from localstore.rows.lookup import fetch, find, ref_of
from localstore.values import Row, text_of
from localstore.writing import Stamp, expect_version, public, record, store, update

CLEARABLE = ("current_session_id", "git_branch", "git_head_commit")
CLEARABLE_BY_HAND = (*CLEARABLE, "report_layout")
FIRST_CHANGE_ID = named_id("change", "configuration:first")
"""Stores begun alone share this change, so that two of them that meet have nothing to merge."""
FIRST_MOMENT = "2026-01-01T00:00:00.000000Z"
FIRST_AUTHOR = "tidelog"
FIRST_REPLICA = named_id("replica", "configuration:first")
"""No store's own: the change is the same wherever it is noted."""


def plant(connection: sqlite3.Connection, stamp: Stamp) -> None:
    """Write the first configuration row if there is none yet. Does not commit."""
    if fetch(connection, CONFIGURATION, CONFIGURATION_ID) is not None:
        return
    row: Row = {
        "id": CONFIGURATION_ID,
        "active_context_type": "feature",
        "default_token_budget": 200_000,
        "version": 1,
        "change_id": FIRST_CHANGE_ID,
        "created_at": FIRST_MOMENT,
        "created_by": FIRST_AUTHOR,
        "updated_at": FIRST_MOMENT,
        "updated_by": FIRST_AUTHOR,
    }
    store(connection, CONFIGURATION, row)
    first = Stamp(FIRST_AUTHOR, FIRST_MOMENT, FIRST_REPLICA, stamp.new_id)
    record(
        connection,
        CONFIGURATION,
        row,
        changes_between(CONFIGURATION, {}, row),
        stamp=first,
        parents=[],
    )


def current(connection: sqlite3.Connection) -> Row:
    """The configuration row as it is stored."""
    row = fetch(connection, CONFIGURATION, CONFIGURATION_ID)
    if row is None:
        raise LookupError("the store has no configuration row")
    return row


def whole(connection: sqlite3.Connection, row: Row) -> Row:
    """The configuration as callers see it; the session by its ref."""
    shown = public(row)
    shown.pop("ref", None)
    if row.get("current_session_id") is not None:
        shown["current_session"] = ref_of(connection, text_of(row, "current_session_id"))
    return shown


def change(
    connection: sqlite3.Connection, version: int, patch: ConfigurationPatch, stamp: Stamp
) -> tuple[Row, list[str]]:
    """Apply a patch to the version the caller read; return the row and what changed.

    Raises:
        VersionConflict, NotFound, InvalidArguments: nothing is written then.
    """
    row = current(connection)
    expect_version(CONFIGURATION, row, version)
    by_hand = isinstance(patch, ConfigurationEdit)
    emptied = cleared(patch, patch.clear, CLEARABLE_BY_HAND if by_hand else CLEARABLE)
    fields: Row = patch.model_dump(exclude_none=True, exclude={"clear", "current_session_id"})
    fields |= dict.fromkeys(emptied)
    if patch.current_session_id is not None:
        session = find(connection, WORK_ITEM, patch.current_session_id, field="current_session_id")
        if session.get("item_type") != "session":
            raise InvalidArguments(
                "current_session_id",
                "must name a work item of type session",
                got=text_of(session, "item_type"),
            )
        fields["current_session_id"] = session["id"]
    return update(connection, CONFIGURATION, row, fields, stamp=stamp)
