"""The sync toolset: how far this replica is from the hub, and what was changed on both sides."""

from localstore.fields import ConflictStatus, Keep, Key
from localstore.models import Page
from localstore.store import Store
from localstore.values import Row, Value
from mcp_server.arguments import Arguments, Updates
from mcp_server.tool import CHANGES_ONCE, READS, Toolset

SYNC = Toolset("sync")


class GetSyncStatus(Arguments):
    """Arguments of `get_sync_status`: none."""


class ListConflicts(Arguments, Page):
    """Arguments of `list_conflicts`."""

    status: ConflictStatus | None = None


class ResolveConflict(Updates):
    """Arguments of `resolve_conflict`."""

    id: Key
    keep: Keep
    value: Value = None


@SYNC.tool(GetSyncStatus, title="See how sync stands", traits=READS)
async def get_sync_status(store: Store, _arguments: GetSyncStatus, _who: str) -> Row:
    """Unsynced changes, hub, open conflicts."""
    return await store.sync_status()


@SYNC.tool(ListConflicts, title="List conflicts", traits=READS, unlisted=frozenset({"detail"}))
async def list_conflicts(store: Store, arguments: ListConflicts, _who: str) -> Row:
    """Values of two replicas that need a decision."""
    return await store.conflicts(arguments.status, arguments.part(Page))


@SYNC.tool(
    ResolveConflict,
    title="Resolve a conflict",
    traits=CHANGES_ONCE,
    unlisted=frozenset({"updated_by"}),
)
async def resolve_conflict(store: Store, arguments: ResolveConflict, who: str) -> Row:
    """Settle a conflict; both: texts, lists."""
    return await store.resolve_conflict(arguments.id, arguments.keep, arguments.value, who=who)
