"""Whatever is done to a store and to its stand-in apart: no value of either is lost."""

import asyncio
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

from localstore.entities import CONFLICT, WORK_ITEM
from localstore.errors import TidelogError
from localstore.values import Row, Value, text_of, to_json
from tests.localstore.side_by_side import new_store
from tests.localstore.standing_in import StandIn, standing_in, taken
from tests.localstore.world import World, key

ITEMS = 3
FIELDS = ("title", "assignee", "branch_name", "labels", "description", "metadata.note")
MOVES = ("delete", "revive", "move", "top", "create")
act = st.tuples(st.integers(0, ITEMS - 1), st.sampled_from(FIELDS + MOVES), st.integers(0, 3))
Step: TypeAlias = tuple[int, str, int]
Steps: TypeAlias = list[Step]
acts = st.lists(act, min_size=1, max_size=8)


class Hand:
    """Somebody who writes a value nobody else writes into each field."""

    def __init__(self, world: World, name: str, items: list[str]) -> None:
        self.world = world
        self.name = name
        self.items = items
        self.written: list[str] = []

    async def do(self, step: Step) -> None:
        """One call; what a rule refuses leaves nothing."""
        which, what, other = step
        token = f"{self.name}{len(self.written)}"
        shown = await self.world.full({"id": self.items[which]})
        above = self.items[other % len(self.items)]
        known: dict[str, Row] = {
            "delete": {"deleted": True, "cascade": other == 0},
            "revive": {"deleted": False, "cascade": other == 0},
            "move": {"parent_id": above},
            "top": {"clear": ["parent_id"]},
            "metadata.note": {"metadata": {"note": token}},
            "labels": {"labels": [*_labels(shown)[:other], token]},
            "description": {"description": _edited(text_of(shown, "description"), token, other)},
        }
        fields = known.get(what, {what: token})
        try:
            if what == "create":
                made = await self.world.item(token, under={"id": above}, who=self.name)
                self.items.append(key(made))
            else:
                await self.world.change(shown, who=self.name, **fields)
        except TidelogError:
            return
        if what in FIELDS or what == "create":
            self.written.append(token)


def _labels(shown: Row) -> list[Value]:
    labels = shown.get("labels")
    return labels if isinstance(labels, list) else []


def _edited(text: str, token: str, line: int) -> str:
    lines = text.splitlines()
    return "\n".join([*lines[:line], token, *lines[line + 1 :]])


@settings(max_examples=120, deadline=None)
@given(journal=acts, meanwhile=acts, cut=st.integers(1, 3))
def test_no_value_is_lost(journal: Steps, meanwhile: Steps, cut: int) -> None:
    """Each value that was written on either side is in its row, or was replaced by somebody who had
    seen it, or is in a conflict; the tree is whole; taken in again, nothing changes."""
    with TemporaryDirectory() as folder:
        path = Path(shutil.copy(new_store(), Path(folder) / "store.db"))
        asyncio.run(_apart(path, journal, meanwhile, cut))


async def _apart(path: Path, journal: Steps, meanwhile: Steps, cut: int) -> None:
    world = await World.begin(path, first_id=100)
    async with world.store:
        items = [key(await world.item(f"begun{n}", description="a\nb\nc\nd")) for n in (0, 1)]
        items.append(key(await world.item("begun2", under={"id": items[0]})))
        async with standing_in(world) as copy:
            there = Hand(copy.world, "journal", [*items])
            lines = await _lines(copy, there, journal, cut)
            # What was written and replaced on the stand-in itself was seen by who replaced it.
            kept = to_json([*await copy.world.store.rows_of(WORK_ITEM)])
        here = Hand(world, "store", [*items])
        for step in meanwhile:
            await here.do(step)
        before = to_json([*await world.store.rows_of(WORK_ITEM)])
        await taken(world, *lines)
        there.written = [token for token in there.written if f'{token}"' in _ends(kept)]
        here.written = [token for token in here.written if f'{token}"' in _ends(before)]
        await _expect_all(world, there.written + here.written)


async def _lines(copy: StandIn, hand: Hand, steps: Steps, cut: int) -> list[Row]:
    lines = []
    for number, step in enumerate(steps):
        await hand.do(step)
        if number % cut == 0:
            lines.append(await copy.line())
    return [*lines, await copy.line()]


def _ends(told: str) -> str:
    """Rows as JSON, in which every line of a text ends as a value does."""
    return told.replace("\\n", '"')


async def _expect_all(world: World, tokens: list[str]) -> None:
    rows = _ends(to_json([*await world.store.rows_of(WORK_ITEM)]))
    disputed = _ends(to_json([*await world.store.rows_of(CONFLICT)]))
    for token in tokens:
        assert f'{token}"' in rows or f'{token}"' in disputed, (token, rows, disputed)
