"""The planning toolset: future enhancements."""

from localstore.errors import InvalidArguments
from localstore.fields import EnhancementStatus, Key, PositiveInt, Quarter, Who
from localstore.models import EnhancementCreate, EnhancementPatch, Page
from localstore.store import Store
from localstore.validation import validate
from localstore.values import Row
from mcp_server.arguments import Arguments, Creates
from mcp_server.tool import CHANGES, READS, Toolset

PLANNING = Toolset("planning")


class SaveEnhancement(Creates, EnhancementPatch):
    """Arguments of `save_enhancement`: of a new one without `id`, of an update with it."""

    id: Key | None = None
    version: PositiveInt | None = None
    updated_by: Who | None = None

    def author(self) -> str | None:
        """The `created_by` or `updated_by` of the call."""
        return self.created_by or self.updated_by


class ListEnhancements(Arguments, Page):
    """Arguments of `list_enhancements`."""

    status: EnhancementStatus | None = None
    target_quarter: Quarter | None = None


@PLANNING.tool(
    SaveEnhancement,
    title="Plan an enhancement",
    traits=CHANGES,
    unlisted=frozenset({"updated_by"}),
)
async def save_enhancement(store: Store, arguments: SaveEnhancement, who: str) -> Row:
    """Add a future enhancement, or change one (id, version). priority: 1 (first) to 5.
    target_quarter: 2026-Q3.
    """
    patch = arguments.part(EnhancementPatch)
    if arguments.id is not None:
        if arguments.version is None:
            raise InvalidArguments(
                "version", "is required with id: the version you read", example=3
            )
        return await store.update_enhancement(arguments.id, arguments.version, patch, who=who)
    for name in ("version", "clear"):
        if name in arguments.model_fields_set:
            raise InvalidArguments(name, "is for an update: name the enhancement's id with it")
    created = validate(EnhancementCreate, patch.model_dump(exclude_unset=True))
    return await store.create_enhancement(created, who=who, client_ref=arguments.client_ref)


@PLANNING.tool(
    ListEnhancements, title="List enhancements", traits=READS, unlisted=frozenset({"detail"})
)
async def list_enhancements(store: Store, arguments: ListEnhancements, _who: str) -> Row:
    """Future enhancements."""
    return await store.list_enhancements(
        arguments.status, arguments.target_quarter, arguments.part(Page)
    )
