"""An example call of every tool, and calls it refuses: one story from top to bottom.

`{Title}` stands for the ref of the item or vendor with that title, `{C}` for the last ref that
begins with a C. A new tool needs an entry here, at its place, and `make reference`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from localstore.values import Row

COMMIT = "3f786850e387550fdab836ed7e6dc881de23001b"
CONFLICT = "(another laptop's change)"
"""In place of a tool: two laptops give an item another priority each, and meet on the hub."""


@dataclass(frozen=True)
class ToolExample:
    """Arguments that are taken, and such as are refused, by the code of the error.

    `before` is called first and not shown, each a tool and its arguments.
    """

    arguments: Row
    refused: dict[str, Row]
    before: list[tuple[str, Row]] = field(default_factory=list)


def _levels() -> Iterator[Row]:
    """A project, and items down to the deepest level there may be."""
    metadata: Row = {"description": "All suppliers, no typing"}
    project: Row = {"item_type": "project", "title": "Read every invoice", "metadata": metadata}
    yield {"op": "create", "client_ref": "0", **project}
    for level in range(1, 6):
        item: Row = {"item_type": "task", "title": f"Level {level}", "status": "completed"}
        yield {"op": "create", "client_ref": str(level), "parent_id": f"@{level - 1}", **item}


EXAMPLES: dict[str, ToolExample] = {
    "create_work_item": ToolExample(
        {
            "item_type": "task",
            "title": "Write the date parser",
            "parent_id": "{Read every invoice}",
            "priority": "P1",
            "metadata": {"estimated_hours": 4},
            "client_ref": "date-parser",
        },
        {
            "invalid_arguments": {"item_type": "task", "title": "x", "pr_number": 0},
            "not_found": {"item_type": "task", "title": "x", "parent_id": "T-00000"},
            "duplicate": {"item_type": "task", "title": "Other", "client_ref": "date-parser"},
            "too_deep": {"item_type": "task", "title": "x", "parent_id": "{Level 5}"},
        },
        before=[("bulk_work_items", {"operations": [*_levels()]})],
    ),
    "update_work_item": ToolExample(
        {
            "id": "{Write the date parser}",
            "version": 1,
            "assignee": "claude-code",
            "labels": ["parser"],
        },
        {
            "invalid_arguments": {"id": "{Write the date parser}", "version": 2, "priority": "P9"},
            "not_found": {"id": "T-00000", "version": 1, "status": "completed"},
            "version_conflict": {
                "id": "{Write the date parser}",
                "version": 1,
                "status": "completed",
            },
            "cycle": {"id": "{Level 1}", "version": 1, "parent_id": "{Level 2}"},
        },
    ),
    "query_work_item": ToolExample(
        {"id": "{Write the date parser}"},
        {"not_found": {"id": "T-00000"}, "invalid_arguments": {"id": "{Level 1}", "max_depth": 6}},
    ),
    "list_work_items": ToolExample(
        {"ready": True, "limit": 2},
        {"invalid_arguments": {"status": ["done"]}, "not_found": {"under": "T-00000"}},
    ),
    "bulk_work_items": ToolExample(
        {
            "operations": [
                {
                    "op": "create",
                    "client_ref": "a",
                    "item_type": "task",
                    "title": "Collect samples",
                },
                {
                    "op": "dependency",
                    "source_id": "@a",
                    "target_id": "{Write the date parser}",
                },
            ]
        },
        {
            "invalid_arguments": {"operations": [{"op": "create", "title": "x"}]},
            "version_conflict": {
                "operations": [
                    {"op": "update", "id": "{Write the date parser}", "version": 1, "title": "y"}
                ]
            },
        },
    ),
    "set_dependency": ToolExample(
        {
            "source_id": "{Write the date parser}",
            "target_id": "{Level 1}",
            "dependency_type": "related",
        },
        {
            "cycle": {
                "source_id": "{Write the date parser}",
                "target_id": "{Collect samples}",
            },
            "not_found": {"source_id": "T-00000", "target_id": "{Level 1}"},
        },
    ),
    "get_history": ToolExample(
        {"id": "{Write the date parser}"},
        {"not_found": {"id": "T-00000"}, "invalid_arguments": {"cursor": "page two"}},
    ),
    "get_project_status": ToolExample({}, {"invalid_arguments": {"since": "yesterday"}}),
    "create_vendor": ToolExample(
        {
            "name": "Fjordline",
            "status": "operational",
            "metadata": {"test_results": {"passing": 40, "total": 42, "skipped": 1}},
        },
        {
            "duplicate": {"name": "FJORDLINE"},
            "invalid_arguments": {"name": "Fjord/line"},
        },
    ),
    "query_vendor_status": ToolExample({"name": "fjordline"}, {"not_found": {"name": "Nobody"}}),
    "update_vendor_status": ToolExample(
        {"name": "Fjordline", "version": 1, "status": "broken"},
        {
            "version_conflict": {"name": "Fjordline", "version": 1, "status": "broken"},
            "not_found": {"name": "Nobody", "version": 1, "status": "broken"},
            "invalid_arguments": {"version": 1, "status": "broken"},
        },
    ),
    "list_vendors": ToolExample({"status": "broken"}, {"invalid_arguments": {"status": "fine"}}),
    "record_deployment": ToolExample(
        {
            "commit_hash": COMMIT,
            "affected_vendors": ["Fjordline"],
            "related_work_item_ids": ["{Write the date parser}"],
            "metadata": {"pr_number": 7, "pr_title": "Read PDFs"},
        },
        {
            "invalid_arguments": {"commit_hash": "3f78685"},
            "not_found": {"commit_hash": COMMIT, "affected_vendors": ["Nobody"]},
        },
    ),
    "list_deployments": ToolExample({"vendor": "Fjordline"}, {"not_found": {"vendor": "Nobody"}}),
    "save_enhancement": ToolExample(
        {"title": "Read handwriting", "priority": 3, "target_quarter": "2026-Q4"},
        {
            "invalid_arguments": {"title": "x", "priority": 6},
            "version_conflict": {"id": "{Read handwriting}", "version": 9, "priority": 1},
            "not_found": {"id": "E-00000", "version": 1, "priority": 1},
        },
    ),
    "list_enhancements": ToolExample(
        {"target_quarter": "2026-Q4"}, {"invalid_arguments": {"target_quarter": "autumn"}}
    ),
    "get_project_configuration": ToolExample({}, {"invalid_arguments": {"all": True}}),
    "update_project_configuration": ToolExample(
        {"version": 1, "active_context_type": "maintenance", "git_branch": "main"},
        {
            "version_conflict": {"version": 1, "git_branch": "main"},
            "invalid_arguments": {"version": 2, "default_token_budget": 10},
        },
    ),
    "query_archived_work_items": ToolExample(
        {"query": "letterhead"},
        {"invalid_arguments": {"limit": 0}},
        before=[
            (
                "create_work_item",
                {"item_type": "task", "title": "Old letterhead", "status": "completed"},
            ),
            ("archive_work_items", {"older_than_days": 0}),
        ],
    ),
    "archive_work_items": ToolExample(
        {"restore": ["{Old letterhead}"]},
        {
            "invalid_arguments": {"restore": ["{Level 1}"], "older_than_days": 3},
            "not_found": {"restore": ["T-00000"]},
        },
    ),
    "get_sync_status": ToolExample({}, {"invalid_arguments": {"id": "x"}}),
    "list_conflicts": ToolExample(
        {"status": "open"},
        {"invalid_arguments": {"status": "closed"}},
        before=[(CONFLICT, {"id": "{Collect samples}", "ann": "P0", "ben": "P3"})],
    ),
    "resolve_conflict": ToolExample(
        {"id": "{C}", "keep": "local"},
        {"not_found": {"id": "C-00000", "keep": "local"}, "invalid_arguments": {"id": "{C}"}},
    ),
}
