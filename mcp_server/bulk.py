"""The operations of a bulk call: flat mappings, each read with the leniency of a single call."""

from collections.abc import Sequence
from typing import Literal

from localstore.errors import InvalidArguments
from localstore.fields import ClientRef, Key, PositiveInt
from localstore.models import (
    BulkCreate,
    BulkDependency,
    BulkOperation,
    BulkUpdate,
    Mapping,
    WorkItemCreate,
    WorkItemPatch,
)
from localstore.values import Row
from mcp_server.arguments import Arguments


class CreateOperation(Arguments, WorkItemCreate):
    """A new item; later operations may name it as `@client_ref`."""

    op: Literal["create"] = "create"
    client_ref: ClientRef | None = None


class UpdateOperation(Arguments, WorkItemPatch):
    """An update of an item, as `update_work_item` takes it."""

    op: Literal["update"] = "update"
    id: Key
    version: PositiveInt


class DependencyOperation(Arguments, BulkDependency):
    """An edge, as `set_dependency` takes it."""


_MODELS: dict[str, type[Arguments]] = {
    "create": CreateOperation,
    "update": UpdateOperation,
    "dependency": DependencyOperation,
}


def read_operations(operations: Sequence[Mapping]) -> list[BulkOperation]:
    """Read the operations of a bulk call, in their order.

    One without `op` is told by its fields: an edge has a `source_id`, an update an `id`.

    Raises:
        InvalidArguments: naming the first field that is wrong, as `operations[2].title`.
    """
    return [_read(f"operations[{index}].", raw) for index, raw in enumerate(operations)]


def _read(prefix: str, raw: Row) -> BulkOperation:
    kind = str(raw.get("op") or _guessed(raw)).strip().lower()
    if kind not in _MODELS:
        raise InvalidArguments(
            f"{prefix}op", "must be one of create, update, dependency", example="create"
        )
    operation = _MODELS[kind].read(raw, prefix=prefix)
    if isinstance(operation, CreateOperation):
        return BulkCreate(item=operation.part(WorkItemCreate), client_ref=operation.client_ref)
    if isinstance(operation, UpdateOperation):
        patch = operation.part(WorkItemPatch)
        return BulkUpdate(id=operation.id, version=operation.version, patch=patch)
    return operation.part(BulkDependency)


def _guessed(raw: Row) -> str:
    if "source_id" in raw:
        return "dependency"
    return "update" if "id" in raw else "create"
