"""Nothing that is written into a title, a name or a text becomes anything else in git."""

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitlayer.commits import commit_of, encode_commit, trailers_of
from gitlayer.past import content, resolve
from gitlayer.rebuild import rebuild_from_git
from gitlayer.repository import Repository
from localstore.errors import InvalidArguments, Unavailable
from localstore.models import VendorCreate
from localstore.values import Row
from tests.gitlayer.any_rows import ROW_ID, TEXT, TITLE
from tests.gitlayer.kept import Kept, names
from tests.localstore.world import World, refused

pytestmark = pytest.mark.anyio
OURS = {
    "Tidelog-Entity",
    "Tidelog-Id",
    "Tidelog-Ref",
    "Tidelog-Version",
    "Tidelog-Change",
    "Tidelog-Replica",
    "Tidelog-Parents",
}
FORGERIES = (
    "Tidelog-Change: forged",
    "Signed-off-by: Mallory <m@example.org>",
    "--upload-pack=touch x",
    "-n",
    "x> 0 +0000 committer Mallory <m@example.org> 0 +0000",
    "Mallory <m@example.org> 1 +0000",
    "<>",
    "> <",
    "...",
    "../../../etc/passwd",
    "/etc/passwd",
    ".git/config",
    "# heading",
    "```",
    "---",
    "%H%x00",
    "\u202ereversed",
    "from refs/heads/main",
    "data 5",
    "x" * 100,
    "日本 " * 30,
)


def trailers_by_git(message: str) -> list[str]:
    """The trailers that git finds in a message."""
    return subprocess.run(
        ["git", "interpret-trailers", "--parse"],
        input=message,
        capture_output=True,
        check=True,
        encoding="utf-8",
    ).stdout.splitlines()


def commit_on(folder: Path, branch: str) -> None:
    """Make a repository with one commit on a branch."""
    with Repository.own(folder, branch).importing() as stream:
        commit = commit_of({"entity": "vendor", "changed_by": "a"}, {"x.md": b"x"})
        stream.write(encode_commit(commit, branch=branch, parent=None))


@pytest.mark.parametrize("text", FORGERIES)
async def test_forgeries_are_text(kept: Kept, text: str) -> None:
    """A title, label, branch or author of any text makes the commit it would have made anyway: the
    same trailers, author line and file."""
    before = names(kept.folder.parent.parent)
    text = text.strip()
    item = await kept.world.item(
        text, who=text[:100], assignee=text[:100], labels=[text[:100]], branch_name=text
    )
    await kept.world.change(item, description=f"\n\n{text}\n\nTidelog-Change: forged\n", who="b")
    await kept.snapshot()
    await kept.expect_whole()
    for step in kept.steps():
        parsed = trailers_by_git(step.message)
        assert len({line.partition(":")[0] for line in parsed}) == len(parsed)
        assert {line.partition(":")[0] for line in parsed} <= OURS
        assert [line.partition(": ")[::2] for line in parsed] == [
            *trailers_of(step.message).items()
        ]
        assert "forged" not in trailers_of(step.message).values()
    told = kept.git("log", "-1", "--skip=1", "--format=%ae%x00%cn%x00%ce").strip().split("\0")
    assert told[0].endswith("@tidelog.invalid")
    assert told[1:] == ["tidelog", "tidelog@tidelog.invalid"]
    outside = set(names(kept.folder.parent.parent)) - set(before)
    assert all(path.startswith(".tidelog/") for path in outside)


TRAILING = st.lists(TEXT, max_size=3).map("\n\nTidelog-Change: forged\n".join)


@given(title=TITLE | TRAILING, who=TEXT | TRAILING, replica=TEXT | TRAILING, ref=TEXT)
def test_a_commit_is_one_commit(title: str, who: str, replica: str, ref: str) -> None:
    """Whatever an entry says, even what no store takes, its commit is one author line, one
    committer line and one message with its own trailers."""
    entry: Row = {
        "change_id": ROW_ID,
        "entity": "work_item",
        "id": ROW_ID,
        "ref": ref,
        "title": title,
        "version": 2,
        "changed_at": "2026-03-14T09:30:00.000000Z",
        "changed_by": who,
        "replica_id": replica,
        "parents": [],
        "changes": {"title": [title, who]},
    }
    commit = commit_of(entry, {})
    head, _, rest = encode_commit(commit, branch="main", parent=None).partition(b"data ")
    first, mark, author, committer, end = head.decode().split("\n")
    assert (first, mark, end) == ("commit refs/heads/main", "mark :1", "")
    for line in (author.removeprefix("author "), committer.removeprefix("committer ")):
        assert line.count("<") == line.count(">") == 1
        assert line.endswith("@tidelog.invalid> 1773480600 +0000")
    length, _, body = rest.partition(b"\n")
    assert body[: int(length)].decode() == commit.message
    assert body[int(length) :] == b"\n"
    trailers = trailers_of(commit.message)
    assert trailers["Tidelog-Change"] == trailers["Tidelog-Id"] == ROW_ID
    assert trailers.keys() <= OURS
    assert len(commit.message.split("\n\n")) == 2
    assert commit.message.splitlines()[0].startswith("task " if ref[:1] == "T" else "")


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00Z", "1969-12-31T00:00:00Z", "x", ""])
def test_moments_git_does_not_know(moment: str) -> None:
    """A change from before 1970, or of no date at all, is committed at the beginning of git's time;
    one of the year 9999 keeps its date."""
    entry: Row = {"entity": "vendor", "changed_at": moment, "changed_by": "a", "version": 1}
    assert commit_of(entry, {}).seconds == 0
    late: Row = entry | {"changed_at": "9999-12-31T23:59:59Z"}
    assert commit_of(late, {}).seconds == 253_402_300_799


@pytest.mark.parametrize(
    "branch", ["a b", "a..b", "x\ny", "", "a/", ".lock", "refs/heads/../../x", "@{"]
)
async def test_hostile_branch(tmp_path: Path, branch: str) -> None:
    """A name that is none of a branch's is refused by git, and no file appears outside."""
    before = names(tmp_path)
    with pytest.raises(Unavailable):
        commit_on(tmp_path / "own", branch)
    outside = set(names(tmp_path)) - set(before)
    assert all(path.startswith("own/.git/") for path in outside)


@pytest.mark.parametrize("branch", ["-n", "--all", "-", "--upload-pack=x"])
async def test_branch_like_an_option(new_store: Path, tmp_path: Path, branch: str) -> None:
    """A branch may be called like an option of git's, and is a branch then."""
    shutil.copy(new_store, tmp_path / "store.db")
    world = await World.begin(tmp_path / "store.db", first_id=100)
    kept = Kept(world, Repository.own(tmp_path / "own", branch))
    await world.item()
    assert (await kept.snapshot()).commits == 2
    assert (await kept.snapshot()).commits == 0
    assert len(rebuild_from_git(kept.repository, kept.steps()[-1].commit).rows) == 2
    assert kept.is_clean()
    await world.store.close()


@pytest.mark.parametrize("revision", ["--all", "-n1", "--output=x", "", "HEAD:x", "nothing", "\n"])
async def test_hostile_revision(kept: Kept, revision: str) -> None:
    """What is no revision is none, whatever option it looks like."""
    await kept.snapshot()
    before = names(kept.folder.parent.parent)
    assert resolve(kept.repository, revision) is None
    assert names(kept.folder.parent.parent) == before


async def test_what_git_cannot_hold_is_refused_earlier(kept: Kept) -> None:
    """Zero bytes, half characters and line ends never reach a title, a name or an author."""
    for text in ("a\x00b", "a\ud800", "a\nb", "a\rb", "\u2028a\u2028b"):
        for call in (
            kept.world.item(text) if "\u2028" not in text else kept.world.item(f"a{text}"),
            kept.world.item("x", labels=[f"a{text}"]),
            kept.world.item("x", assignee=f"a{text}"),
        ):
            assert isinstance(await refused(call), InvalidArguments)
    with pytest.raises(ValueError, match="name"):
        VendorCreate(name="../x")


async def test_path_of_a_file_asked_for(kept: Kept) -> None:
    """A file that is asked for by an odd path is not there, and no other is given."""
    taken = await kept.snapshot()
    for path in ("x/../configuration.md", "a\nHEAD:configuration.md", "-x", "Configuration.md"):
        assert content(kept.repository, taken.commit, path) is None
    with pytest.raises(Unavailable, match="outside"):
        content(kept.repository, taken.commit, "../x")
    assert rebuild_from_git(kept.repository, taken.commit).unread == []
