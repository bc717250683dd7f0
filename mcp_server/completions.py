"""Completing what a person types for a prompt or a resource's address."""

from collections.abc import Awaitable, Callable
from typing import Literal, get_args

from fastmcp.server.completions import CompletionReference
from mcp_types import CompletionArgument, CompletionContext

from localstore.fields import ItemStatus, ItemType, Priority
from mcp_server.layers import Layers

Suggested = Literal["assignee", "label", "vendor", "work_item"]
Complete = Callable[
    [CompletionReference, CompletionArgument, CompletionContext | None], Awaitable[list[str]]
]

_WORDS: dict[str, tuple[str, ...]] = {
    "status": get_args(ItemStatus),
    "priority": get_args(Priority),
    "item_type": get_args(ItemType),
}
_LOOKED_UP: dict[str, Suggested] = {
    "assignee": "assignee",
    "label": "label",
    "vendor": "vendor",
    "name": "vendor",
    "id": "work_item",
}


def completions_over(layers: Layers) -> Complete:
    """The completion handler: an argument's name says what it holds, wherever it stands."""

    async def complete(
        _reference: CompletionReference,
        argument: CompletionArgument,
        _context: CompletionContext | None,
    ) -> list[str]:
        words = _WORDS.get(argument.name)
        if words is not None:
            typed = argument.value.casefold()
            return [word for word in words if word.casefold().startswith(typed)]
        what = _LOOKED_UP.get(argument.name)
        if what is None:
            return []
        found, _ = await layers.read(lambda store: store.suggestions(what, argument.value))
        return found

    return complete
