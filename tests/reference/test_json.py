"""`--json`: one JSON document on standard output and nothing else, whatever there is to say."""

import json
from collections.abc import Iterator

import pytest

from localstore.values import Row
from tests.docs.story import Story, told
from tests.reference.commands import described

OF_A_STORE = {
    "status": "status",
    "ready": "ready",
    "show": "show {}",
    "log": "log",
    "board": "board",
    "report": "report",
    "snapshot": "snapshot",
    "archive": "archive",
    "import": "import status.md --dry-run",
    "conflicts list": "conflicts list",
    "doctor": "doctor",
    "restore": "restore --from backup --list",
    "install": "install",
}
"""Reading commands that need a store at most, as they are typed; braces stand for a ref."""

OF_A_HUB = {
    "hub start": "hub start",
    "hub status": "hub status",
    "hub join": "hub join --project Invoices",
    "sync": "sync --once",
}
"""Those that need a hub, in the order in which they work."""

OF_A_CONFLICT = {
    "conflicts show": "conflicts show {}",
    "conflicts resolve": "conflicts resolve {} --keep local",
}
"""Those that need a conflict: see tests/tidelog/test_conflicts.py."""

DEGRADED = ("status", "ready", "show", "log", "board", "report", "conflicts list")
"""Those that answer from another layer when the store is lost, and say so in the answer."""


@pytest.fixture
def story() -> Iterator[Story]:
    """A laptop with a new store, and a status file beside it."""
    with told() as begun:
        begun.type("ann", "tidelog init --project Invoices")
        begun.type("ann", "printf '# Status\\n' > status.md")
        yield begun


def asked(story: Story, words: str) -> Row:
    """What a command prints on standard output with --json, which must be one mapping or list."""
    command, _, rest = words.partition(" ")
    if command in ("hub", "conflicts"):
        action, _, rest = rest.partition(" ")
        command += f" {action}"
    printed = story.type("ann", f"tidelog {command} --json {rest} 2> told")
    answer: Row | list[Row] = json.loads(printed)
    return answer if isinstance(answer, dict) else {"listed": [*answer]}


def item(story: Story) -> str:
    """The ref of a new item."""
    call: tuple[str, Row] = ("create_work_item", {"item_type": "task", "title": "Sort the scans"})
    made: Row = json.loads(story.call("ann", "claude-code", call))
    return str(made["ref"])


def test_all_are_tried() -> None:
    """Every command that takes --json is one of those tried here."""
    reading = {
        command.name
        for command in described()
        if any(word.usage == "--json" for word in command.words)
    }
    assert reading == OF_A_STORE.keys() | OF_A_HUB.keys() | OF_A_CONFLICT.keys()


def test_of_an_empty_store(story: Story) -> None:
    """On an empty store every reading command prints one JSON document."""
    for name, words in OF_A_STORE.items():
        if name != "show":
            assert asked(story, words), name


def test_of_a_store_with_work(story: Story) -> None:
    """On a store with work in it, too; and none says where it is from, because it is the store."""
    ref = item(story)
    for name, words in OF_A_STORE.items():
        assert "warning" not in asked(story, words.format(ref)), name


@pytest.mark.parametrize("lost", ["store.db", "store.db .tidelog/status/.git"])
def test_of_a_lost_store(story: Story, lost: str) -> None:
    """Where the store is lost, what answers is still one JSON document, with its source and a
    warning; the same warning stands on standard error."""
    ref = item(story)
    story.type("ann", "tidelog snapshot")
    story.type("ann", f"rm -r .tidelog/{lost}")
    for name in DEGRADED:
        answer = asked(story, OF_A_STORE[name].format(ref))
        assert answer["source"] in ("git", "markdown"), name
        assert str(answer["warning"]) in story.type("ann", "cat told"), name
    assert asked(story, "doctor")["ok"] is False


def test_of_a_hub(story: Story) -> None:
    """What concerns a hub prints one JSON document, also where there is nothing to exchange."""
    assert asked(story, "hub status")["running"] is False
    for name, words in OF_A_HUB.items():
        assert asked(story, words), name


@pytest.mark.parametrize(
    "words", ["show T-00000", "log T-00000", "conflicts show C-00000", "sync", "snapshot --watch"]
)
def test_of_a_refusal(story: Story, words: str) -> None:
    """What is refused prints nothing on standard output, and one line with a way out beside it."""
    done = story.type("ann", f"tidelog {words} --json 2> told; echo $?")
    assert done == "1"
    assert len(story.type("ann", "cat told").splitlines()) == 1


def test_hints_name_commands(story: Story) -> None:
    """Who types a command is told of commands, not of tools."""
    for words in ("log T-00000", "show T-00000", "conflicts show C-00000"):
        assert "`tidelog " in story.type("ann", f"tidelog {words}")
