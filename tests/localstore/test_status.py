"""The status of a project: bounded, counted right, and what changed since."""

from dataclasses import replace

import pytest

from localstore.errors import InvalidArguments
from localstore.models import ConfigurationPatch, DeploymentCreate, EnhancementCreate, VendorCreate
from localstore.values import Row, mapping_of, rows_of, text_of, texts_of
from tests.localstore.world import COMMIT, World, key, titles

pytestmark = pytest.mark.anyio


def section(status: Row, name: str) -> tuple[object, list[str]]:
    """The total and the titles of one of a status's lists."""
    part = mapping_of(status, name)
    return part["total"], titles(part)


async def test_new_project(world: World) -> None:
    """The status of a new project is empty, healthy, and says when and where it comes from."""
    status = await world.store.status()
    assert status["source"] == "local"
    assert text_of(status, "as_of").endswith("Z")
    assert (status["total"], status["counts"], status["open_conflicts"]) == (0, {}, 0)
    assert mapping_of(status, "health")["status"] == "healthy"
    assert section(status, "ready") == (0, [])


async def test_project_name(world: World) -> None:
    """The status names the project, under its newest name."""
    await world.store.set_project("first")
    await world.store.set_project("tidelog")
    assert (await world.store.status())["project"] == "tidelog"


async def test_counts(world: World) -> None:
    """Items are counted by type and status; deleted and archived ones are not."""
    for status in ("active", "active", "blocked", "completed"):
        await world.item(status=status)
    await world.item(kind="research", status="planned")
    await world.change(await world.item(), deleted=True)
    told = await world.store.status()
    assert told["counts"] == {
        "task": {"active": 2, "blocked": 1, "completed": 1},
        "research": {"planned": 1},
    }
    assert told["total"] == 5
    await world.store.archive(who="ada", older_than_days=0)
    assert (await world.store.status())["total"] == 4


async def test_sections(world: World) -> None:
    """Ready, active and blocked work is listed with its totals, ten of each at most."""
    for number in range(12):
        await world.item(f"active {number:02}")
        await world.item(f"blocked {number:02}", status="blocked")
    status = await world.store.status()
    assert section(status, "ready") == (12, [f"active {n:02}" for n in range(10)])
    assert section(status, "in_progress")[0] == 12
    assert section(status, "blocked") == (12, [f"blocked {n:02}" for n in range(11, 1, -1)])


async def test_open_roots_show_progress(world: World) -> None:
    """Open roots show how many of their children are completed, cancelled ones left out."""
    root = await world.item("root")
    for status in ("completed", "active", "cancelled"):
        await world.item(status, under=root, status=status)
    await world.item("closed root", status="completed")
    (told,) = rows_of(await world.store.status(), "tree")
    assert (told["title"], told["progress"]) == ("root", {"completed": 1, "total": 2})


async def test_vendors(world: World) -> None:
    """Vendors are counted, and the broken ones named, ten at most."""
    for number in range(12):
        await world.store.create_vendor(VendorCreate(name=f"Vendor {number:02}"), who="ada")
    await world.store.create_vendor(VendorCreate(name="Good", status="operational"), who="ada")
    vendors = mapping_of(await world.store.status(), "vendors")
    assert (vendors["operational"], vendors["total"], vendors["truncated"]) == (1, 13, True)
    assert vendors["broken"] == [f"Vendor {n:02}" for n in range(10)]


async def test_deployments_and_enhancements(world: World) -> None:
    """The newest deployments and the open enhancements are shown in short."""
    for _ in range(7):
        deployment = DeploymentCreate(commit_hash=COMMIT, metadata={"pr_number": 7})
        await world.store.record_deployment(deployment, who="ada")
    await world.store.create_enhancement(EnhancementCreate(title="OCR"), who="ada")
    done = EnhancementCreate(title="Done", status="completed")
    await world.store.create_enhancement(done, who="ada")
    status = await world.store.status()
    deployments = rows_of(status, "recent_deployments")
    assert len(deployments) == 5
    assert (deployments[0]["commit"], deployments[0]["pr_number"]) == (COMMIT[:7], 7)
    assert [row["title"] for row in rows_of(status, "enhancements")] == ["OCR"]


async def test_configuration_is_part_of_it(world: World) -> None:
    """The status shows the configuration."""
    patch = ConfigurationPatch(git_branch="main")
    await world.store.update_configuration(1, patch, who="ada")
    configuration = mapping_of(await world.store.status(), "configuration")
    assert (configuration["git_branch"], configuration["version"]) == ("main", 2)


async def test_since_a_token(world: World) -> None:
    """Since a token only what changed after it is told, who changed it, and what is ready."""
    item = await world.item("Watched", who="ada")
    token = text_of(await world.store.status(), "token")
    await world.change(item, status="blocked", who="bob")
    await world.item("New", who="eve")
    told = await world.store.status(token)
    new, watched = rows_of(told, "changes")
    assert (new["title"], new["created"], new["changed_by"]) == ("New", True, "eve")
    assert (watched["ref"], watched["status"]) == (item["ref"], ["active", "blocked"])
    assert (watched["fields"], watched["version"]) == (["status"], 2)
    assert told["by"] == {"eve": 1, "bob": 1}
    assert section(told, "ready") == (1, ["New"])
    assert text_of(told, "token") != token


async def test_since_the_newest_token(world: World) -> None:
    """Since the token of the last answer nothing has changed."""
    await world.item()
    token = text_of(await world.store.status(), "token")
    told = await world.store.status(token)
    assert (told["changes"], told["total"], told["token"]) == ([], 0, token)


async def test_since_a_time(world: World) -> None:
    """Since a time, in any zone, what changed after it is told."""
    await world.item("Before")
    world.clock.pass_days(1)
    moment = world.clock.moment
    await world.item("After")
    for text in (moment.isoformat(), moment.strftime("%Y-%m-%d")):
        told = await world.store.status(text)
        assert [row["title"] for row in rows_of(told, "changes")] == ["After"]
    assert (await world.store.status("2020-01-01"))["total"] == 3


async def test_changes_of_one_row_are_told_once(world: World) -> None:
    """Several changes of one row are one line: its fields, its status from first to last."""
    item = await world.item("Old")
    token = text_of(await world.store.status(), "token")
    for fields in (
        {"title": "New"},
        {"status": "blocked"},
        {"status": "completed"},
        {"title": "Newest"},
    ):
        item = await world.change(item, **fields)
    (row,) = rows_of(await world.store.status(token), "changes")
    assert (row["title"], row["status"]) == ("Newest", ["active", "completed"])
    assert sorted(texts_of(row, "fields")) == ["status", "title"]


async def test_since_is_bounded(world: World) -> None:
    """At most fifty changed rows are told, and the cut is marked."""
    token = text_of(await world.store.status(), "token")
    create: Row = {"op": "create", "item": {"item_type": "task", "title": "x"}}
    await world.bulk(*[create] * 60)
    told = await world.store.status(token)
    assert len(rows_of(told, "changes")) == 50
    assert (told["total"], told["truncated"]) == (60, True)


@pytest.mark.parametrize(
    "since",
    ["", "yesterday", "0.0", ".", "\ud800", "\x00", "abcdefgh.5", "9" * 400, "-1", "2026-99-99"],
)
async def test_no_since(world: World, since: str) -> None:
    """What is neither a token of this store nor a time is refused with an example."""
    with pytest.raises(InvalidArguments) as caught:
        await world.store.status(since)
    assert caught.value.field == "since"
    assert caught.value.details["example"]


async def test_head_and_changes_after(world: World) -> None:
    """A watcher is told the changes after what it has seen, oldest first and without values."""
    head = await world.store.head()
    item = await world.item("Watched")
    await world.change(item, title="Renamed")
    await world.store.create_vendor(VendorCreate(name="Acme"), who="ada")
    first, second, third = await world.store.changes_after(head)
    assert (first["entity"], first["id"], first["ref"]) == ("work_item", key(item), item["ref"])
    assert (first["version"], second["version"], third["title"]) == (1, 2, "Acme")
    assert "changes" not in first
    assert await world.store.head() == third["seq"] == head + 3
    assert len(await world.store.changes_after(head, limit=2)) == 2


async def test_sync_status(world: World) -> None:
    """Without a hub every row but the shared first configuration waits for one."""
    item = await world.item()
    told = await world.store.sync_status()
    assert (told["hub"], told["dirty"], told["replica_id"]) == ("none", 2, world.store.replica_id)
    await world.change(item, title="New", status="completed")
    await world.store.archive(who="ada", older_than_days=0)
    assert (await world.store.sync_status())["dirty"] == 2


@pytest.mark.parametrize("state", ["online", "offline", "stopped", "none"])
async def test_sync_status_without_a_daemon(world: World, state: str) -> None:
    """What a daemon that was killed had noted is not told as if it were still at it; since when
    that is so nobody knows."""
    await world.store.note_sync(state, hub="example/tidelog")
    noted = await world.store.sync_status()
    assert (noted["state"], "state_since" in noted) == (state, True)
    world.store.options = replace(world.store.options, is_kept=lambda: False)
    told = await world.store.sync_status()
    was_at_it = state in ("online", "offline")
    assert told["state"] == ("stopped" if was_at_it else state)
    assert ("state_since" in told) is not was_at_it
