"""Prompts hold the project's live state; completions know its values."""

import pytest
from mcp.shared.exceptions import MCPError
from mcp_types import PromptReference, ResourceTemplateReference, TextContent

from localstore.values import Row, text_of
from tests.localstore.world import COMMIT, World
from tests.mcp_server.calling import Caller, Era, calling, server_over

pytestmark = pytest.mark.anyio


async def prompt(caller: Caller, name: str, **arguments: str) -> str:
    """The text of a prompt."""
    result = await caller.client.get_prompt(name, arguments)
    assert len(result.messages) == 1
    content = result.messages[0].content
    assert isinstance(content, TextContent)
    return content.text


async def complete(caller: Caller, name: str, typed: str = "") -> list[str]:
    """What is offered for an argument of a prompt."""
    reference = PromptReference(type="ref/prompt", name="release_notes")
    completion = await caller.client.complete(reference, {"name": name, "value": typed})
    return completion.values


async def test_the_prompts_and_their_arguments(world: World, era: Era) -> None:
    """Five prompts, each with its arguments; one argument of them all is required."""
    async with calling(server_over(world.store), era) as caller:
        prompts = await caller.client.list_prompts()
    arguments = {
        each.name: [argument.name for argument in each.arguments or []] for each in prompts
    }
    assert arguments == {
        "stand_up": ["since"],
        "plan_epic": ["goal", "id"],
        "triage_blocked": ["assignee", "priority", "label"],
        "release_notes": ["since", "status", "label", "vendor"],
        "resolve_conflicts": [],
    }
    required = [a.name for each in prompts for a in each.arguments or [] if a.required]
    assert required == ["goal"]


async def test_the_stand_up_holds_the_status(world: World, caller: Caller) -> None:
    """The stand-up shows the work there is."""
    await world.item("Fix the date parser")
    assert "Fix the date parser" in await prompt(caller, "stand_up")


async def test_the_stand_up_since_shows_what_changed(world: World, caller: Caller) -> None:
    """With `since`, the stand-up shows only what changed after it."""
    await world.item("Old news", status="completed")
    token = text_of(await world.store.status(), "token")
    await world.item("Fresh work", status="completed")
    text = await prompt(caller, "stand_up", since=token)
    assert "Fresh work" in text
    assert "Old news" not in text


async def test_an_epic_is_planned_where_it_belongs(world: World, caller: Caller) -> None:
    """The plan has the goal and the item it belongs under, or the open projects."""
    project = await world.item("Invoices", kind="project")
    for arguments in ({}, {"id": text_of(project, "ref")}):
        text = await prompt(caller, "plan_epic", goal="Read stamps", **arguments)
        assert "Read stamps" in text
        assert "Invoices" in text


async def test_triage_shows_blocked_work_and_why(world: World, caller: Caller) -> None:
    """Triage shows the blocked items under the filters, with their reasons."""
    reason: Row = {"blocked_reason": "no samples"}
    await world.item("Stuck", status="blocked", priority="P1", metadata=reason)
    await world.item("Stuck, but later", status="blocked", priority="P3")
    await world.item("Running")
    text = await prompt(caller, "triage_blocked", priority="p1")
    assert "no samples" in text
    assert "later" not in text
    assert "Running" not in text


async def test_release_notes_show_finished_work_and_deployments(
    world: World, caller: Caller
) -> None:
    """Release notes hold what is completed and what was deployed."""
    await world.item("Dates are read right", status="completed")
    await caller.ok("record_deployment", {"commit_hash": COMMIT})
    text = await prompt(caller, "release_notes")
    assert "Dates are read right" in text
    assert COMMIT in text


async def test_release_notes_since_show_what_is_newer(world: World, caller: Caller) -> None:
    """With `since`, release notes say what changed after it."""
    token = text_of(await world.store.status(), "token")
    await world.item("Fresh", status="completed")
    assert '"changes":[{' in await prompt(caller, "release_notes", since=token)


async def test_conflicts_are_shown(caller: Caller) -> None:
    """Without conflicts the prompt says that there is nothing to do."""
    assert "There is no open conflict" in await prompt(caller, "resolve_conflicts")


@pytest.mark.parametrize(
    "refused",
    [
        ("plan_epic", {}, "invalid_arguments"),
        ("plan_epic", {"goal": "x", "id": "T-ZZZZZ"}, "not_found"),
        ("triage_blocked", {"priority": "P9"}, "invalid_arguments"),
        ("triage_blocked", {"nonsense": "x"}, "invalid_arguments"),
        ("release_notes", {"since": "yesterday"}, "invalid_arguments"),
    ],
)
async def test_a_refused_prompt_is_a_protocol_error(
    world: World, era: Era, refused: tuple[str, dict[str, str], str]
) -> None:
    """A prompt that cannot be written is an error of the protocol that says why."""
    name, arguments, code = refused
    async with calling(server_over(world.store), era) as caller:
        with pytest.raises(MCPError) as caught:
            await caller.client.get_prompt(name, arguments)
    assert caught.value.error.code == -32602
    assert caught.value.error.data["error"]["code"] == code


async def test_words_are_completed(caller: Caller) -> None:
    """Statuses and priorities are completed from what is typed, in any case."""
    assert await complete(caller, "status", "c") == ["completed", "cancelled"]
    assert await complete(caller, "priority", "p") == ["P0", "P1", "P2", "P3"]


async def test_values_of_the_project_are_completed(world: World, caller: Caller) -> None:
    """Assignees, labels, vendors and work items are completed from the store."""
    item = await world.item(assignee="claude-code", labels=["parser"])
    await caller.ok("create_vendor", {"name": "Acme Logistics"})
    assert await complete(caller, "assignee", "CL") == ["claude-code"]
    assert await complete(caller, "label", "pa") == ["parser"]
    assert await complete(caller, "vendor", "acme") == ["Acme Logistics"]
    assert item["ref"] in await complete(caller, "id", "t-")


async def test_addresses_are_completed(world: World, era: Era) -> None:
    """The braces of a resource template are completed too."""
    reference = ResourceTemplateReference(type="ref/resource", uri="tidelog://vendors/{name}")
    async with calling(server_over(world.store), era) as caller:
        await caller.ok("create_vendor", {"name": "Acme"})
        completion = await caller.client.complete(reference, {"name": "name", "value": "A"})
    assert completion.values == ["Acme"]


async def test_nothing_is_offered_for_other_arguments(caller: Caller) -> None:
    """An argument of free text has no completions."""
    assert await complete(caller, "goal", "x") == []
