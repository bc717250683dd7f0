"""What the hub on Postgres gives back, and in which pieces."""

from dataclasses import replace

import pytest

from localstore.entities import ENTITIES
from localstore.exchange import Commit, HubPage, off_the_wire
from localstore.values import Row, Value, to_json
from syncd.hub import HubWentBack, UnknownProject
from tests.postgres import run_as_owner
from tests.syncd.offers import AT, LATER, Writer, changed, item, new_id, offer

pytestmark = pytest.mark.anyio


def deep(levels: int) -> Value:
    """A value nested as deeply as text may come in."""
    value: Value = "bottom"
    for level in range(levels):
        value = [value] if level % 2 else {"in": value}
    return value


async def test_pages_deliver_everything_once_in_order(writer: Writer) -> None:
    """Small pages hold all rows and entries, each once, in order of their numbers; a change's
    entries are never torn apart."""
    rows = [item(str(number)) for number in range(7)]
    await writer.push(*rows[:4])
    # A hundred offline edits are one row with many entries.
    edits = [changed(rows[0], title=str(number)) for number in range(5)]
    entries = tuple(edit.entries[0] for edit in edits)
    await writer.push(replace(edits[-1], base_change_id=rows[0].change_id, entries=entries))
    await writer.push(*rows[4:])
    pages: list[HubPage] = []
    cursor = 0
    while not pages or cursor < pages[-1].head:
        pages.append(await writer.page(cursor, limit=2))
        cursor = pages[-1].cursor
    assert [page.cursor for page in pages] == [2, 4, 5, 7, 8]
    assert [len(page.entries) for page in pages] == [2, 2, 5, 2, 1]
    found = [each.row["title"] for page in pages for each in page.rows]
    assert found == ["1", "2", "3", "4", "4", "5", "6"]
    changes = [entry["change_id"] for page in pages for entry in page.entries]
    expected = [row.change_id for row in rows[:4]] + [entry["change_id"] for entry in entries]
    assert changes == [*expected, *(row.change_id for row in rows[4:])]


async def test_page_at_the_end(writer: Writer) -> None:
    """After the head there is nothing, and the cursor stays at the head."""
    await writer.push(item(), item())
    page = await writer.page(2)
    assert (page.rows, page.entries, page.cursor, page.head) == ((), (), 2, 2)
    assert page.seen == writer.seen


async def test_every_page_has_seen_the_newest_commit(writer: Writer) -> None:
    """Wherever a page ends, it was read from a hub that had its newest commit: rows that are left
    out because they moved on to later numbers are there only as long as that is."""
    await writer.push(item())
    await writer.push(item(), item())
    for limit in (1, 2, 3):
        page = await writer.page(0, limit=limit)
        assert (page.cursor, page.seen) == (limit, writer.seen)


async def test_an_empty_project_has_no_commit(writer: Writer) -> None:
    """Before the first commit there is none to have seen."""
    assert (await writer.page()).seen is None


@pytest.mark.parametrize(
    "value",
    [1e22, -0.0, 1.5e300, 10**15, 0.1, deep(30), {"z": 1, "a": {"ü": "\U0001f30a"}}, [None, ""]],
    ids=str,
)
async def test_values_come_back_the_same(writer: Writer, value: Value) -> None:
    """JSON comes back as it was written, in maps, in free values, and in history: what jsonb would
    make of 1e22 or -0.0 is a change that nobody made."""
    row = item(metadata={"it": value})
    about: Row = {"entity": "work_item", "entity_id": new_id(), "field": "metadata.it"}
    free = offer(
        "conflict", about | {"status": "open", "noticed_at": AT, "kept": value, "base": value}
    )
    await writer.push(row, free)
    rows = await writer.rows()
    assert to_json(rows[row.name.row_id]["metadata"]) == to_json({"it": value})
    conflict = rows[free.name.row_id]
    assert to_json([conflict["kept"], conflict["base"]]) == to_json([value, value])
    assert (await writer.page()).entries[0]["changes"] == row.entries[0]["changes"]


async def test_text_comes_back_the_same(writer: Writer) -> None:
    """Quotes, braces, line breaks, emptiness and other scripts survive, in texts and in sets."""
    texts: list[Value] = ['"', "{a,b}", "a\nb\tc\\", "", "NULL", "Ωμέγα 🌊", "e\u0301"]
    row = item("\\x41 $1 %s", description="\n".join(map(str, texts)), labels=texts)
    await writer.push(row)
    told = await writer.row(row)
    assert told == row.fields | row.stamp | {"id": row.name.row_id, "change_id": row.change_id}


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00.000000Z", "9999-12-31T23:59:59.999999Z"])
async def test_moments_come_back_the_same(writer: Writer, moment: str) -> None:
    """Moments have one form, with all six places, at both ends of time."""
    row = item(deleted_at=moment)
    await writer.push(row)
    told = await writer.row(row)
    assert (told["deleted_at"], told["created_at"], told["updated_at"]) == (moment, AT, AT)


async def test_every_entity_comes_back(writer: Writer) -> None:
    """Each entity's fields, all of them filled, come back as they were sent."""
    texts = {"name": "Acme", "deployed_at": AT, "noticed_at": AT, "resolved_at": LATER}
    moments = dict.fromkeys(("local_at", "remote_at", "deleted_at", "archived_at"), AT)
    uuids = ("parent_id", "source_id", "target_id", "entity_id", "current_session_id")
    parent = item("above")
    await writer.push(parent)
    for entity in ENTITIES.values():
        fields: Row = {}
        for field in entity.fields:
            if field.name == "extra":
                continue
            known: Row = {**texts, **moments, **dict.fromkeys(uuids, parent.name.row_id)}
            sets = field.kind.value == "set"
            numbers = field.name in ("pr_number", "default_token_budget")
            value: Value = 7 if numbers else ["b", "a"] if sets else f"a {field.name}"
            fields[field.name] = known.get(
                field.name, {"k": [1]} if field.kind.value in ("map", "value") else value
            )
        if entity.name == "enhancement":
            fields["priority"] = 5
        row = offer(entity.name, fields | ({"name_key": "acme"} if "name" in fields else {}))
        assert await writer.verdicts(row) == ["accepted"]
        told = await writer.row(row)
        stamp = row.stamp | {"id": row.name.row_id, "change_id": row.change_id}
        assert told == fields | stamp, entity.name


async def test_unknown_fields_survive(writer: Writer) -> None:
    """A field that the hub does not know comes back flat, is changed and emptied by name, and is
    not lost when a client that does not know it changes the row."""
    row = item(due_date="soon", effort={"points": 1e22})
    await writer.push(row)
    older = changed(row, title="by an older client")
    await writer.push(older)
    told = await writer.row(row)
    assert (told["due_date"], to_json(told["effort"])) == ("soon", '{"points":1e+22}')
    assert "extra" in off_the_wire(ENTITIES["work_item"], told)
    newer = changed(older, due_date="later", effort=None)
    await writer.push(newer)
    told = await writer.row(row)
    assert told["due_date"] == "later"
    assert "effort" not in told
    await writer.push(changed(newer, due_date=None))
    assert not {"due_date", "extra"} & (await writer.row(row)).keys()


async def test_hub_went_back(writer: Writer) -> None:
    """A commit that the hub does not know stops a push and a pull alike, and nothing is done."""
    first = await writer.push(item())
    await writer.push(item())
    seen = writer.seen
    assert first.commit is not None
    assert seen is not None
    for unknown in (Commit(3, seen.stamp), Commit(2, first.commit.stamp), Commit(9, "other")):
        writer.seen = unknown
        with pytest.raises(HubWentBack):
            await writer.push(item())
        with pytest.raises(HubWentBack):
            await writer.page()
    writer.seen = first.commit
    assert (await writer.page()).head == 2


async def test_numbers_that_come_round_again(hub_database: str, writer: Writer) -> None:
    """A hub restored to an older state and written on has other stamps at the same numbers."""
    await writer.push(item())
    lost = (await writer.push(item())).commit
    gone = ("work_items", "history", "commits")
    await run_as_owner(
        hub_database,
        *(f"DELETE FROM tidelog.{table} WHERE seq = 2" for table in gone),
        "UPDATE tidelog.projects SET (head_seq, last_stamp) = "
        "(SELECT seq, stamp FROM tidelog.commits)",
    )
    writer.seen = None
    again = (await writer.push(item())).commit
    assert lost is not None
    assert again is not None
    assert again.seq == lost.seq
    writer.seen = lost
    with pytest.raises(HubWentBack):
        await writer.push(item())


async def test_unknown_project(writer: Writer) -> None:
    """A project that the hub does not have is told apart from one that is not granted."""
    writer.project_id = new_id()
    with pytest.raises(UnknownProject):
        await writer.page()
