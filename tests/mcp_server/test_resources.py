"""What can be read under tidelog:// addresses."""

import json

import pytest
from mcp.shared.exceptions import MCPError

from localstore.values import text_of
from mcp_server.resources import Subject, subject_of, vendor_uri
from tests.localstore.world import World
from tests.mcp_server.calling import Caller, Era, calling, server_over

pytestmark = pytest.mark.anyio


async def test_the_resources_and_their_types(caller: Caller) -> None:
    """Three resources have a fixed address, each with its media type."""
    listed = {str(each.uri): each.mime_type for each in await caller.client.list_resources()}
    assert listed == {
        "tidelog://status": "application/json",
        "tidelog://config": "application/json",
        "tidelog://report": "text/markdown",
    }


async def test_the_templates(caller: Caller) -> None:
    """Work items and vendors have an address each."""
    listed = [each.uri_template for each in await caller.client.list_resource_templates()]
    assert listed == ["tidelog://work-items/{id}", "tidelog://vendors/{name}"]


async def test_status_and_config_are_what_the_tools_answer(caller: Caller) -> None:
    """The same rows as from the tools, as JSON."""
    status = json.loads(await caller.text("tidelog://status"))
    config = json.loads(await caller.text("tidelog://config"))
    assert status["total"] == 0
    assert config == await caller.ok("get_project_configuration")


async def test_the_report_is_markdown(world: World, caller: Caller) -> None:
    """The report is what the report's renderer makes of its facts."""
    await world.item()
    assert await caller.text("tidelog://report") == "# Report of 1\n"


@pytest.mark.parametrize("spelling", ["id", "ref"])
async def test_a_work_item_is_read_in_full(world: World, caller: Caller, spelling: str) -> None:
    """A work item is read by id or by ref, with its whole description."""
    item = await world.item(description="x" * 5_000)
    read = json.loads(await caller.text(f"tidelog://work-items/{item[spelling]}"))
    assert len(read["description"]) == 5_000


async def test_a_vendors_name_may_hold_spaces(caller: Caller) -> None:
    """A space in a vendor's name is percent-encoded."""
    await caller.ok("create_vendor", {"name": "Acme Logistics"})
    read = json.loads(await caller.text(vendor_uri("Acme Logistics")))
    assert read["name"] == "Acme Logistics"


async def test_what_is_not_there_is_a_protocol_error(world: World, era: Era) -> None:
    """A row that is not there is an error of the protocol, with what a tool would answer in it."""
    async with calling(server_over(world.store), era) as caller:
        with pytest.raises(MCPError) as caught:
            await caller.text("tidelog://vendors/No%20One")
    assert caught.value.error.code == -32602
    payload = caught.value.error.data
    assert payload["uri"] == "tidelog://vendors/No%20One"
    assert payload["error"]["code"] == "not_found"


async def test_an_unknown_address_is_a_protocol_error(caller: Caller) -> None:
    """An address without a resource is an error of the protocol."""
    with pytest.raises(MCPError, match="not found"):
        await caller.text("tidelog://nonsense")


async def test_a_refused_read_is_not_logged(
    caller: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    """That something is not there is no failure of the server."""
    with pytest.raises(MCPError):
        await caller.text("tidelog://work-items/T-ZZZZZ")
    assert caplog.records == []


@pytest.mark.parametrize(
    ("uri", "subject"),
    [
        ("tidelog://status", Subject("status")),
        ("tidelog://report", Subject("status")),
        ("tidelog://config", Subject("configuration")),
        ("tidelog://work-items/T-7F3KQ", Subject("work_item", "T-7F3KQ")),
        ("tidelog://vendors/Acme%20Logistics", Subject("vendor", "Acme Logistics")),
        ("tidelog://vendors/", None),
        ("tidelog://vendors/a/b", None),
        ("tidelog://Status", None),
        ("https://example.org/status", None),
    ],
)
def test_an_address_tells_its_subject(uri: str, subject: Subject | None) -> None:
    """What a resource shows can be read off its address."""
    assert subject_of(uri) == subject


async def test_a_hostile_address_reads_nothing(world: World, caller: Caller) -> None:
    """Path tricks in an address find no row and break nothing."""
    item = await world.item()
    for key in ("..%2F..%2Fetc%2Fpasswd", "%00", "a" * 100_000, "%ud800", "'; DROP TABLE vendors"):
        with pytest.raises(MCPError):
            await caller.text(f"tidelog://vendors/{key}")
    assert text_of(item, "title") in await caller.text(f"tidelog://work-items/{item['ref']}")
