"""Random work on a real store beside the model: after every step the two must agree."""

import os
from functools import partial

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from localstore.values import Row, Value
from tests.localstore.comparing import WORDS
from tests.localstore.model import Item
from tests.localstore.model_rules import Model
from tests.localstore.side_by_side import SideBySide
from tests.localstore.world import key

ANY = st.integers(0, 12)
"""Which of the items there are, the newest first: so that small numbers make deep trees."""
TITLE = st.lists(st.sampled_from(WORDS), min_size=1, max_size=2).map(" ".join)
STATUS = st.sampled_from(["planned", "active", "blocked", "completed", "cancelled"])
KIND = st.sampled_from(["task", "research"])
PRIORITY = st.sampled_from(["P0", "P1", "P2"])
LABELS = st.sampled_from([[], ["a"], ["b"], ["a", "b"]])
WHO = st.sampled_from(["ada", "bob"])
OFF = st.sampled_from([0] * 9 + [1, -1])
"""How far the version that a caller names is from the row's own."""


class StoreMachine(RuleBasedStateMachine):
    """Creates, moves, renames, links, deletes, revives, archives and restores at random."""

    def __init__(self) -> None:
        super().__init__()
        self.sides = SideBySide()

    def teardown(self) -> None:
        """Every check of the store must be well at the end."""
        self.sides.end()

    @initialize(
        places=st.lists(ANY, min_size=6, max_size=9),
        edges=st.lists(st.tuples(ANY, ANY), min_size=3, max_size=6),
    )
    def begin(self, places: list[int], edges: list[tuple[int, int]]) -> None:
        """Some items to begin with, mostly each under one of the last, and some edges."""
        for number, place in enumerate(places):
            self.create(
                title=WORDS[number % 3],
                kind="task",
                status="active",
                priority="P2",
                labels=[],
                under=place if number else None,
            )
        for blocker, blocked in edges:
            self.link(blocker, blocked, remove=False)

    @rule(
        title=TITLE,
        kind=KIND,
        status=STATUS,
        priority=PRIORITY,
        labels=LABELS,
        under=st.none() | ANY,
    )
    def create(
        self,
        *,
        title: str,
        kind: str,
        status: str,
        priority: str,
        labels: list[str],
        under: int | None,
    ) -> None:
        """A new item, somewhere."""
        parent = self.sides.item(under).id if under is not None else ""
        values: Row = {"status": status, "priority": priority, "labels": [*labels]}
        if parent:
            values["parent_id"] = parent
        self.sides.both(
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
            lambda: self.sides.world.item(title, kind=kind, **values),
        )

    @rule(which=ANY, off=OFF, status=STATUS, who=WHO)
    def change_status(self, which: int, off: int, status: str, who: str) -> None:
        """Another status, and a claim."""
        shown = self.sides.shown(self.sides.item(which), off)
        self.sides.both(
            lambda model: model.update(shown, status=status, assignee=who),
            lambda: self.sides.world.change(shown, status=status, assignee=who),
        )

    @rule(which=ANY, status=st.sampled_from(["completed", "cancelled"]), archive=st.booleans())
    def close(self, which: int, status: str, archive: bool) -> None:
        """An item and all open work below it are closed; what is closed may then be archived."""
        item = self.sides.item(which)
        for each in [item, *self.sides.model.below(item)]:
            current = self.sides.model.items[each.id]
            if not current.deleted and not current.archived:
                shown = self.sides.shown(current)
                self.sides.both(
                    partial(Model.update, shown=shown, status=status),
                    partial(self.sides.world.change, shown, status=status),
                )
        if archive:
            self.sides.both(
                Model.archive,
                partial(self.sides.world.store.archive, who="ada", older_than_days=0),
            )

    @rule(which=ANY, title=TITLE, priority=PRIORITY, labels=LABELS)
    def rename(self, which: int, title: str, priority: str, labels: list[str]) -> None:
        """Another title, priority and labels, and nobody's any more."""
        shown = self.sides.shown(self.sides.item(which))
        fields: Row = {"title": title, "priority": priority, "labels": [*labels]}
        self.sides.both(
            lambda model: model.update(
                shown, title=title, priority=priority, labels=tuple(labels), assignee=""
            ),
            lambda: self.sides.world.change(shown, clear=["assignee"], **fields),
        )

    @rule(which=ANY, off=OFF, under=st.none() | ANY)
    def move(self, which: int, off: int, under: int | None) -> None:
        """Another place in the tree."""
        shown = self.sides.shown(self.sides.item(which), off)
        parent = None if under is None else self.sides.shown(self.sides.item(under))
        self.sides.both(
            lambda model: model.move(shown, key(parent) if parent else ""),
            lambda: self.sides.world.move(shown, parent),
        )

    @rule(which=ANY, off=OFF, cascade=st.sampled_from([True, True, False]))
    def delete(self, which: int, off: int, cascade: bool) -> None:
        """An item goes, alone or with all below."""
        shown = self.sides.shown(self.sides.item(which), off)
        self.sides.both(
            lambda model: model.delete(shown, cascade=cascade),
            lambda: self.sides.world.change(shown, deleted=True, cascade=cascade),
        )

    @rule(which=ANY, cascade=st.booleans())
    def revive(self, which: int, cascade: bool) -> None:
        """A deleted item comes back, alone or with what went with it."""
        gone = [item for item in self.sides.model.active() if item.deleted]
        if not gone:
            return
        shown = self.sides.shown(self.sides.item(which, *gone))
        self.sides.both(
            lambda model: model.revive(shown, cascade=cascade),
            lambda: self.sides.world.change(shown, deleted=False, cascade=cascade),
        )

    @rule(blocker=ANY, blocked=ANY, remove=st.sampled_from([False, False, True]))
    def link(self, blocker: int, blocked: int, remove: bool) -> None:
        """One item blocks another, or no longer does."""
        ends = (
            self.sides.shown(self.sides.item(blocker)),
            self.sides.shown(self.sides.item(blocked)),
        )
        self.sides.both(
            lambda model: model.link(*map(key, ends), remove=remove),
            lambda: self.sides.world.blocks(*ends, remove=remove),
        )

    @rule(which=ANY, off=OFF, title=TITLE)
    def bulk(self, which: int, off: int, title: str) -> None:
        """Two new items and an update in one call, all or none."""
        shown = self.sides.shown(self.sides.item(which), off)
        new: Row = {"item_type": "task", "title": title}

        def change(model: Model) -> None:
            model.create(Item("@0", title, parent=key(shown)))
            model.create(Item("@1", title, parent="@0"))
            model.update(shown, title=title)

        operations: list[Row] = [
            {
                "op": "create",
                "item": new | {"parent_id": key(shown)},
                "client_ref": f"a{self.sides.model.now}",
            },
            {"op": "create", "item": new | {"parent_id": f"@a{self.sides.model.now}"}},
            {"op": "update", **shown, "patch": {"title": title}},
        ]
        self.sides.both(change, lambda: self.sides.world.bulk(*operations))

    @rule(which=ANY)
    def restore(self, which: int) -> None:
        """An archived item comes back with its family."""
        gone = [item for item in self.sides.model.items.values() if item.archived]
        if not gone:
            return
        wanted = self.sides.item(which, *gone).id
        self.sides.both(
            lambda model: model.restore(wanted),
            lambda: self.sides.world.store.restore_archived([wanted], who="ada"),
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
        placed: Row = {place: self.sides.item(which).id} if place else {}
        self.sides.ask(filters | placed)


SOAK_SECONDS = float(os.environ.get("TIDELOG_SOAK_SECONDS", "60"))
TestStoreMachine = StoreMachine.TestCase
TestStoreMachine.settings = settings(
    max_examples=max(60, int(SOAK_SECONDS)),
    stateful_step_count=50,
    deadline=None,
    phases=[phase for phase in Phase if phase is not Phase.explain],
    suppress_health_check=[HealthCheck.too_slow],
)
