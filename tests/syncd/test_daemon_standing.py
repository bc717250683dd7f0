"""What follows from how an attempt went: the state, the words, the wait."""

import pytest

from localstore.errors import Busy, TidelogError
from syncd.backoff import Backoff
from syncd.hub import HubUnreachable, NotGranted, ProjectBroken, ProtocolMismatch
from syncd.standing import AGAIN_SECONDS, NotJoined, Standing, State, change_told

HUB = "hub.example:5432/tidelog"
REFUSED = f"the hub {HUB} cannot be reached: connection refused"
GONE = HubUnreachable(REFUSED)


def lines(*outcomes: TidelogError | None) -> list[str]:
    """What is logged while attempts go so, one after the other."""
    told, before = [], Standing()
    for outcome in outcomes:
        now = before.after(outcome)
        told.append(change_told(before, now, HUB))
        before = now
    return [line for line in told if line]


def test_one_line_when_it_goes_and_one_when_it_is_back() -> None:
    """However long a hub is away, and whatever words it fails in, two lines tell of it."""
    assert lines(None, None, GONE, GONE, HubUnreachable("no route to host"), None, None) == [
        f"{REFUSED}; working offline",
        f"the hub {HUB} is back; syncing again",
    ]


def test_nothing_is_said_when_all_is_well() -> None:
    """A hub that is there from the start is nothing to tell of."""
    assert lines(None, None, None) == []


def test_a_beginning_without_a_network() -> None:
    """A daemon that begins offline says so once."""
    assert lines(GONE, GONE) == [f"{REFUSED}; working offline"]


@pytest.mark.parametrize(
    "failure",
    [
        ProtocolMismatch("speaks 2"),
        NotGranted("not granted"),
        NotJoined(),
        ProjectBroken("has lost its record"),
    ],
)
def test_a_hub_that_says_no(failure: TidelogError) -> None:
    """A hub that wants an upgrade, a grant, a repair or a word from a person is left alone for an
    hour, and the line says what it wants."""
    standing = Standing().after(failure)
    assert standing.state is State.STOPPED
    assert standing.pause_seconds(Backoff(), 30, 0.5) == AGAIN_SECONDS
    [line] = lines(failure, failure)
    assert failure.message in line
    assert "local work goes on" in line


def test_another_reason_to_stop_is_told() -> None:
    """Who is granted the project and then meets another protocol reads of both."""
    assert len(lines(NotGranted("not granted"), ProtocolMismatch("speaks 2"))) == 2


def test_a_busy_store_is_no_hub_that_is_away() -> None:
    """What the local store could not do is not said of the hub."""
    [line] = lines(Busy(30))
    assert "cannot be reached" not in line
    assert "kept the store locked" in line


def test_waits() -> None:
    """Online it waits for the timer; offline longer with each failure; success begins anew."""
    backoff = Backoff()
    away = Standing().after(GONE)
    longer = away.after(GONE).after(GONE)
    assert away.pause_seconds(backoff, 30, 0.5) == 0.5
    assert longer.pause_seconds(backoff, 30, 0.5) == 2.0
    back = longer.after(None)
    assert back.pause_seconds(backoff, 30, 0.5) == 30
    assert back.after(GONE).failures == 1
