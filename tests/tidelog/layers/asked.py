"""What a matrix's cell asks and writes: every tool there is, each write with a mark of its own."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from localstore.entities import CONFLICT, DEPENDENCY, WORK_ITEM
from localstore.models import Page, WorkItemCreate
from localstore.rows import conflicts
from localstore.store import Store
from localstore.values import Row, mapping_of, number_of, rows_of, text_of, to_json
from mcp_server.tools import TOOLSETS
from tests.localstore.world import key


@dataclass(frozen=True, slots=True)
class Marks:
    """Rows of the project that a cell may change: ids, and versions where a write names one."""

    item: Row
    source: str
    target: str
    archived: str
    conflict: str
    vendor: Row
    configuration: int


@dataclass(frozen=True, slots=True)
class Write:
    """What a tool that writes is asked, and whether an entry of history is of that."""

    arguments: Row
    is_told: Callable[[Row], bool]


async def marked(store: Store) -> Marks:
    """Make what the project of the tests has not yet, and say what may be changed."""
    rows = []
    for word in ("changed", "linked", "met", "archived"):
        status = "completed" if word == "archived" else "active"
        item = {"item_type": "task", "title": f"To be {word}", "status": status}
        made = await store.create_work_item(WorkItemCreate.model_validate(item), who="ada")
        rows.append(made)
    changed, source, target, archived = rows
    await store.archive(who="ada", older_than_days=0)
    disputed: Row = {"entity": "work_item", "entity_id": changed["id"], "field": "priority"}
    disputed |= {"base": "P2", "local": "P1", "remote": "P2", "kept": "P2"}
    await store._write("sync", lambda c, stamp: conflicts.note(c, disputed, stamp))
    [conflict] = rows_of(await store.conflicts("open", Page()), "items")
    return Marks(
        changed,
        text_of(source, "id"),
        text_of(target, "id"),
        text_of(archived, "id"),
        key(conflict),
        await store.vendor("Vendor number 03"),
        number_of(await store.configuration(), "version"),
    )


def reading() -> dict[str, Row]:
    """Every tool that reads, by name, and what to ask it; a new one is asked without arguments."""
    asked: dict[str, Row] = {
        "query_work_item": {"id": "PLACE"},
        "query_vendor_status": {"name": "Vendor number 00"},
        "list_work_items": {"query": "grammar"},
    }
    return {name: asked.get(name, {}) for name in sorted(_tools(reads=True))}


def writing(marks: Marks, mark: str) -> Mapping[str, Write]:
    """Every tool that writes, by name; a new one has to be added here."""
    commit = hashlib.sha1(mark.encode(), usedforsecurity=False).hexdigest()
    item, vendor = marks.item, marks.vendor
    bulk: Row = {"op": "create", "client_ref": "a", "item_type": "task", "title": f"{mark} bulk"}
    writes = {
        "create_work_item": Write(
            {"item_type": "task", "title": f"{mark} create"}, _holds(f"{mark} create")
        ),
        "update_work_item": Write(
            {"id": item["id"], "version": item["version"], "title": f"{mark} update"},
            _holds(f"{mark} update"),
        ),
        "bulk_work_items": Write({"operations": [bulk]}, _holds(f"{mark} bulk")),
        "set_dependency": Write(
            {"source_id": marks.source, "target_id": marks.target},
            _of(DEPENDENCY.name, marks.target),
        ),
        "create_vendor": Write({"name": f"{mark} vendor"}, _holds(f"{mark} vendor")),
        "update_vendor_status": Write(
            {
                "name": vendor["name"],
                "version": vendor["version"],
                "extractor_version": f"{mark} vu",
            },
            _holds(f"{mark} vu"),
        ),
        "record_deployment": Write({"commit_hash": commit}, _holds(commit)),
        "save_enhancement": Write({"title": f"{mark} later"}, _holds(f"{mark} later")),
        "update_project_configuration": Write(
            {"version": marks.configuration, "git_branch": f"{mark}-branch"},
            _holds(f"{mark}-branch"),
        ),
        "archive_work_items": Write(
            {"restore": [marks.archived]},
            lambda entry: entry["id"] == marks.archived and _empties(entry, "archived_at"),
        ),
        "resolve_conflict": Write(
            {"id": marks.conflict, "keep": "remote"},
            lambda entry: (
                entry["entity"] == CONFLICT.name and "resolved_by" in mapping_of(entry, "changes")
            ),
        ),
    }
    assert writes.keys() == _tools(reads=False), "a tool that writes is not asked to"
    return writes


def _tools(*, reads: bool) -> set[str]:
    every = [spec for toolset in TOOLSETS.values() for spec in toolset.specs]
    return {spec.name for spec in every if spec.traits.reads == reads}


def _holds(text: str) -> Callable[[Row], bool]:
    def is_told(entry: Row) -> bool:
        pairs = mapping_of(entry, "changes").values()
        return any(text in to_json(pair[1]) for pair in pairs if isinstance(pair, list))

    return is_told


def _of(entity: str, end: str) -> Callable[[Row], bool]:
    inside = _holds(end)
    return lambda entry: entry["entity"] == entity and inside(entry)


def _empties(entry: Row, field: str) -> bool:
    pair = mapping_of(entry, "changes").get(field)
    return entry["entity"] == WORK_ITEM.name and isinstance(pair, list) and pair[1] is None
