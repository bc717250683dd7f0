"""The pages of the board, as a browser gets them."""

from pathlib import Path

import pytest

from tests.laptops import laptops
from tests.tidelog.board.browsing import Page, Site, board
from tests.tidelog.board.conftest import HOSTILE, Project
from tests.tidelog.running import tidelog

pytestmark = pytest.mark.anyio


def scripts(page: Page) -> list[str]:
    """What runs on a page: the scripts it names, and those it holds."""
    return [each.attributes.get("src", each.text) for each in page.all("script")]


async def test_columns(shown: Site) -> None:
    """Each item is a card in the column of its status; one that waits says for what, one that can
    be started that it is ready."""
    page = shown.get("/").page
    assert page.one("h1").words() == "Harbour"
    assert page.column("planned") == ["publish"]
    assert sorted(page.column("active")) == sorted(["root", HOSTILE])
    assert page.column("blocked") == ["parser"]
    assert page.column("completed") == ["samples"]
    waits = [each.words() for each in page.all("p", class_="held")]
    assert len(waits) == 1
    assert waits[0].endswith(" parser")
    assert len(page.all("span", class_="ready")) == 2


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("?q=pars", ["parser"]),
        ("?q=%21%21", ["publish", "parser", "samples"]),
        ("?assignee=copilot", ["publish"]),
        ("?assignee=none&label=ocr&priority=p0", ["parser"]),
        ("?type=RESEARCH", ["samples"]),
        ("?type=nonsense&priority=9&assignee=copilot%00", ["publish"]),
        ("?label=nobody%20has%20it", []),
    ],
)
async def test_filters_stand_in_the_address(shown: Site, query: str, left: list[str]) -> None:
    """An address holds a view: what passes all of its filters; what no filter means is ignored."""
    page = shown.get(f"/{query}").page
    passed = [
        each for status in ("planned", "blocked", "completed") for each in page.column(status)
    ]
    assert passed == left


async def test_hostile_text_stays_text(shown: Site, still: Project) -> None:
    """A title with markup in it is a title; a description's HTML, scripts, images and bad links are
    text, and its markdown is shown."""
    pages = [shown.get(path).page for path in ("/", f"/items/{still.key(HOSTILE)}")]
    for page in pages:
        assert scripts(page) == ["/board.js"]
        assert page.all("img") == []
        handlers = [name for each in page.elements for name in each.attributes if name[:2] == "on"]
        assert handlers == []
    item = pages[1]
    assert item.one("h1").words() == HOSTILE
    links = [each.attributes["href"] for each in item.all("a") if each.attributes.get("rel")]
    assert links == ["https://example.org", "https://example.org/pixel.png"]
    assert item.one("strong").text == "one"
    assert "<script>alert(3)</script>" in item.one("div", class_="prose").text


async def test_item(site: Site, project: Project) -> None:
    """An item's page has its place in the tree, what it waits for, and each change with the value
    before and after; any way to name the item leads there."""
    await project.change("parser", status="active", priority="P1", parent_id=project.key("publish"))
    ref = str(project.rows["parser"]["ref"])
    page = site.get(f"/items/{ref.lower()}").page
    assert page.one("h1").words() == "parser"
    assert page.one("nav").words().endswith(" publish")
    assert any(each.words().startswith("blocks ") for each in page.all("li"))
    changed = page.all("dl", class_="changed")[0].words()
    assert "status blocked → active" in changed
    assert "priority P0 → P1" in changed
    root, publish = (project.rows[name]["ref"] for name in ("root", "publish"))
    assert f"place {root} root → {publish} publish" in changed


async def test_long_column(site: Site, project: Project) -> None:
    """A column shows 25 cards and says how many more there are, which have pages of their own."""
    for number in range(130):
        await project.add(f"later {number}", status="planned")
    page = site.get("/?q=later").page
    assert len(page.column("planned")) == 25
    rest = page.one("a", href="/columns/planned?q=later")
    assert rest.words() == "and 105 more"
    first = site.get(rest.attributes["href"]).page
    titles = [each.words() for each in first.all("h3")]
    (following,) = (each for each in first.all("a") if each.words() == "Next page")
    titles += [each.words() for each in site.get(following.attributes["href"]).page.all("h3")]
    assert sorted(titles) == sorted(f"later {number}" for number in range(130))


async def test_conflict(tmp_path_factory: pytest.TempPathFactory, new_store: Path) -> None:
    """A conflict's page has the three values, who wrote them, and a command for each way out."""
    async with laptops(new_store, tmp_path_factory.mktemp("two")) as both:
        item = await both.ann.item("Fix <b>parser</b>")
        await both.sync()
        for world, name in ((both.ann, "ann"), (both.ben, "ben")):
            await world.change(await world.full(item), who=name, title=f"By {name}")
        await both.sync()
        with board(both.ben.path.parent.parent) as site:
            link = next(
                each.attributes["href"]
                for each in site.enter().get("/").page.all("a")
                if each.attributes["href"].startswith("/conflicts/")
            )
            page = site.get(link).page
    assert [each.text for each in page.all("pre")] == ["Fix <b>parser</b>", "By ben", "By ann"]
    ref = link.rpartition("/")[2]
    commands = [each.words() for each in page.all("code")]
    assert f"tidelog conflicts resolve {ref} --keep local" in commands


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/items/T-ZZZZZ", 404, "No work item 'T-ZZZZZ'"),
        ("/items/%00", 400, "control character U+0000"),
        ("/columns/cancelled", 404, "No column 'cancelled'"),
        ("/conflicts/C-ZZZZZ", 404, "No conflict 'C-ZZZZZ'"),
        ("/columns/planned?cursor=x", 400, "next_cursor"),
    ],
)
async def test_refusals_are_pages(shown: Site, path: str, status: int, told: str) -> None:
    """What cannot be shown is a page that says why and leads back."""
    answer = shown.get(path)
    assert answer.status == status
    assert told in answer.page.one("p", id="message").words()
    assert "Back to the board" in [each.words() for each in answer.page.all("a")]


async def test_lost_store(project: Project) -> None:
    """Where the store is lost the board shows the snapshots, says so, and offers no change."""
    assert tidelog("snapshot", cwd=project.folder).code == 0
    await project.store.close()
    for each in (project.folder / ".tidelog").glob("store.db*"):
        each.unlink()
    with board(project.folder) as site:
        token = "anything"
        page = site.enter().get("/").page
        refused = site.post(f"/items/{project.key('parser')}", {"token": token, "status": "active"})
    assert page.column("blocked") == ["parser"]
    assert "tidelog restore" in page.one("p", id="warning").words()
    assert page.one("p", class_="source").words().startswith("From the snapshots, as of ")
    assert "change nothing" in page.one("p", id="locked").words()
    assert page.all("form", method="post") == []
    assert refused.status == 403
