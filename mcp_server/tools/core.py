"""The core toolset: work items, their tree and dependencies, history, and where things stand."""

from typing import Annotated

from pydantic import Field

from localstore.fields import DependencyType, Detail, Key, PositiveInt, Who
from localstore.models import Mapping, Page, WorkItemCreate, WorkItemFilter, WorkItemPatch
from localstore.store import Store
from localstore.values import Row
from mcp_server.arguments import Arguments, Creates, Updates
from mcp_server.bulk import read_operations
from mcp_server.tool import ADDS, CHANGES, CHANGES_ONCE, READS, Toolset

CORE = Toolset("core")
STATUS_SHOWN = 5
"""How many items of each kind a model reads of in a status: every session pays for them."""


class CreateWorkItem(Creates, WorkItemCreate):
    """Arguments of `create_work_item`."""


class UpdateWorkItem(Updates, WorkItemPatch):
    """Arguments of `update_work_item`."""

    id: Key
    version: PositiveInt


class QueryWorkItem(Arguments):
    """Arguments of `query_work_item`."""

    id: Key
    detail: Detail = "summary"
    max_depth: Annotated[int, Field(ge=0, le=5)] = 5


class ListWorkItems(Arguments, Page, WorkItemFilter):
    """Arguments of `list_work_items`."""


class BulkWorkItems(Arguments):
    """Arguments of `bulk_work_items`."""

    operations: Annotated[list[Mapping], Field(min_length=1, max_length=500)]
    created_by: Who | None = None

    def author(self) -> str | None:
        """The `created_by` of the call."""
        return self.created_by


class SetDependency(Updates):
    """Arguments of `set_dependency`."""

    source_id: Key
    target_id: Key
    dependency_type: DependencyType = "blocks"
    remove: bool = False


class GetHistory(Arguments):
    """Arguments of `get_history`."""

    id: Key | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 25
    cursor: str | None = None


class GetProjectStatus(Arguments):
    """Arguments of `get_project_status`."""

    since: str | None = None


@CORE.tool(CreateWorkItem, title="Create a work item", traits=ADDS)
async def create_work_item(store: Store, arguments: CreateWorkItem, who: str) -> Row:
    """Add a work item. Repeat client_ref on a retry. metadata by type (!: required):
    project {description!, target_quarter: "2026-Q3", constitutional_principles: []};
    session {token_budget!: 200000, prompts_count!: 0, yaml_frontmatter!: {schema_version: "1.0"}};
    task {estimated_hours: 4, actual_hours, blocked_reason}; research {research_questions: [],
    findings_summary, references: []}
    """
    item = arguments.part(WorkItemCreate)
    return await store.create_work_item(item, who=who, client_ref=arguments.client_ref)


@CORE.tool(UpdateWorkItem, title="Update a work item", traits=CHANGES_ONCE)
async def update_work_item(store: Store, arguments: UpdateWorkItem, who: str) -> Row:
    """Change an item at the version you read. clear: fields to empty, like assignee or
    metadata.blocked_reason. parent_id moves the subtree. deleted: true deletes (cascade: with
    children), false restores.
    """
    patch = arguments.part(WorkItemPatch)
    return await store.update_work_item(arguments.id, arguments.version, patch, who=who)


@CORE.tool(QueryWorkItem, title="Look at a work item", traits=READS)
async def query_work_item(store: Store, arguments: QueryWorkItem, _who: str) -> Row:
    """An item (id or ref, like T-7F3KQ) with ancestors, children and dependencies."""
    return await store.work_item(
        arguments.id, detail=arguments.detail, max_depth=arguments.max_depth
    )


@CORE.tool(ListWorkItems, title="List work items", traits=READS, unlisted=frozenset({"sort"}))
async def list_work_items(store: Store, arguments: ListWorkItems, _who: str) -> Row:
    """Find items. ready: startable now, most urgent first. query: full text. assignee none:
    nobody's. under: a whole subtree.
    """
    return await store.list_work_items(arguments.part(WorkItemFilter), arguments.part(Page))


@CORE.tool(BulkWorkItems, title="Create and update many work items", traits=CHANGES)
async def bulk_work_items(store: Store, arguments: BulkWorkItems, who: str) -> Row:
    """Many writes, all or nothing; @a names an earlier create. Operations: {op: "create",
    client_ref: "a", item_type: "task", title: "x"}, {op: "update", id: "T-7F3KQ", version: 3,
    status: "completed"}, {op: "dependency", source_id: "@a", target_id: "T-7F3KQ"}
    """
    return await store.bulk(read_operations(arguments.operations), who=who)


@CORE.tool(
    SetDependency,
    title="Link two work items",
    traits=CHANGES_ONCE,
    unlisted=frozenset({"updated_by"}),
)
async def set_dependency(store: Store, arguments: SetDependency, who: str) -> Row:
    """Link two items (source blocks target); remove: unlink."""
    return await store.set_dependency(
        arguments.source_id,
        arguments.target_id,
        arguments.dependency_type,
        who=who,
        remove=arguments.remove,
    )


@CORE.tool(GetHistory, title="Read the history", traits=READS)
async def get_history(store: Store, arguments: GetHistory, _who: str) -> Row:
    """Who changed what and when, newest first; of one row (id, ref, vendor name) or of all."""
    page = Page(limit=arguments.limit, cursor=arguments.cursor)
    return await store.history(arguments.id, page)


@CORE.tool(GetProjectStatus, title="See where the project stands", traits=READS)
async def get_project_status(store: Store, arguments: GetProjectStatus, _who: str) -> Row:
    """Start here: counts, ready, running and blocked work, a token. since (the last token, or a
    time): only what changed, by whom, and what is ready now.
    """
    return await store.status(arguments.since, shown=STATUS_SHOWN)
