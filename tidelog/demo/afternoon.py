"""What the chapters share: who is there, what is known, and what did not come out as told."""

from collections.abc import Callable
from dataclasses import dataclass, field

from localstore.values import Row
from tidelog.demo.clients import Assistant

Tell = Callable[[str], None]


@dataclass(slots=True)
class Afternoon:
    """Who is there, what the story has learnt so far, and what did not come out as it says."""

    claude: Assistant
    copilot: Assistant
    tell: Tell
    quote: Tell
    refs: dict[str, str] = field(default_factory=dict)
    token: str = ""
    broken_claims: list[str] = field(default_factory=list)

    def claim(self, holds: bool, claim: str) -> None:
        """Note a claim of the story that does not hold."""
        if not holds:
            self.broken_claims.append(claim)

    def ref(self, key: str) -> str:
        """The ref of the item the plan calls `key`."""
        return self.refs[key]


async def claim(who: Assistant, key: str) -> Row:
    """Take an item: read it, then set its assignee and make it active."""
    item = await who.call("query_work_item", id=key)
    return await who.call(
        "update_work_item",
        id=key,
        version=item["version"],
        assignee=who.name,
        status="ACTIVE",
    )


async def finish(who: Assistant, key: str, *, hours: float | None = None) -> None:
    """Complete an item, with the hours it took if somebody counted them."""
    item = await who.call("query_work_item", id=key)
    metadata: Row | None = {"actual_hours": hours} if hours is not None else None
    await who.call(
        "update_work_item",
        id=key,
        version=item["version"],
        status="completed",
        assignee=who.name,
        metadata=metadata,
    )
