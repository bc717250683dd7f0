"""Who may see the board, and who may change something on it."""

import pytest

from localstore.values import text_of
from tests.tidelog.board.browsing import Site, board
from tests.tidelog.board.conftest import Project
from tidelog.board.guard import HEADERS, Secrets

pytestmark = pytest.mark.anyio
CROSS = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "cors"}


async def test_the_secret_leaves_the_address(shown: Site) -> None:
    """The printed address answers with a cookie and an address without the secret, which keeps the
    rest of what it said; scripts cannot read the cookie."""
    key = shown.url.partition("?")[2]
    for path, to in (("/", "/"), ("/columns/planned", "/columns/planned"), ("//evil", "/evil")):
        answer = shown.get(f"{path}?q=a+b&{key}")
        assert (answer.status, answer.headers["Location"]) == (303, f"{to}?q=a+b")
    assert "httponly" in answer.headers["Set-Cookie"].lower()
    assert "SameSite=lax" in answer.headers["Set-Cookie"]


@pytest.mark.parametrize("cookie", ["", "tidelog_board_{port}=guess", "other=1", "=;;\x01"])
async def test_without_the_secret_there_is_nothing(shown: Site, cookie: str) -> None:
    """Nobody gets any page, file or news without the cookie or with a wrong secret."""
    stranger = Site(shown.url, shown.process, cookie.format(port=shown.port))
    for path in ("/", "/board.js", "/events", "/nowhere", "/?key=guess", "/?key="):
        answer = stranger.get(path)
        assert answer.status == 403
        assert "tidelog board" in answer.text
        assert "Set-Cookie" not in answer.headers


async def test_cookies_of_others(shown: Site) -> None:
    """What other servers of this machine left in the browser keeps nobody out."""
    among = f'odd={{"a": [1, 2]}}; {shown.cookie}; =x; other'
    assert Site(shown.url, shown.process, among).get("/").status == 200


async def test_every_answer_has_the_headers(shown: Site, still: Project) -> None:
    """Pages, files and refusals all tell the browser to load nothing from elsewhere, to keep
    nothing, and to tell other sites nothing; none lets other origins read."""
    stranger = Site(shown.url, shown.process)
    item = f"/items/{still.key('parser')}"
    answers = [shown.get(path) for path in ("/", "/board.css", item, "/items/x", "/nowhere")]
    for answer in (*answers, stranger.get("/"), shown.get("/", Host="evil.example")):
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        assert [name for name in answer.headers if name.lower().startswith("access-control")] == []


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1"]
)
async def test_other_hosts_are_refused(shown: Site, host: str) -> None:
    """A name that was made to lead to this machine gets nothing, also with the cookie."""
    assert shown.get("/", Host=host.format(port=shown.port)).status == 421


async def test_either_name_of_the_loopback(shown: Site) -> None:
    """The board answers to both usual names of the loopback."""
    assert shown.get("/", Host=f"localhost:{shown.port}").status == 200


async def test_other_sites_cannot_read(shown: Site) -> None:
    """What another site's script asks for is refused; a link that somebody follows is not."""
    assert shown.get("/", **CROSS).status == 403
    assert shown.get("/", Sec_Fetch_Site="same-site", Sec_Fetch_Mode="no-cors").status == 403
    assert shown.get("/", Origin="https://evil.example").status == 403
    followed = shown.get("/", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate")
    assert followed.status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": ""},
        {"Origin": "null"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1:1"},
        CROSS,
        {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate"},
    ],
)
async def test_other_sites_cannot_change(
    shown: Site, still: Project, headers: dict[str, str]
) -> None:
    """A form from another site, or from nobody knows where, changes nothing, whatever it holds."""
    fields = {"token": shown.token(), "status": "completed", "version": "1"}
    answer = shown.post(f"/items/{still.key('parser')}", fields, **headers)
    assert answer.status == 403
    assert (await still.store.work_item(still.key("parser")))["status"] == "blocked"


@pytest.mark.parametrize("token", ["", "guess", "é"])
async def test_a_change_needs_the_token(shown: Site, still: Project, token: str) -> None:
    """A form without the token that our own pages hold changes nothing."""
    fields = {"token": token, "status": "completed", "version": "1"}
    answer = shown.post(f"/items/{still.key('parser')}", fields)
    assert answer.status == 403
    assert "load it again" in answer.text.casefold()
    assert (await still.store.work_item(still.key("parser")))["status"] == "blocked"


async def test_read_only(project: Project) -> None:
    """With read_only the page says so and has no form that changes something; a form that somebody
    makes is refused."""
    fields = {"token": "any", "status": "completed", "version": "1"}
    for words, variables in ((["--read-only"], {}), ([], {"TIDELOG_READ_ONLY": "1"})):
        with board(project.folder, *words, **variables) as site:
            page = site.enter().get("/").page
            assert "read_only" in page.one("p", id="locked").words()
            assert page.all("form", method="post") == []
            assert site.post(f"/items/{project.key('parser')}", fields).status == 403
    row = await project.store.work_item(project.key("parser"))
    assert text_of(row, "status") == "blocked"


def test_the_first_key_opens_once() -> None:
    """The key that a browser is started with opens once; the printed one as often as wanted."""
    secrets = Secrets()
    first = secrets.first_key
    assert [secrets.opens(first), secrets.opens(first)] == [True, False]
    assert [secrets.opens(secrets.key), secrets.opens(secrets.key)] == [True, True]
    assert not secrets.opens("")
