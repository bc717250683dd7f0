"""What changed since somebody last looked, who changed it, and what is ready now."""

import re
import sqlite3
from collections import Counter

from localstore.errors import InvalidArguments
from localstore.models import WorkItemFilter
from localstore.rows import history
from localstore.rows.naming import name_rows
from localstore.rows.status import SHOWN, heading, section
from localstore.rows.views import to_the_second
from localstore.values import Row, format_moment, mapping_of, number_of, parse_moment, text_of

ROWS_SHOWN = 50
_CHANGES_READ = 500
_TOKEN = re.compile(r"[0-9a-f]{8}\.[0-9]{1,17}")


def changes_since(
    connection: sqlite3.Connection, since: str, now: str, replica_id: str, *, shown: int = SHOWN
) -> Row:
    """What changed after a moment or a token, who changed it, and what is ready now.

    Changes of one row are told once, newest first, with the fields that changed and the way its
    status went. At most 50 rows are told, of the newest 500 changes; `truncated` says when that
    cut.

    Raises:
        InvalidArguments: `since` is neither a token of an earlier answer nor a time.
    """
    condition, bound = _since(since, replica_id)
    counted = connection.execute(f"SELECT count(*) FROM history WHERE {condition}", bound)
    total = int(counted.fetchone()[0])
    entries = history.entries_since(connection, condition, bound, _CHANGES_READ)
    rows: dict[str, Row] = {}
    for entry in entries:
        _fold(rows, entry)
    told = list(rows.values())[:ROWS_SHOWN]
    name_rows(connection, told)
    for row in told:
        row.pop("id")
    answer: Row = {
        **heading(connection, now, replica_id),
        "since": since,
        "changes": [*told],
        "changed_rows": len(rows),
        "total": total,
        "by": dict(Counter(text_of(entry, "changed_by") for entry in entries).most_common(SHOWN)),
        "ready": section(connection, WorkItemFilter(ready=True), shown),
    }
    if len(rows) > len(told) or total > len(entries):
        answer["truncated"] = True
    return answer


def is_of_another_store(since: str, replica_id: str) -> bool:
    """Whether it is a token, but none that the store with this id has given."""
    return bool(_TOKEN.fullmatch(since.strip())) and not since.strip().startswith(replica_id[-8:])


def _since(since: str, replica_id: str) -> tuple[str, list[str | int]]:
    replica, _, seq = since.strip().partition(".")
    if replica == replica_id[-8:] and seq.isdecimal() and len(seq) < 18:
        return "seq > ?", [int(seq)]
    try:
        moment = format_moment(parse_moment(since))
    except (ValueError, OverflowError):
        raise InvalidArguments(
            "since",
            "must be the token of an earlier answer or an ISO 8601 time",
            example="2026-03-14T09:30:00Z",
            got=repr(since[:40]),
        ) from None
    # The first part lets the newest be read from the end, where the whole history would be scanned;
    # +seq keeps SQLite from walking the rows in search of the least.
    return (
        "seq >= (SELECT min(+seq) FROM history WHERE changed_at > ?) AND changed_at > ?",
        [moment, moment],
    )


def _fold(rows: dict[str, Row], entry: Row) -> None:
    """Add an older entry to what is told of its row."""
    changes = mapping_of(entry, "changes")
    told = rows.setdefault(
        text_of(entry, "id"),
        {
            "id": entry["id"],
            "entity": entry["entity"],
            "version": entry["version"],
            "changed_at": to_the_second(entry["changed_at"]),
            "changed_by": entry["changed_by"],
            "fields": [],
        },
    )
    fields = told["fields"]
    if isinstance(fields, list):
        fields.extend(name for name in changes if name not in fields)
    if number_of(entry, "version") == 1:
        told["created"] = True
    status = changes.get("status")
    if isinstance(status, list):
        newest = told.get("status")
        told["status"] = [status[0], newest[1] if isinstance(newest, list) else status[1]]
