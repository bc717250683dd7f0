"""The archive toolset."""

from typing import Annotated

from pydantic import Field

from localstore.errors import InvalidArguments
from localstore.fields import ItemStatus, ItemType, Key, Keys, Labels, Priority, Who
from localstore.models import Page, WorkItemFilter
from localstore.store import Store
from localstore.values import Row
from mcp_server.arguments import Arguments, Updates
from mcp_server.tool import CHANGES, READS, Toolset

ARCHIVE = Toolset("archive")


class QueryArchivedWorkItems(Arguments, Page):
    """Arguments of `query_archived_work_items`."""

    item_type: list[ItemType] | None = None
    status: list[ItemStatus] | None = None
    priority: list[Priority] | None = None
    assignee: Who | None = None
    labels: Labels | None = None
    parent_id: Key | None = None
    under: Key | None = None
    query: Annotated[str | None, Field(max_length=500)] = None

    def filters(self) -> WorkItemFilter:
        """The filter these arguments describe."""
        names = self.model_fields_set & WorkItemFilter.model_fields.keys()
        return WorkItemFilter.model_validate({name: getattr(self, name) for name in names})


class ArchiveWorkItems(Updates):
    """Arguments of `archive_work_items`."""

    older_than_days: Annotated[int, Field(ge=0, le=36_500)] | None = None
    restore: Keys | None = None


@ARCHIVE.tool(
    QueryArchivedWorkItems,
    title="Search the archive",
    traits=READS,
    unlisted=frozenset({"item_type", "priority", "parent_id", "under", "detail"}),
)
async def query_archived_work_items(
    store: Store, arguments: QueryArchivedWorkItems, _who: str
) -> Row:
    """Find archived items; filters as in list_work_items."""
    return await store.archived_work_items(arguments.filters(), arguments.part(Page))


@ARCHIVE.tool(
    ArchiveWorkItems,
    title="Archive or restore work items",
    traits=CHANGES,
    unlisted=frozenset({"updated_by"}),
)
async def archive_work_items(store: Store, arguments: ArchiveWorkItems, who: str) -> Row:
    """Archive closed items older than older_than_days, or restore ids."""
    if arguments.restore is None:
        return await store.archive(who=who, older_than_days=arguments.older_than_days)
    if arguments.older_than_days is not None:
        raise InvalidArguments("restore", "cannot stand beside older_than_days: call twice")
    return await store.restore_archived(arguments.restore, who=who)
