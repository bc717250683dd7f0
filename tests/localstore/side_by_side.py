"""A real store and the model beside it: every call is made to both, and then they are compared."""

import asyncio
import atexit
import shutil
import tempfile
from collections.abc import Callable, Coroutine
from functools import cache
from pathlib import Path

from localstore.values import Row, rows_of
from tests.localstore.comparing import compare, compare_filter
from tests.localstore.model import Item
from tests.localstore.model_rules import Model, Refused
from tests.localstore.world import World, key, refused

Asked = Callable[[], Coroutine[object, object, Row]]


@cache
def new_store() -> Path:
    """A store nobody has written to, to be copied for each run; it goes with the process."""
    folder = Path(tempfile.mkdtemp(prefix="tidelog-new-"))
    atexit.register(shutil.rmtree, folder)

    async def make() -> None:
        await (await World.begin(folder / "store.db")).store.close()

    asyncio.run(make())
    return folder / "store.db"


class SideBySide:
    """One run: a store in a folder of its own, an event loop, and the model."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="tidelog-machine-"))
        self.runner = asyncio.Runner()
        path = Path(shutil.copy(new_store(), self.folder / "store.db"))
        self.world = self.runner.run(World.begin(path, first_id=100))
        self.model = Model()

    def end(self) -> None:
        """Check the store once more, from inside, and take everything away."""
        try:
            assert self.runner.run(self.world.failed_checks()) == []
        finally:
            self.runner.run(self.world.store.close())
            self.runner.close()
            shutil.rmtree(self.folder)

    def item(self, which: int, *among: Item) -> Item:
        """One of the items there are, or of those among which to choose.

        The newest living ones come first, then the deleted, then the archived.
        """
        newest = list(among or self.model.items.values())[::-1]
        ordered = sorted(newest, key=lambda item: (item.archived, bool(item.deleted)))
        return ordered[which % len(ordered)]

    def shown(self, item: Item, off: int = 0) -> Row:
        """An item as a caller read it, or misremembers its version."""
        return {"id": item.id, "version": max(1, item.version + off)}

    def both(self, change: Callable[[Model], object], ask: Asked) -> None:
        """Do the same to both; both must do it, or both refuse it alike and stay as they were.

        Rows that the model creates are called @0, @1, … until the store's answer names them.
        """
        after, expected = self.model.copy(), ""
        after.now += 1
        try:
            change(after)
        except Refused as refusal:
            expected, after = refusal.code, self.model
        answers: list[Row] = []

        async def call() -> None:
            answers.append(await ask())

        outcome = self.runner.run(refused(call()))
        assert (outcome.code if outcome else "") == expected, outcome or answers
        for answer in answers:
            for number, made in enumerate(rows_of(answer, "results") or [answer]):
                after.name(f"@{number}", key(made))
        self.model = after
        if outcome is None:
            self.runner.run(compare(self.world, self.model))
        else:
            assert self.runner.run(self.world.store.head()) == self.model.changes + 1

    def ask(self, filters: Row) -> None:
        """Compare one filtered list."""
        self.runner.run(compare_filter(self.world, self.model, filters))
