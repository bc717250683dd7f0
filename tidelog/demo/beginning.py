"""The first chapters: suppliers, what is done already, and the plan."""

from localstore.values import Value, number_of, rows_of, text_of
from tidelog.demo.afternoon import Afternoon
from tidelog.demo.script import (
    BROKEN,
    ENHANCEMENTS,
    LAST_SPRING,
    VENDORS,
    metadata_of,
    plan,
    vendor_metadata,
)


async def vendors(day: Afternoon) -> None:
    """Forty-five vendors, two of them asked for by name."""
    for index, name in enumerate(VENDORS):
        works = name not in BROKEN
        await day.claude.call(
            "create_vendor",
            name=name,
            status="operational" if works else "broken",
            extractor_version=f"2.{index % 9}.{index % 4}",
            metadata=vendor_metadata(index, works=works),
        )
    for name in VENDORS:
        await day.copilot.call("query_vendor_status", name=name.upper())
    listed = await day.copilot.call("list_vendors", status="BROKEN")
    names = [text_of(vendor, "name") for vendor in rows_of(listed, "items")]
    day.claim(sorted(names) == sorted(BROKEN), "the broken vendors are the four that were said")
    again = await day.copilot.refused("create_vendor", name="fjordline")
    day.claim(again.get("code") == "duplicate", "a name in other letters is the same vendor")
    day.tell(
        f"claude-code enters the {len(VENDORS)} suppliers whose invoices the desk reads. copilot "
        f"sees each at once, from its own process: {len(names)} are broken. When it adds "
        "“fjordline” it learns that Fjordline is there:"
    )
    day.quote(text_of(again, "message"))


async def last_spring(day: Afternoon) -> None:
    """A finished project goes to the archive, whole, and is found there."""
    root = ""
    for item_type, title in LAST_SPRING:
        made = await day.claude.call(
            "create_work_item",
            item_type=item_type,
            title=title,
            parent_id=root or None,
            metadata=metadata_of(item_type),
            status="completed",
        )
        root = root or text_of(made, "ref")
    moved = await day.claude.call("archive_work_items", older_than_days=0)
    day.claim(moved.get("archived") == len(LAST_SPRING), "the old project was archived whole")
    found = await day.copilot.call("query_archived_work_items", query="mailbox")
    hits = rows_of(found, "items")
    day.claim(len(hits) == 1, "the archive is searched")
    live = await day.copilot.call("list_work_items", query="mailbox")
    day.claim(live.get("total") == 0, "what is archived has left the lists")
    day.tell(
        f"Last spring's project is done. claude-code archives its {number_of(moved, 'archived')} "
        f"items; they leave every list but still answer: “mailbox” finds "
        f"{text_of(hits[0], 'ref')}, “{text_of(hits[0], 'title')}”."
    )


async def planning(day: Afternoon) -> None:
    """The plan in one call, five levels deep, and a circle that is refused."""
    operations: list[Value] = [*plan()]
    made = await day.claude.call("bulk_work_items", operations=operations)
    keys = [text_of(op, "client_ref") for op in plan() if op["op"] == "create"]
    results = [row for row in rows_of(made, "results") if "title" in row]
    day.refs = {key: text_of(row, "ref") for key, row in zip(keys, results, strict=True)}
    deepest = await day.copilot.call("query_work_item", id=day.ref("t3"))
    above = rows_of(deepest, "ancestors")
    day.claim(len(above) == 5, "the deepest task hangs five levels below the project")
    circle = await day.copilot.refused(
        "set_dependency",
        source_id=day.ref("t12"),
        target_id=day.ref("t11"),
        dependency_type="blocks",
    )
    day.claim(circle.get("code") == "cycle", "a circle of blockers is refused")
    for title, priority, status, quarter in ENHANCEMENTS:
        await day.claude.call(
            "save_enhancement",
            title=title,
            priority=priority,
            status=status,
            target_quarter=quarter,
        )
    edges = len(operations) - len(keys)
    day.tell(
        f"One bulk call makes the plan: a project, three sessions, tasks and research, {len(keys)} "
        f"items on up to {len(above)} levels with {edges} dependencies, all of it or nothing. "
        "copilot tries to turn one dependency round:"
    )
    day.quote(text_of(circle, "message"))
