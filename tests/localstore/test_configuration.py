"""The configuration: one row, versioned; the project's health is computed when asked."""

import pytest

from localstore.errors import InvalidArguments, NotFound, VersionConflict
from localstore.models import ConfigurationPatch, VendorCreate
from localstore.validation import validate
from localstore.values import Row, Value, mapping_of
from tests.localstore.world import COMMIT, World, key

pytestmark = pytest.mark.anyio


async def change(world: World, version: int = 1, **fields: Value) -> Row:
    """Update the configuration from a version."""
    patch = validate(ConfigurationPatch, fields)
    return await world.store.update_configuration(version, patch, who="bob")


async def test_first_configuration(world: World) -> None:
    """A new project works on features, has a budget of 200,000 tokens, and is healthy."""
    row = await world.store.configuration()
    assert (row["active_context_type"], row["default_token_budget"]) == ("feature", 200_000)
    assert (row["version"], mapping_of(row, "health")["status"]) == (1, "healthy")
    assert not row.keys() & {"current_session_id", "git_branch", "git_head_commit"}


async def test_update(world: World) -> None:
    """An update changes what it names, one version up, and tells what changed."""
    told = await change(world, git_branch="main", git_head_commit=COMMIT, default_token_budget=1000)
    assert (told["version"], told["git_branch"], told["git_head_commit"]) == (2, "main", COMMIT)
    assert (told["default_token_budget"], told["active_context_type"]) == (1000, "feature")
    assert told["updated_by"] == "bob"
    emptied = await change(world, 2, clear=["git_branch"])
    assert "git_branch" not in emptied


async def test_stale_update_is_refused(world: World) -> None:
    """A stale update is refused with the current row, and nothing is written."""
    await change(world, git_branch="main")
    before = world.sizes()
    with pytest.raises(VersionConflict) as caught:
        await change(world, git_branch="mine")
    assert (caught.value.current["git_branch"], caught.value.current["version"]) == ("main", 2)
    assert caught.value.current["updated_by"] == "bob"
    assert world.sizes() == before


async def test_current_session(world: World) -> None:
    """The current session is named by id or ref and shown by its ref."""
    session = await world.item("Morning", kind="session")
    told = await change(world, current_session_id=session["ref"])
    assert (told["current_session_id"], told["current_session"]) == (session["id"], session["ref"])


async def test_current_session_must_be_one(world: World) -> None:
    """A work item of another type, or one that does not exist, is no current session."""
    task = await world.item()
    with pytest.raises(InvalidArguments) as caught:
        await change(world, current_session_id=key(task))
    assert caught.value.field == "current_session_id"
    with pytest.raises(NotFound):
        await change(world, current_session_id="S-00000")
    assert (await world.store.configuration())["version"] == 1


@pytest.mark.parametrize("name", ["active_context_type", "default_token_budget", "version"])
async def test_what_must_be_there(world: World, name: str) -> None:
    """What the configuration must hold cannot be emptied."""
    with pytest.raises(InvalidArguments):
        await change(world, clear=[name])


async def test_health_says_what_needs_attention(world: World) -> None:
    """A broken vendor and a blocked item need attention, and health is never stored."""
    await world.store.create_vendor(VendorCreate(name="Acme"), who="ada")
    await world.item(status="blocked")
    row = await world.store.configuration()
    health = mapping_of(row, "health")
    assert health["status"] == "attention"
    assert health["attention"] == ["1 broken vendor(s)", "1 blocked item(s)"]
    assert row["version"] == 1
