"""`tidelog conflicts`: meeting a conflict on the command line, and settling it."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from localstore.values import Row, text_of
from tests.laptops import Laptops, laptops
from tests.localstore.world import World
from tests.tidelog.running import ANSI, Ended, on_terminal, tidelog, too_wide

pytestmark = pytest.mark.anyio
LONG = "A line that is somewhat longer than a terminal of eighty columns can ever show at once, yes"
TEXT = "".join(f"{number}: {LONG}\n" for number in range(30))


@pytest.fixture
async def both(anyio_backend: str, new_store: Path, tmp_path: Path) -> AsyncIterator[Laptops]:
    """Two laptops that changed a title, an estimate and a long text apart from each other."""
    async with laptops(new_store, tmp_path) as both:
        item = await both.ann.item("Fix parser \x9b31m", description=TEXT)
        await both.sync()
        for world, name in ((both.ann, "ann"), (both.ben, "ben")):
            fields: Row = {
                "title": f"By {name}",
                "metadata": {"estimated_hours": len(name) if name == "ann" else 4},
                "description": TEXT.replace("line", f"line of {name}"),
                "labels": [name],
            }
            await world.change(await world.full(item), who=name, **fields)
        await both.sync()
        yield both


def run(world: World, *words: str) -> Ended:
    """The command in the folder of a laptop."""
    return tidelog("conflicts", *words, cwd=world.path.parent.parent, TIDELOG_PERSON="grace")


def over(world: World, field: str) -> str:
    """The ref of the open conflict over a field."""
    listed = json.loads(run(world, "list", "--json").out)["items"]
    return next(text_of(row, "ref") for row in listed if row["field"] == field)


async def test_nothing_to_settle(world_folder: Path) -> None:
    """Without conflicts the list says so."""
    assert tidelog("conflicts", cwd=world_folder).out == "There is nothing to settle.\n"


@pytest.fixture
def world_folder(tmp_path: Path) -> Path:
    """A folder with a new store."""
    tidelog("init", "--project", "Empty", cwd=tmp_path)
    return tmp_path


async def test_list(both: Laptops) -> None:
    """The list tells each conflict in a sentence and how to look closer; `list` is the default."""
    told = run(both.ben)
    assert told.code == 0
    assert told.lines[0] == "3 conflicts"
    one_line = " ".join(told.out.split())
    assert 'title changed to "By ben" by ben on ben-laptop and to "By ann" by ann' in one_line
    assert told.lines[-1].startswith("tidelog conflicts show C-")
    assert run(both.ben, "list").out == told.out
    assert run(both.ben, "list", "--limit", "1").lines[-3] == "  … and 2 more; --limit shows more"


async def test_status_names_the_command(both: Laptops) -> None:
    """The status says how many conflicts there are, and the command that lists them."""
    shown = tidelog("status", cwd=both.ben.path.parent.parent).out
    assert "3 conflicts to settle: tidelog conflicts\n" in shown


@pytest.mark.parametrize("field", ["title", "description", "metadata.estimated_hours"])
async def test_show(both: Laptops, field: str) -> None:
    """A conflict is shown within 80 columns, in a pipe and on a terminal, on both laptops, with
    both people and machines and a command for each way out, which needs no more than what it says;
    nobody is told what is theirs."""
    ref = over(both.ben, field)
    folder = both.ben.path.parent.parent
    on_pipe = run(both.ben, "show", ref)
    for done in (on_pipe, on_terminal("conflicts", "show", ref, cwd=folder)):
        assert (done.code, done.err, too_wide(done.out)) == (0, "", [])
        assert [line for line in done.lines if ANSI.sub("", line).endswith(" ")] == []
    assert "ben on ben-laptop, " in on_pipe.out
    assert "ann on ann-laptop, " in on_pipe.out
    assert f"tidelog conflicts resolve {ref} --keep local   ben's" in on_pipe.out
    assert f"tidelog conflicts resolve {ref} --keep remote  ann's" in on_pipe.out
    assert not {"yours", "theirs", "mine"} & set(on_pipe.out.casefold().split())
    assert run(both.ann, "show", ref).out == on_pipe.out
    assert "\x9b" not in on_pipe.out


async def test_long_texts_are_cut(both: Laptops) -> None:
    """Of a long text the changed lines are shown, cut, with the flag that shows all of it."""
    ref = over(both.ben, "description")
    cut = run(both.ben, "show", ref)
    assert "more lines; --full shows them" in cut.out
    assert len(cut.lines) < 60
    whole = run(both.ben, "show", ref, "--full")
    assert "--full" not in whole.out
    assert "29: A line of ben" in whole.out
    assert too_wide(whole.out) == []


@pytest.mark.parametrize(
    ("field", "words", "held"),
    [
        ("title", ("--keep", "local"), "By ben"),
        ("title", ("--value", "By hand"), "By hand"),
        ("metadata.estimated_hours", ("--keep", "value", "--value", "7.5"), 7.5),
    ],
)
async def test_resolve(both: Laptops, field: str, words: tuple[str, ...], held: str) -> None:
    """A decision says in a line what the item holds now and where the rest is, with what is left;
    the person of this machine has decided it."""
    ref = over(both.ben, field)
    done = run(both.ben, "resolve", ref, *words)
    assert (done.code, done.err) == (0, "")
    one_line = " ".join(done.out.split())
    assert "is now" in one_line
    assert "What was not kept stays in its history." in one_line
    assert "Every value it had: tidelog log T-" in done.out
    assert done.lines[-1] == "2 conflicts left: tidelog conflicts"
    settled = json.loads(run(both.ben, "show", ref, "--json").out)
    assert (settled["resolved_by"], settled["kept"]) == ("grace", held)
    assert "Settled by grace" in run(both.ben, "show", ref).out
    assert "Decided by grace" in " ".join(run(both.ben, "list", "--all").out.split())


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("resolve", "REF"), 1, '--keep: says what to keep (local: ben\'s "By ben"'),
        (("resolve", "REF", "--keep", "value"), 1, "--value: is needed with --keep value"),
        (("resolve", "REF", "--keep", "local", "--value", "x"), 1, "not with --keep local"),
        (("resolve", "REF", "--keep", "both"), 1, "both is for text and lists"),
        (("resolve", "REF", "--keep", "mine"), 2, "invalid choice"),
        (("resolve", "C-ZZZZZ", "--keep", "local"), 1, "C-ZZZZZ"),
        (("show",), 2, "REF"),
    ],
)
async def test_refusals(both: Laptops, words: tuple[str, ...], code: int, told: str) -> None:
    """What cannot be done is one line on standard error that says what to do."""
    ref = over(both.ben, "title")
    done = run(both.ben, *(ref if word == "REF" else word for word in words))
    assert (done.code, done.out, done.err.count("\n")) == (code, "", 1)
    assert told in done.err


async def test_settled_twice(both: Laptops) -> None:
    """A conflict that was settled says by whom, and where its values are."""
    ref = over(both.ben, "title")
    run(both.ben, "resolve", ref, "--keep", "local")
    again = run(both.ben, "resolve", ref, "--keep", "remote")
    assert again.code == 1
    assert "was resolved by grace" in again.err
    assert "still hold every value" in again.err


async def test_log_tells_of_merges(both: Laptops) -> None:
    """The log says of a merge whose changes it joined and where they were made, of changes from
    the other machine which it is, and of a conflict what it is over."""
    folder = both.ben.path.parent.parent
    done = " ".join(tidelog("log", "--limit", "100", cwd=folder).out.split())
    assert "merge task \"By ann\", ben's on ben-laptop into ann's on ann-laptop: labels" in done
    assert "conflict: title of T-" in done
    assert "· ann-laptop" in done
    assert "· ben-laptop" not in done
