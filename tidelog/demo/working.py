"""The other chapters: two assistants share the work, collide, come back, release and search."""

from hashlib import sha1

from gitlayer.subject import what_changed
from localstore.values import mapping_of, number_of, rows_of, text_of, texts_of
from tidelog.demo.afternoon import Afternoon, claim, finish
from tidelog.demo.script import VENDORS, vendor_metadata


async def claiming(day: Afternoon) -> None:
    """Ready work, most urgent first; each assistant takes its own."""
    ready = await day.claude.call(
        "list_work_items", ready=True, item_type=["task", "research"], status=["planned"]
    )
    items = rows_of(ready, "items")
    first, second = items[0], items[1]
    day.claim(first.get("title") == "Read dates the way each supplier writes them", "P0 is first")
    waiting = {day.ref(key) for key in ("t2", "t3", "t8", "t12", "t13")}
    day.claim(
        not waiting & {text_of(item, "ref") for item in items}, "nothing that waits is called ready"
    )
    for who, item in ((day.claude, first), (day.copilot, second)):
        claimed = await claim(who, text_of(item, "ref"))
        day.claim(claimed.get("assignee") == who.name, f"{who.name} got its item")
    day.tell(
        f"{number_of(ready, 'total')} items can be started: they are planned, and all they wait "
        f"for is done. claude-code takes the most urgent, {text_of(first, 'ref')} "
        f"“{text_of(first, 'title')}”; copilot the next, {text_of(second, 'ref')} "
        f"“{text_of(second, 'title')}”."
    )


async def stale_update(day: Afternoon) -> None:
    """Two assistants change one item; the second is refused, looks, and both changes stand."""
    key = day.ref("t7")
    read_by_copilot = await day.copilot.call("query_work_item", id=key)
    read_by_claude = await day.claude.call("query_work_item", id=key)
    await day.claude.call(
        "update_work_item",
        id=key,
        version=read_by_claude["version"],
        priority="P0",
        labels=["scans", "urgent"],
    )
    version = read_by_copilot["version"]
    refusal = await day.copilot.refused(
        "update_work_item", id=key, version=version, metadata={"estimated_hours": 6}
    )
    current = mapping_of(refusal, "current")
    day.claim(refusal.get("code") == "version_conflict", "the stale update is refused")
    day.claim(current.get("priority") == "P0", "the refusal carries the row as it is now")
    await day.copilot.call(
        "update_work_item",
        id=key,
        version=current["version"],
        metadata={"estimated_hours": 6},
    )
    item = await day.claude.call("query_work_item", id=key, detail="full")
    hours = mapping_of(item, "metadata").get("estimated_hours")
    day.claim(item.get("priority") == "P0" and hours == 6, "both changes stand")
    day.tell(
        f"Both have {key}, “{text_of(item, 'title')}”, before them at version {version}. "
        f"claude-code makes it P0. copilot, still at version {version}, wants to write 6 hours "
        "into it, and is told:"
    )
    day.quote(f"{text_of(refusal, 'code')}: {text_of(refusal, 'message')}")
    day.quote(text_of(refusal, "hint"))
    day.tell(
        "The refusal carries the row as it is now. copilot sees that only the priority moved, its "
        f"estimate still holds, and sends it again with version {current['version']}. Now "
        f"{key} is at version {item['version']}: P0, and 6 hours. Nobody's work was lost."
    )


async def lunch(day: Afternoon) -> None:
    """claude-code leaves with a token; copilot works on alone."""
    before = await day.claude.call("get_project_status")
    day.token = text_of(before, "token")
    await finish(day.copilot, day.ref("t4"), hours=2.5)
    await finish(day.copilot, day.ref("t3"), hours=0.5)
    await finish(day.copilot, day.ref("r1"))
    asked = await day.copilot.call("query_work_item", id=day.ref("t7"))
    await day.copilot.call(
        "update_work_item",
        id=day.ref("t7"),
        version=asked["version"],
        status="blocked",
        metadata={"blocked_reason": "no crooked scan may leave the finance network yet"},
    )
    vendor = await day.copilot.call("query_vendor_status", name="Fjordline")
    await day.copilot.call(
        "update_vendor_status",
        name="Fjordline",
        version=vendor["version"],
        status="operational",
        extractor_version="3.0.0",
        metadata=vendor_metadata(VENDORS.index("Fjordline"), works=True),
    )
    day.tell(
        "claude-code goes away and keeps the token of its last status. Meanwhile copilot finishes "
        "three items, mends the reader of Fjordline's invoices, and finds that the crooked scans "
        "may not leave the finance network: blocked, it writes, and why."
    )


async def coming_back(day: Afternoon) -> None:
    """Only what changed since the token, and what is ready because of it."""
    news = await day.claude.call("get_project_status", since=day.token)
    changes = rows_of(news, "changes")
    told = {text_of(change, "ref") for change in changes}
    mine = {day.ref(key) for key in ("t4", "t3", "r1", "t7")}
    day.claim(mine <= told and len(changes) == 5, "five rows changed, and five are told")
    day.claim(set(mapping_of(news, "by")) == {"copilot"}, "copilot is named as who did it")
    ready = {text_of(item, "ref") for item in rows_of(mapping_of(news, "ready"), "items")}
    day.claim(day.ref("t2") in ready, "what the research held back is ready now")
    day.tell(
        "claude-code comes back and asks what happened since. Not the whole project, "
        f"{len(changes)} lines:"
    )
    for change in changes:
        way = [str(status) for status in texts_of(change, "status")]
        day.quote(
            f"{text_of(change, 'ref')}  {text_of(change, 'title')}: "
            f"{' → '.join(way) or ', '.join(texts_of(change, 'fields'))}"
        )
    await claim(day.claude, day.ref("t2"))
    day.tell(f"and that {day.ref('t2')}, the grammar of dates, can be started now. It takes that.")


async def deployment(day: Afternoon) -> None:
    """A release that names its vendors and its work items."""
    await finish(day.claude, day.ref("t1"), hours=5)
    commit = sha1(b"read dates the way each supplier writes them", usedforsecurity=False)
    released = await day.claude.call(
        "record_deployment",
        commit_hash=commit.hexdigest(),
        affected_vendors=["Fjordline", "Halden Optics", "Baltic Rope"],
        related_work_item_ids=[day.ref("t1"), day.ref("t4"), day.ref("r1")],
        metadata={
            "pr_number": 128,
            "pr_title": "Read dates the way each supplier writes them",
            "test_summary": {"unit": 412, "golden files": 90},
            "constitutional_compliance": True,
        },
    )
    items = rows_of(released, "related_work_items")
    day.claim(
        [item.get("status") for item in items] == ["completed"] * 3, "what was released is done"
    )
    halden = await day.claude.call("query_vendor_status", name="Halden Optics")
    await day.claude.call(
        "update_vendor_status",
        name="Halden Optics",
        version=halden["version"],
        status="operational",
        metadata=vendor_metadata(VENDORS.index("Halden Optics"), works=True),
    )
    since = await day.copilot.call("list_deployments", vendor="Fjordline")
    day.claim(since.get("total") == 1, "the vendor knows its deployment")
    day.tell(
        f"claude-code finishes {day.ref('t1')} and releases it: PR #128, {len(items)} items, "
        f"{len(texts_of(released, 'affected_vendors'))} suppliers. Halden Optics works again too, "
        "and copilot finds the release under Fjordline."
    )


async def searching(day: Afternoon) -> None:
    """Full text over titles, descriptions and metadata; the history of one item."""
    found = await day.copilot.call("list_work_items", query="stamp")
    titles = [text_of(item, "title") for item in rows_of(found, "items")]
    day.claim("Read totals under a stamp" in titles, "search finds the words of a title")
    in_text = await day.copilot.call("list_work_items", query="crooked network")
    day.claim(in_text.get("total") == 1, "search finds the words of a blocked reason")
    for key in day.refs.values():
        await day.copilot.call("query_work_item", id=key)
        await day.claude.call("get_history", id=key)
    history = await day.claude.call("get_history", id=day.ref("t7"))
    day.claim(history.get("total") == 4, "the history of an item holds every change once")
    await claim(day.copilot, day.ref("r2"))
    day.tell(
        f"copilot looks for “stamp” and finds {number_of(found, 'total')} items; “crooked network” "
        f"finds the one that is blocked for that reason. It takes {day.ref('r2')}. Who changed "
        f"{day.ref('t7')}, all {number_of(history, 'total')} times, is in its history:"
    )
    for entry in rows_of(history, "items"):
        day.quote(f"{text_of(entry, 'changed_by')}: {what_changed(entry)}")
