"""Random work on a real store beside the model: after every step the two must agree."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Coroutine
from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from localstore.errors import TidelogError
from localstore.values import Row, Value, rows_of
from tests.localstore.comparing import WORDS, compare, compare_filter
from tests.localstore.model import Item
from tests.localstore.model_rules import Model, Refused
from tests.localstore.world import World, key

Asked = Callable[[], Coroutine[object, object, Row]]

ANY = st.integers(0, 30)
"""Which of the items there are, the newest first: so that small numbers make deep trees."""
TITLE = st.lists(st.sampled_from(WORDS), min_size=1, max_size=2).map(" ".join)
STATUS = st.sampled_from(["planned", "active", "blocked", "completed", "cancelled"])
KIND = st.sampled_from(["task", "research"])
PRIORITY = st.sampled_from(["P0", "P1", "P2"])
LABELS = st.sampled_from([[], ["a"], ["b"], ["a", "b"]])
WHO = st.sampled_from(["ada", "bob"])
OFF = st.sampled_from([0] * 6 + [1, -1])
"""How far the version that a caller names is from the row's own."""


@cache
def new_store() -> Path:
    """A store nobody has written to, to be copied for each run."""
    path = Path(tempfile.mkdtemp(prefix="tidelog-machine-")) / "store.db"

    async def make() -> None:
        await (await World.begin(path)).store.close()

    asyncio.run(make())
    return path


class StoreMachine(RuleBasedStateMachine):
    """Creates, moves, renames, links, deletes, revives, archives and restores at random."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="tidelog-machine-"))
        self.runner = asyncio.Runner()
        path = Path(shutil.copy(new_store(), self.folder / "store.db"))
        self.world = self.runner.run(World.begin(path, first_id=100))
        self.model = Model()

    def teardown(self) -> None:
        """Every check must be well at the end."""
        try:
            assert self.runner.run(self.world.failed_checks()) == []
        finally:
            self.runner.run(self.world.store.close())
            self.runner.close()
            shutil.rmtree(self.folder)

    def item(self, which: int, *among: Item) -> Item:
        """One of the items there are, or of those among which to choose."""
        items = among or tuple(self.model.items.values())
        return items[-1 - which % len(items)]

    def shown(self, item: Item, off: int = 0) -> Row:
        """An item as a caller read it, or misremembers its version."""
        return {"id": item.id, "version": max(1, item.version + off)}

    def both(self, change: Callable[[Model], object], ask: Asked) -> Row:
        """Do the same to model and store; both must do it, or refuse it alike and stay as they were.

        Rows that the model creates are called @0, @1, … until the store's answer names them.
        """
        after, expected, answer = self.model.copy(), "", Row()
        after.now += 1
        try:
            change(after)
        except Refused as refused:
            expected, after = refused.code, self.model
        try:
            answer = self.runner.run(ask())
        except TidelogError as refusal:
            assert refusal.code == expected, refusal
        else:
            assert expected == "", f"not refused as {expected}: {answer}"
        for number, made in enumerate(rows_of(answer, "results") or [answer]):
            after.name(f"@{number}", key(made))
        self.model = after
        self.runner.run(compare(self.world, self.model))
        return answer

    @initialize(places=st.lists(ANY, min_size=6, max_size=9), edges=st.lists(st.tuples(ANY, ANY)))
    def begin(self, places: list[int], edges: list[tuple[int, int]]) -> None:
        """Some items to begin with, mostly each under one of the last, and some edges."""
        for number, place in enumerate(places):
            self.create(
                title=WORDS[number % 3], kind="task", status="active", priority="P2", labels=[], under=place if number else None
            )
        for blocker, blocked in edges:
            self.link(blocker, blocked, remove=False)

    @rule(title=TITLE, kind=KIND, status=STATUS, priority=PRIORITY, labels=LABELS, under=st.none() | ANY)
    def create(
        self, *, title: str, kind: str, status: str, priority: str, labels: list[str], under: int | None
    ) -> None:
        """A new item, somewhere."""
        parent = self.item(under).id if under is not None else ""
        values: Row = {"status": status, "priority": priority, "labels": [*labels]}
        if parent:
            values["parent_id"] = parent
        self.both(
            lambda model: model.create(
                Item(
                    "@0",
                    title,
                    kind=kind,
                    status=status,
                    priority=priority,
                    labels=tuple(labels),
                    parent=parent,
                )
            ),
            lambda: self.world.item(title, kind=kind, **values),
        )

    @rule(which=ANY, off=OFF, status=STATUS, who=WHO)
    def change_status(self, which: int, off: int, status: str, who: str) -> None:
        """Another status, and a claim."""
        shown = self.shown(self.item(which), off)
        self.both(
            lambda model: model.update(shown, status=status, assignee=who),
            lambda: self.world.change(shown, status=status, assignee=who),
        )

    @rule(which=ANY, status=st.sampled_from(["completed", "cancelled"]))
    def close(self, which: int, status: str) -> None:
        """An item and all that is open below it are closed."""
        item = self.item(which)
        for each in [item, *self.model.below(item)]:
            current = self.model.items[each.id]
            if not current.deleted and not current.archived:
                shown = self.shown(current)
                self.both(
                    lambda model, shown=shown: model.update(shown, status=status),
                    lambda shown=shown: self.world.change(shown, status=status),
                )

    @rule(which=ANY, title=TITLE, priority=PRIORITY, labels=LABELS)
    def rename(self, which: int, title: str, priority: str, labels: list[str]) -> None:
        """Another title, priority and labels, and nobody's any more."""
        shown = self.shown(self.item(which))
        fields: Row = {"title": title, "priority": priority, "labels": [*labels]}
        self.both(
            lambda model: model.update(
                shown, title=title, priority=priority, labels=tuple(labels), assignee=""
            ),
            lambda: self.world.change(shown, clear=["assignee"], **fields),
        )

    @rule(which=ANY, off=OFF, under=st.none() | ANY)
    def move(self, which: int, off: int, under: int | None) -> None:
        """Another place in the tree."""
        shown = self.shown(self.item(which), off)
        parent = None if under is None else self.shown(self.item(under))
        self.both(
            lambda model: model.move(shown, key(parent) if parent else ""),
            lambda: self.world.move(shown, parent),
        )

    @rule(which=ANY, off=OFF, cascade=st.booleans())
    def delete(self, which: int, off: int, cascade: bool) -> None:
        """An item goes, alone or with all below."""
        shown = self.shown(self.item(which), off)
        self.both(
            lambda model: model.delete(shown, cascade=cascade),
            lambda: self.world.change(shown, deleted=True, cascade=cascade),
        )

    @rule(which=ANY, cascade=st.booleans())
    def revive(self, which: int, cascade: bool) -> None:
        """A deleted item comes back, alone or with what went with it."""
        gone = [item for item in self.model.items.values() if item.deleted]
        shown = self.shown(self.item(which, *gone))
        self.both(
            lambda model: model.revive(shown, cascade=cascade),
            lambda: self.world.change(shown, deleted=False, cascade=cascade),
        )

    @rule(blocker=ANY, blocked=ANY, remove=st.sampled_from([False, False, True]))
    def link(self, blocker: int, blocked: int, remove: bool) -> None:
        """One item blocks another, or no longer does."""
        ends = self.shown(self.item(blocker)), self.shown(self.item(blocked))
        self.both(
            lambda model: model.link(*map(key, ends), remove=remove),
            lambda: self.world.blocks(*ends, remove=remove),
        )

    @rule(which=ANY, off=OFF, title=TITLE)
    def bulk(self, which: int, off: int, title: str) -> None:
        """Two new items and an update in one call, all or none."""
        shown = self.shown(self.item(which), off)
        new: Row = {"item_type": "task", "title": title}

        def change(model: Model) -> None:
            model.create(Item("@0", title, parent=key(shown)))
            model.create(Item("@1", title, parent="@0"))
            model.update(shown, title=title)

        operations: list[Row] = [
            {"op": "create", "item": new | {"parent_id": key(shown)}, "client_ref": f"a{self.model.now}"},
            {"op": "create", "item": new | {"parent_id": f"@a{self.model.now}"}},
            {"op": "update", **shown, "patch": {"title": title}},
        ]
        self.both(change, lambda: self.world.bulk(*operations))

    @rule()
    def archive(self) -> None:
        """All that is closed goes to the archive."""
        self.both(
            lambda model: model.archive(),
            lambda: self.world.store.archive(who="ada", older_than_days=0),
        )

    @rule(which=ANY)
    def restore(self, which: int) -> None:
        """An archived item comes back with its family."""
        gone = [item for item in self.model.items.values() if item.archived]
        wanted = self.item(which, *gone).id
        self.both(
            lambda model: model.restore(wanted),
            lambda: self.world.store.restore_archived([wanted], who="ada"),
        )

    @rule(
        filters=st.fixed_dictionaries(
            {},
            optional={
                "status": st.lists(STATUS, min_size=1, unique=True),
                "item_type": st.lists(KIND, min_size=1, unique=True),
                "assignee": WHO | st.just("none"),
                "labels": LABELS,
                "query": st.sampled_from(WORDS),
                "ready": st.booleans(),
            },
        ),
        place=st.sampled_from(["", "", "under", "parent_id"]),
        which=ANY,
    )
    def ask(self, filters: dict[str, Value], place: str, which: int) -> None:
        """Any list, under any filters."""
        placed: Row = {place: self.item(which).id} if place else {}
        self.runner.run(compare_filter(self.world, self.model, filters | placed))


TestStoreMachine = StoreMachine.TestCase
TestStoreMachine.settings = settings(
    max_examples=100,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
