"""The status of the whole project, bounded whatever its size."""

import sqlite3

from localstore.entities import VENDOR, WORK_ITEM
from localstore.metadata import DeploymentMetadata
from localstore.models import Page, WorkItemFilter
from localstore.rows import (
    configuration,
    conflicts,
    deployments,
    enhancements,
    history,
    vendors,
)
from localstore.rows.listing import list_items
from localstore.rows.pages import page_of
from localstore.rows.partial import Part, is_damage, readable
from localstore.rows.sync_place import TABLES
from localstore.rows.views import SUMMARY, summary, to_the_second
from localstore.values import (
    Row,
    Value,
    mapping_of,
    rows_of,
    text_of,
)

SHOWN = 10
"""How many of each kind a status shows a person."""


def project_status(
    connection: sqlite3.Connection, now: str, replica_id: str, *, shown: int = SHOWN
) -> Row:
    """Everything a person or an assistant wants to know at the start of a day.

    Every list in it is cut at `shown` with its total beside it, so that the answer stays small and,
    with the kept counts, takes as long for a large project as for a small one.
    """
    parts: dict[str, Part] = {
        **_heading(connection, now, replica_id),
        "counts": lambda: _counts(connection),
        "total": lambda: _count(connection, "TRUE"),
        "vendors": lambda: _vendors(connection),
        "ready": lambda: section(connection, WorkItemFilter(ready=True), shown),
        "in_progress": lambda: section(connection, WorkItemFilter(status=["active"]), shown),
        "blocked": lambda: section(connection, WorkItemFilter(status=["blocked"]), shown),
        "tree": lambda: _open_roots(connection, shown),
        "recent_deployments": lambda: _recent_deployments(connection, shown),
        "enhancements": lambda: _enhancements(connection, shown),
        "configuration": lambda: _configuration(connection),
        "health": lambda: health(connection),
    }
    return readable(parts)


def health(connection: sqlite3.Connection) -> Row:
    """How the project is doing, computed now: what needs attention, and why."""
    found: list[Value] = []
    for counted, told in (
        (conflicts.count_open, "open conflict(s): list_conflicts, resolve_conflict"),
        (vendors.count_broken, "broken vendor(s)"),
        (_count_blocked, "blocked item(s)"),
    ):
        try:
            n = counted(connection)
        except sqlite3.DatabaseError as failure:
            if not is_damage(failure):
                raise
            found.append(f"{told.partition(':')[0]} cannot be counted: the store is damaged")
        else:
            found += [f"{n} {told}"] if n else []
    return {"status": "attention" if found else "healthy", "attention": found}


def heading(connection: sqlite3.Connection, now: str, replica_id: str) -> Row:
    """What every status begins with: the project, when, from where, and the next token."""
    return {name: part() for name, part in _heading(connection, now, replica_id).items()}


def _heading(connection: sqlite3.Connection, now: str, replica_id: str) -> dict[str, Part]:
    return {
        "project": lambda: project_name(connection),
        "as_of": lambda: to_the_second(now),
        "source": lambda: "local",
        "token": lambda: f"{replica_id[-8:]}.{history.head(connection)}",
        "open_conflicts": lambda: conflicts.count_open(connection),
    }


def project_name(connection: sqlite3.Connection) -> str:
    """What the project is called; empty when nobody has named it."""
    project = connection.execute("SELECT value FROM meta WHERE key = 'project'").fetchone()
    return str(project[0]) if project else ""


def size(connection: sqlite3.Connection) -> tuple[int, int]:
    """How many rows there are, the archive included, and how many changes of them."""
    counts = [
        int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
        for table in (*TABLES, "history")
    ]
    return sum(counts[:-1]), counts[-1]


def section(connection: sqlite3.Connection, filters: WorkItemFilter, shown: int) -> Row:
    """The first of the items that pass the filters, and how many there are."""
    found = list_items(connection, filters, Page(limit=shown))
    return {"total": found["total"], "items": found["items"]}


def _counts(connection: sqlite3.Connection) -> Row:
    counts: Row = {}
    found = connection.execute(
        "SELECT item_type, status, sum(n) FROM item_counts GROUP BY 1, 2 HAVING sum(n) > 0"
    )
    for item_type, status, n in found:
        counts[item_type] = mapping_of(counts, item_type) | {status: n}
    return counts


def _count(connection: sqlite3.Connection, condition: str) -> int:
    return _scalar(connection, f"SELECT coalesce(sum(n), 0) FROM item_counts WHERE {condition}")


def _count_blocked(connection: sqlite3.Connection) -> int:
    return _count(connection, "status = 'blocked'")


def _scalar(connection: sqlite3.Connection, query: str) -> int:
    return int(connection.execute(query).fetchone()[0])


def _vendors(connection: sqlite3.Connection) -> Row:
    rows, broken, _ = page_of(
        connection,
        VENDOR,
        Page(limit=SHOWN),
        order=("name_key", "id"),
        where="status = ?",
        bound=["broken"],
    )
    total = _scalar(connection, "SELECT count(*) FROM vendors")
    names: list[Value] = [row["name"] for row in rows]
    answer: Row = {"operational": total - broken, "total": total, "broken": names}
    return answer | ({"truncated": True} if broken > len(rows) else {})


def _open_roots(connection: sqlite3.Connection, shown: int) -> list[Value]:
    found = connection.execute(
        f"SELECT {', '.join(SUMMARY)} FROM work_items INDEXED BY work_items_roots "
        "WHERE deleted_at IS NULL AND parent_id IS NULL "
        "AND status IN ('planned', 'active', 'blocked') "
        "ORDER BY updated_at DESC, id DESC LIMIT ?",
        (shown,),
    )
    roots = [WORK_ITEM.decode(list(SUMMARY), stored) for stored in found]
    return [summary(root) | _progress(connection, text_of(root, "id")) for root in roots]


def _progress(connection: sqlite3.Connection, row_id: str) -> Row:
    """How many of a row's direct children are completed, cancelled ones left out."""
    completed, total = connection.execute(
        "SELECT coalesce(sum(status = 'completed'), 0), count(*) FROM work_items "
        "WHERE parent_id = ? AND deleted_at IS NULL AND status <> 'cancelled'",
        (row_id,),
    ).fetchone()
    return {"progress": {"completed": completed, "total": total}} if total else {}


def _configuration(connection: sqlite3.Connection) -> Row:
    whole = configuration.whole(connection, configuration.current(connection))
    stamps = ("id", "created_at", "created_by", "current_session_id")
    return {name: value for name, value in whole.items() if name not in stamps}


def _recent_deployments(connection: sqlite3.Connection, shown: int) -> list[Value]:
    found = deployments.list_deployments(
        connection, None, Page(limit=(shown + 1) // 2), lenient=True
    )
    return [
        {
            "ref": row["ref"],
            "deployed_at": to_the_second(row["deployed_at"]),
            **({"commit": text_of(row, "commit_hash")[:7]} if row.get("commit_hash") else {}),
            **{
                name: value
                for name, value in mapping_of(row, "metadata").items()
                if name in DeploymentMetadata.model_fields
            },
            "affected_vendors": row["affected_vendors"],
            "related_work_items": [
                {name: item[name] for name in ("ref", "title") if name in item}
                for item in rows_of(row, "related_work_items")
            ],
        }
        for row in rows_of(found, "items")
    ]


def _enhancements(connection: sqlite3.Connection, shown: int) -> list[Value]:
    found = enhancements.list_enhancements(connection, None, None, Page(limit=shown))
    told = ("ref", "title", "status", "priority", "target_quarter")
    return [
        {name: row[name] for name in told if name in row}
        for row in rows_of(found, "items")
        if row.get("status") != "completed"
    ]
