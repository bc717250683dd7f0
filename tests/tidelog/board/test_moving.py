"""Changing an item from its card."""

import pytest

from localstore.models import Page
from localstore.values import rows_of
from tests.tidelog.board.browsing import Answer, Site
from tests.tidelog.board.conftest import Project

pytestmark = pytest.mark.anyio
SCRIPT = {"Accept": "application/json"}


def move(site: Site, project: Project, name: str = "parser", **fields: str) -> Answer:
    """Send what the form on a card sends."""
    given = {"token": site.token(), "version": "1"} | fields
    return site.post(f"/items/{project.key(name)}", given, **SCRIPT)


async def test_a_move_is_a_signed_update(site: Site, project: Project) -> None:
    """Moving a card changes the status, as the person and with the history of any update."""
    answer = move(site, project, status="active")
    ref = project.rows["parser"]["ref"]
    assert (answer.status, answer.json()["message"]) == (200, f"{ref} is active now.")
    history = await project.store.history(project.key("parser"), Page(limit=1))
    (entry,) = rows_of(history, "items")
    assert (entry["changed_by"], entry["changes"]) == ("grace", {"status": ["blocked", "active"]})
    assert "parser" in site.get("/").page.column("active")


async def test_assigning(site: Site, project: Project) -> None:
    """A card can be taken, and given up again by who has it."""
    assert move(site, project, assign="me").status == 200
    assert (await project.store.work_item(project.key("parser")))["assignee"] == "grace"
    card = site.get(f"/items/{project.key('parser')}").page
    assert "Give it up" in [each.words() for each in card.all("button")]
    assert move(site, project, assign="nobody", version="2").status == 200
    assert "assignee" not in await project.store.work_item(project.key("parser"))


async def test_somebody_was_faster(site: Site, project: Project) -> None:
    """A card that was changed meanwhile is not moved; who was faster is said in words."""
    await project.change("parser", status="planned")
    answer = move(site, project, status="completed")
    told = answer.json()
    assert (answer.status, told["code"]) == (409, "version_conflict")
    assert str(told["message"]).startswith("copilot was faster: ")
    row = await project.store.work_item(project.key("parser"))
    assert (row["status"], row["version"]) == ("planned", 2)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"status": "nonsense"}, 400),
        ({}, 400),
        ({"status": "active", "version": "x"}, 400),
        ({"status": "active", "version": "9" * 400}, 409),
        ({"status": "a" * 20_000}, 400),
    ],
)
async def test_nonsense_is_refused(
    site: Site, project: Project, fields: dict[str, str], status: int
) -> None:
    """A form with nonsense in it gets a refusal in words, and nothing is written."""
    answer = move(site, project, **fields)
    assert (answer.status, answer.json()["ok"]) == (status, False)
    assert (await project.store.work_item(project.key("parser")))["version"] == 1


async def test_an_item_that_is_not_there(site: Site, project: Project) -> None:
    """A card whose item is gone gets a refusal in words."""
    fields = {"token": site.token(), "version": "1", "status": "active"}
    assert site.post("/items/T-ZZZZZ", fields, **SCRIPT).status == 404


async def test_without_scripts(site: Site, project: Project) -> None:
    """Without scripts the same form leads to the item, or to a page that says why not."""
    fields = {"token": site.token(), "version": "1", "status": "active"}
    path = f"/items/{project.key('parser')}"
    answer = site.post(path, fields)
    ref = project.rows["parser"]["ref"]
    assert (answer.status, answer.headers["Location"]) == (303, f"/items/{ref}")
    again = site.post(path, fields)
    assert again.status == 409
    assert "grace was faster" in again.page.one("p", id="message").words()
