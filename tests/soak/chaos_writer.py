"""Somebody who writes through a server, to few rows under few names."""

from collections.abc import Awaitable, Callable, Mapping

from localstore.values import Row, rows_of, text_of
from tests.soak.chaos_book import Call, Nothing, Refused
from tests.soak.chaos_items import KEYS, ItemWriter

NAMES = ("Acme", "ACME", "Straße", "STRASSE", "Bolt", "bolt", "Cargo", "Dune")
MARKS = ("deleted_at", "archived_at")


class ServedWriter(ItemWriter):
    """One client's hands."""

    async def begin(self, call: Call) -> None:
        """With a new server: ask again for the item that was not answered."""
        self._call = call
        if self._unanswered:
            await self._attempt(lambda: self._created(self._unanswered))

    async def write(self) -> None:
        """One thing or another. What the store refuses is counted."""
        kinds: Mapping[Callable[[], Awaitable[None]], int] = {
            self.create: 3,
            self.change: 12,
            self.claim: 3,
            self.move: 4,
            self.delete: 1,
            self.revive: 1,
            self.link: 3,
            self.bulk: 1,
            self.new_vendor: 1,
            self.change_vendor: 4,
            self.plan: 1,
            self.configure: 1,
            self.resolve: 3,
        }
        [kind] = self.dice.choices([*kinds], [*kinds.values()])
        await self._attempt(kind)

    async def _attempt(self, act: Callable[[], Awaitable[None]]) -> None:
        self._words.clear()
        try:
            await act()
        except Nothing:
            pass
        except Refused as refusal:
            self.book.refused[refusal.code] += 1

    async def new_vendor(self) -> None:
        """A vendor, under a name that others give too."""
        answer = await self._call(
            "create_vendor", name=self.dice.choice(NAMES), extractor_version=self.mint()
        )
        self.told(answer)

    async def change_vendor(self) -> None:
        """Some fields of a vendor, and perhaps its name."""
        told = await self._call("list_vendors", detail="full", limit=50)
        vendors = rows_of(told, "items")
        if not vendors:
            raise Nothing
        vendor = self.dice.choice(vendors)
        fields: Row = {"metadata": {self.dice.choice(KEYS): self.mint()}}
        if self.dice.random() < 0.5:
            fields["new_name"] = self.dice.choice(NAMES)
        if self.dice.random() < 0.4:
            fields["extractor_version"] = self.mint()
        answer = await self._call(
            "update_vendor_status", id=vendor["id"], version=vendor["version"], **fields
        )
        self.told(answer)

    async def plan(self) -> None:
        """A new enhancement, or another word on one."""
        known = rows_of(await self._call("list_enhancements", limit=50), "items")
        if len(known) < 2:
            self.told(await self._call("save_enhancement", title=self.mint()))
            return
        row = self.dice.choice(known)
        answer = await self._call(
            "save_enhancement", id=row["id"], version=row["version"], title=self.mint()
        )
        self.told(answer)

    async def configure(self) -> None:
        """The project's configuration."""
        row = await self._call("get_project_configuration")
        answer = await self._call(
            "update_project_configuration", version=row["version"], git_branch=self.mint()
        )
        self.told(answer)

    async def resolve(self) -> None:
        """A conflict is decided."""
        told = await self._call("list_conflicts", status="open", limit=20)
        conflicts = rows_of(told, "items")
        if not conflicts:
            raise Nothing
        conflict = self.dice.choice(conflicts)
        keeps = ("local", "remote") if conflict["field"] in MARKS else ("local", "remote", "value")
        keep = self.dice.choice(keeps)
        value: Row = {"value": self.mint()} if keep == "value" else {}
        await self._call("resolve_conflict", id=conflict["ref"], keep=keep, **value)
        self.book.resolved.add(text_of(conflict, "ref"))
